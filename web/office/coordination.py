"""The coordinator's page: what their units have in hand, how late it is, and what waits for a decision."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from domain.scope import Scope
from domain.status import Status
from store.coordination import PAGE, Counts, Listed, Place, Snapshot, Waiting, Wanted
from web.charts import Series, heat, heat_bounds, line_chart
from web.language import language_of, translations
from web.office.acting import new_form
from web.rendering import page
from web.searching import Box, boxed
from web.seat import NotAllowed, Room, Seat, seated
from web.site import Site, site_of
from web.wording import N_

router = APIRouter()

Coordinator = Annotated[Seat, Depends(seated(Room.COORDINATION))]
TheSite = Annotated[Site, Depends(site_of)]

SHOWN = 10
"""Complaints of each kind that the page shows; the list has them all."""

UNITS_SHOWN = 12

AGES = (
    N_("kurang dari 1 hari"),
    N_("1 sampai 3 hari"),
    N_("3 sampai 6 hari"),
    N_("6 sampai 14 hari"),
    N_("14 hari atau lebih"),
)


class Row(NamedTuple):
    """A line of a table of counts, with the address of its list."""

    code: str
    name: str
    counts: Counts
    address: str
    heat: int = 0

    @property
    def value(self) -> int:
        """What its bar shows."""
        return self.counts.open

    @property
    def part(self) -> int:
        """What of it is late."""
        return self.counts.late


def scope_of_seat(site: Site, seat: Seat) -> Scope:
    """What this seat coordinates. Raises ``NotAllowed`` for an account without a unit."""
    if seat.unit is None:
        raise NotAllowed
    return site.overview.scope(seat.unit)


@router.get("/office/coordination")
async def overview(request: Request, site: TheSite, seat: Coordinator, done: str = "") -> Response:
    """Everything on one page."""
    scope = scope_of_seat(site, seat)
    now, trend = await asyncio.gather(parts(request, site, scope), site.overview.trend(scope))
    _ = translations(language_of(request)).gettext
    series = [
        Series(_("Dibuka"), "", [many.opened for _, many in trend]),
        Series(_("Ditutup"), "calm", [many.closed for _, many in trend]),
        Series(_("Tenggat terlampaui"), "late", [many.late for _, many in trend]),
    ]
    chart = line_chart([day for day, _ in trend], series)
    return page(request, "office/coordination.html", chart=chart, done=done[:40], oob=False, **now)


@router.get("/office/coordination/now")
async def parts_now(request: Request, site: TheSite, seat: Coordinator) -> Response:
    """The parts that change by themselves, for a page that shows them already."""
    now = await parts(request, site, scope_of_seat(site, seat))
    return page(request, "office/coordination_now.html", oob=True, **now)


async def parts(request: Request, site: Site, scope: Scope) -> dict[str, Any]:
    """What the changing parts show: one count, and three short lists."""
    now, reads, limits = site.clock(), site.overview.reads, site.overview.hop_limits

    async def waiting(what: Waiting) -> list[Listed]:
        return await reads.page(scope, Wanted(waiting=what), now, limits, limit=SHOWN)

    snapshot, ladder, ews, hops = await asyncio.gather(
        site.overview.snapshot(scope), waiting(Waiting.LADDER), waiting(Waiting.EWS), waiting(Waiting.HOPS)
    )
    decided = [one for one in ews if scope.moves(one.unit)]
    reasons = await reads.ews_reasons([one.id for one in decided]) if decided else {}
    return {
        "scope": scope,
        "overview": site.overview,
        "snapshot": snapshot,
        "ladder": ladder,
        "ews": ews,
        "hops": hops,
        "reasons": reasons,
        "shown": SHOWN,
        "form_id": new_form(),
        **_tables(request, site, snapshot),
    }


def _tables(request: Request, site: Site, snapshot: Snapshot) -> dict[str, Any]:
    _ = translations(language_of(request)).gettext
    bounds = heat_bounds(max((one.open for one in snapshot.by_ward.values()), default=0))
    units = [
        Row(code, site.overview.names.get(code, code), counts, list_address(unit=code))
        for code, counts in snapshot.by_unit.items()
    ]
    wards = [
        Row(ward, name, counts, list_address(ward=ward), heat(counts.open, bounds))
        for ward, counts in snapshot.by_ward.items()
        if ward and (name := site.overview.wards.get(ward, ward))
    ]
    ages = [
        Row(str(at), _(name), counts, "")
        for at, (name, counts) in enumerate(zip(AGES, snapshot.ages, strict=True))
    ]
    return {
        "units": sorted(units, key=lambda row: (-row.counts.late, -row.counts.open, row.name)),
        "units_shown": UNITS_SHOWN,
        "ward_rows": sorted(wards, key=lambda row: (-row.counts.open, row.name)),
        "placeless": snapshot.by_ward.get(None, Counts()),
        "ages": ages,
        "bounds": bounds,
    }


def list_address(**wanted: object) -> str:
    """The list of what is wanted."""
    return f"/office/coordination/list?{urlencode({key: one for key, one in wanted.items() if one})}"


class Filter(NamedTuple):
    """What an address of the list asks for, as it stood there."""

    wanted: Wanted
    after: Place | None
    said: dict[str, str]
    box: Box


def asked(
    unit: Annotated[str, Query(max_length=60)] = "",
    ward: Annotated[str, Query(max_length=20)] = "",
    status: Status | str = "",
    late: Annotated[str, Query(pattern="^(yes|no|today)?$")] = "",
    waiting: Waiting | str = "",
    after: Annotated[str, Query(max_length=100)] = "",
    *,
    box: Annotated[Box, Depends(boxed)],
) -> Filter:
    """Reads the address; what is not known there asks for nothing that is not seen anyway."""
    wanted = Wanted(
        unit=unit or None,
        ward=ward or None,
        status=Status(status) if status in set(Status) else None,
        late={"yes": True, "no": False}.get(late),
        today=late == "today",
        waiting=Waiting(waiting) if waiting in set(Waiting) else None,
        search=box.search,
    )
    given = {"unit": unit, "ward": ward, "status": status, "late": late, "waiting": waiting}
    return Filter(wanted, place_of(after), {key: str(one) for key, one in given.items()} | box.said(), box)


@router.get("/office/coordination/list")
async def listing(
    request: Request,
    site: TheSite,
    seat: Coordinator,
    which: Annotated[Filter, Depends(asked)],
    done: Annotated[int, Query(ge=0, le=PAGE)] = 0,
) -> Response:
    """Complaints of the scope, the nearest end first, to look into and to reassign."""
    return await list_page(request, site, seat, which, done=done)


async def list_page(
    request: Request, site: Site, seat: Seat, which: Filter, *, status: int = 200, **more: Any
) -> Response:
    """The list, with what has become of what was asked there before."""
    scope, reads = scope_of_seat(site, seat), site.overview.reads
    question = (scope, which.wanted, site.clock(), site.overview.hop_limits)
    found = await reads.page(*question, which.after)
    shown, rest = found[:PAGE], found[PAGE:]
    seen = [unit for unit in site.overview.holders if scope.sees(unit.code)]
    return page(
        request,
        "office/coordination_list.html",
        status,
        scope=scope,
        overview=site.overview,
        found=shown,
        further=list_address(**which.said, after=place(shown[-1])) if rest else "",
        shorter=list_address(**which.said | which.box.without_last_word()),
        many=await reads.count(*question) if which.wanted.search.narrows else None,
        which=which,
        statuses=[one for one in Status if one not in {Status.RESOLVED, Status.CLOSED}],
        seen=seen,
        may_move=bool(scope.steps),
        form_id=new_form(),
        **{"done": 0, "refused": {}, "to": "", "note": "", "chosen": (), **more},
    )


def place(last: Listed) -> str:
    """Where the list goes on, as an address carries it."""
    return f"{last.next_due_at.isoformat() if last.next_due_at else ''}~{last.number}"


def place_of(said: str) -> Place | None:
    """Where to go on; from the beginning when it cannot be read."""
    due_at, apart, number = said.partition("~")
    if not apart or not number.isalnum():
        return None
    try:
        moment = datetime.fromisoformat(due_at) if due_at else None
    except ValueError:
        return None
    return None if moment and moment.tzinfo is None else Place(moment, number)
