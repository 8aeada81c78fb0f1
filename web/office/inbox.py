"""The inbox of a unit: what it has to do, the most urgent first, one by one or several at once."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from domain.commands import Accept, AnyCommand, Instruction
from domain.organisation import HOLDERS, RANK, Unit, UnitKind
from domain.refusal import RefusalCode, Refused
from domain.status import Status
from domain.text import LONGEST_NOTE
from durable.complaints import NoAnswer
from store.inbox import Inbox, InboxFilter, InboxPlace, Named
from web.language import language_of, translations
from web.office.acting import VIA
from web.office.reasons import Reasons
from web.rendering import page
from web.searching import Box
from web.seat import Room, Seat, seated
from web.site import Site, site_of
from web.wording import N_, SOON, TODAY

PER_PAGE = 30
MOST_AT_ONCE = 50
AT_ONCE = 8
"""Commands under way at the same time when several complaints are chosen."""

BULK = {"accept": N_("Terima"), "reassign": N_("Alihkan"), "dispose": N_("Disposisikan")}

router = APIRouter()

Worker = Annotated[Seat, Depends(seated(Room.INBOX, Room.DESK))]


class Asked(Box):
    """What of the inbox is asked for; an unknown value is as good as none."""

    status: str = ""
    group: str = ""
    ward: str = ""
    due: str = Field(default="", max_length=40)
    number: str = Field(default="", max_length=40)

    def filter(self, site: Site) -> InboxFilter:
        """As the store understands it."""
        family = tuple(one.code for one in site.city.categories() if one.group == self.group)
        return InboxFilter(
            status=Status(self.status) if self.status in set(Status) else None,
            categories=family if self.group and family else None,
            ward=self.ward or None,
            search=self.search,
        )

    @property
    def after(self) -> InboxPlace | None:
        """From which place on."""
        return InboxPlace(due=self.due, number=self.number) if self.due and self.number else None

    def address(self, after: InboxPlace | None = None, said: Mapping[str, str] | None = None) -> str:
        """Of the same, from another place on, or with other words in the box."""
        said = {"status": self.status, "group": self.group, "ward": self.ward, **(said or self.said())}
        said |= after.model_dump() if after else {}
        return f"/office/inbox?{urlencode({name: value for name, value in said.items() if value})}"


class Bulk(BaseModel):
    """What is to be done to several complaints."""

    id: str = Field(min_length=8, max_length=40)
    action: str
    numbers: list[str] = Field(default=[], max_length=MOST_AT_ONCE)
    to: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=LONGEST_NOTE)


class Result(NamedTuple):
    """What became of one of several; ``why`` is empty when it was done."""

    number: str
    why: str


@router.get("/office/inbox")
async def inbox(request: Request, seat: Worker, asked: Annotated[Asked, Query()]) -> Response:
    """The complaints that the unit holds."""
    return await show(request, seat, asked)


@router.post("/office/inbox")
async def act_on_several(
    request: Request, seat: Worker, asked: Annotated[Asked, Query()], bulk: Annotated[Bulk, Form()]
) -> Response:
    """Does one thing to several complaints, and tells of each what became of it."""
    site, numbers = site_of(request), tuple(dict.fromkeys(bulk.numbers))
    if not numbers:
        return await show(request, seat, asked, 422, bulk=bulk, nothing_chosen=True)
    known = await Inbox(site.database).named(numbers)
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(number: str) -> Result:
        async with limit:
            return Result(number, await _done(request, seat, bulk, number, known.get(number)))

    results = await asyncio.gather(*(one(number) for number in numbers))
    left = {one.number for one in results if one.why}
    return await show(request, seat, asked, bulk=bulk, results=results, left=left)


async def _done(request: Request, seat: Seat, bulk: Bulk, number: str, known: Named | None) -> str:
    """Sends one command; returns why it was refused, or nothing. The id makes a repeat harmless."""
    site, gettext = site_of(request), translations(language_of(request)).gettext
    reasons = Reasons(gettext)
    try:
        await _send(site, seat, bulk, number, known)
    except Refused as refused:
        return reasons.why(bulk.action, refused)
    except (NoAnswer, ConnectionError):
        return gettext("Layanan tidak menjawab; coba lagi, tidak ada yang tercatat dua kali.")
    return ""


async def _send(site: Site, seat: Seat, bulk: Bulk, number: str, known: Named | None) -> None:
    if known is None:
        raise Refused(RefusalCode.UNKNOWN_NUMBER, "There is no such complaint.")
    instruction = Instruction[AnyCommand](
        id=f"{bulk.id[:32]}-{number[:30]}", actor=seat.actor, via=VIA, command=_command(site, bulk)
    )
    await site.complaints.perform(known.id, instruction)


def _command(site: Site, bulk: Bulk) -> AnyCommand:
    match bulk.action:
        case "accept":
            return Accept(note=bulk.note)
        case "reassign":
            return site.orders.reassign(bulk.to, bulk.note)
        case "dispose":
            return site.orders.dispose(bulk.to, bulk.note)
        case _:
            raise Refused(RefusalCode.BAD_INPUT, "This cannot be done to several complaints at once.")


async def show(request: Request, seat: Seat, asked: Asked, status: int = 200, **more: Any) -> Response:
    """The page of the inbox."""
    site, unit = site_of(request), _unit(seat)
    store, which = Inbox(site.database), asked.filter(site)
    rows, urgencies, many = await asyncio.gather(
        store.page(unit.code, which, asked.after, PER_PAGE + 1),
        store.urgencies(unit.code, site.clock(), TODAY, SOON),
        store.count(unit.code, which) if which.search.narrows else _uncounted(),
    )
    following = asked.address(rows[PER_PAGE - 1].place) if len(rows) > PER_PAGE else None
    facts = {
        "rows": rows[:PER_PAGE],
        "urgencies": urgencies,
        "asked": asked,
        "many": many,
        "following": following,
        "statuses": [one for one in Status if one is not Status.CLOSED],
        "groups": sorted({one.group for one in site.city.categories() if one.group}),
        "wards": wards_of(site.city.units()),
        "targets": _targets(site.city.units(), unit),
        "is_desk": unit.kind is UnitKind.DESK,
        "form_id": uuid4().hex,
        "bulk_names": BULK,
        "categories": {one.code: one for one in site.city.categories()},
        "results": (),
        "bulk": None,
        "left": set(),
        "nothing_chosen": False,
    }
    return page(request, "office/inbox.html", status, **{**facts, **more})


async def _uncounted() -> None:
    """Nobody looks for anything: the urgencies say how many there are."""


def _targets(units: Sequence[Unit], own: Unit) -> list[Unit]:
    """Where several may be moved from here: by a desk to any unit, by others to their own sub-units."""
    if own.kind is UnitKind.DESK:
        return [one for one in units if one.kind in HOLDERS and one.code != own.code]
    return [one for one in units if one.parent == own.code and one.kind in HOLDERS]


def wards_of(units: Sequence[Unit]) -> dict[str, str]:
    """The names of the wards by their codes."""
    return {one.ward: one.name for one in units if one.ward and one.kind in RANK}


def _unit(seat: Seat) -> Unit:
    assert seat.unit is not None, "the room is for officers of a unit"
    return seat.unit
