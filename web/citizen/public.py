"""What everybody may see: public reports on a map and as a list, and the figures of the wards."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from domain.jurisdiction import Jurisdiction
from domain.organisation import Unit
from domain.public_facts import PublicRequest, RequestFilter
from store.public_reads import PublicReads
from store.ward_figures import WardFigures
from web.charts import heat, heat_bounds
from web.citizen.areas import cities, kecamatan, wards_within
from web.citizen.report import grouped
from web.rendering import page
from web.searching import Box
from web.site import Site, site_of

IN_A_PAGE = 20
ON_THE_MAP = 300
IN_THE_CHART = 10
DAYS = (30, 90, 365)
router = APIRouter()


class Bar(NamedTuple):
    """A bar of a chart, and the part of it that is late."""

    name: str
    address: str
    value: int
    part: int


class Wanted(Box):
    """Which public reports are asked for; ``ward`` may be the code of a kecamatan or a city too.

    ``days`` say nothing where days or a number are given.
    """

    ward: Annotated[str, Field(max_length=20)] = ""
    group: Annotated[str, Field(max_length=60)] = ""
    state: Annotated[str, Field(pattern="^(|open|done)$")] = ""
    days: Annotated[int, Field(ge=1, le=3650)] = 30
    page: Annotated[int, Field(ge=1, le=500)] = 1

    def filter(self, city: Jurisdiction, now: datetime, size: int) -> RequestFilter:
        """The same as the database is asked."""
        search = self.search
        recent = None if search.has_days or search.number else now - timedelta(days=self.days)
        codes = tuple(one.code for one in city.categories() if one.group == self.group)
        return RequestFilter(
            wards=wards_within(city, self.ward) if self.ward else None,
            categories=codes if self.group else None,
            is_open={"open": True, "done": False}.get(self.state),
            requested_from=recent,
            public_only=True,
            page=self.page,
            page_size=size,
            search=search,
        )

    def query(self, said: Mapping[str, str] | None = None) -> str:
        """The same as an address says it, from the first page on; with other words if they are given."""
        given = {"ward": self.ward, "group": self.group, "state": self.state, "days": self.days}
        return urlencode({**given, **(self.said() if said is None else said)})


@router.get("/public")
async def listed(request: Request, wanted: Annotated[Wanted, Query()]) -> Response:
    """Public reports, the newest first, with a map."""
    site = site_of(request)
    reads, which = PublicReads(site.database), wanted.filter(site.city, site.clock(), IN_A_PAGE + 1)
    found, in_hand = await reads.requests(which), await site.in_hand.of("all")
    facts: dict[str, Any] = {
        "wanted": wanted,
        "found": found[:IN_A_PAGE],
        "more": len(found) > IN_A_PAGE,
        "many": await reads.count(which) if which.search.narrows else None,
        "cities": cities(site.city),
        "kecamatan": kecamatan(site.city),
        "groups": [name for name, _ in grouped(site.city)],
        "days": DAYS,
        "open_in_all": sum(in_hand.values()),
        "placeless": in_hand.get(None, 0),
        "bounds": _bounds(in_hand),
    }
    return page(request, "citizen/public.html", **facts)


@router.get("/public/map.json")
async def on_the_map(request: Request, wanted: Annotated[Wanted, Query()]) -> JSONResponse:
    """How many reports each ward has, and where the newest public ones are."""
    site = site_of(request)
    found = await PublicReads(site.database).requests(wanted.filter(site.city, site.clock(), ON_THE_MAP))
    in_hand = await site.in_hand.of("all")
    bounds = _bounds(in_hand)
    return JSONResponse(
        {
            "wards": {ward: [count, heat(count, bounds)] for ward, count in in_hand.items() if ward},
            "points": [_point(site.city, one) for one in found if one.latitude is not None],
        }
    )


@router.get("/figures")
async def figures(
    request: Request,
    days: Annotated[int, Query(ge=1, le=365)] = 90,
    by: Annotated[str, Query(pattern="^(name|opened|done|late|median)$")] = "opened",
) -> Response:
    """How many, how fast and how many late, for each ward."""
    site = site_of(request)
    days = days if days in DAYS else DAYS[1]
    rows = _sorted(await _figures(site, days), by, site.city)
    opened, done, late = (sum(getattr(one, name) for _, one in rows) for name in ("opened", "done", "late"))
    facts = {
        "rows": rows,
        "chart": _longest(rows),
        "days": days,
        "choices": DAYS,
        "by": by,
        "opened": opened,
        "done": done,
        "late": late,
    }
    return page(request, "citizen/figures.html", **facts)


def _longest(rows: Sequence[tuple[Unit, WardFigures]]) -> list[Bar]:
    """The wards with the most reports, for the chart."""
    most = sorted(rows, key=lambda row: -row[1].opened)[:IN_THE_CHART]
    return [Bar(unit.name, f"/public?ward={unit.ward}", one.opened, one.late) for unit, one in most]


async def _figures(site: Site, days: int) -> Mapping[str, WardFigures]:
    """The figures of a period, counted anew every few minutes and not for everybody who asks."""
    return await site.ward_figures.of(days)


def _sorted(
    figures: Mapping[str, WardFigures], by: str, city: Jurisdiction
) -> Sequence[tuple[Unit, WardFigures]]:
    rows = [(city.unit_of_ward(ward), one) for ward, one in figures.items()]
    if by == "name":
        return sorted(rows, key=lambda row: row[0].name)
    never = timedelta(days=36500)
    keys: dict[str, Any] = {"median": lambda row: row[1].median or never}
    return sorted(rows, key=keys.get(by, lambda row: -getattr(row[1], by)))


def _bounds(in_hand: Mapping[str | None, int]) -> list[int]:
    return heat_bounds(max((count for ward, count in in_hand.items() if ward), default=0))


def _point(city: Jurisdiction, one: PublicRequest) -> dict[str, Any]:
    return {
        "number": one.number,
        "latitude": one.latitude,
        "longitude": one.longitude,
        "category": city.category(one.category).name,
        "status": one.status.value,
    }
