"""What coordinators do from their page: decide about a later end, and give complaints to another unit."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from domain.commands import DecideEws, Reassign
from domain.refusal import RefusalCode, Refused
from domain.scope import Scope
from durable.complaints import NoAnswer
from store.coordination import PAGE, Listed
from web.office.acting import instruction
from web.office.coordination import (
    Coordinator,
    Filter,
    TheSite,
    asked,
    list_address,
    list_page,
    scope_of_seat,
)
from web.seat import NotAllowed, Seat
from web.site import Site

router = APIRouter()

FormId = Annotated[str, Form(pattern="^[0-9a-f]{32}$")]
Said = Annotated[str, Form(max_length=5000)]

AT_ONCE = 5
NOT_THEIRS = "It is not in your scope, or is no longer being handled."
NO_ANSWER = "Temporal did not answer; send the form again: nothing is done twice."


class Order(BaseModel):
    """The form of the list: which complaints go where."""

    form: str = Field(pattern="^[0-9a-f]{32}$")
    numbers: list[Annotated[str, Field(pattern="^[A-Z0-9]{1,40}$")]] = Field(default=[], max_length=PAGE)
    to: str = Field(default="", max_length=300)
    note: str = Field(default="", max_length=5000)


@router.post("/office/coordination/ews/{number}")
async def decide_ews(
    number: str,
    site: TheSite,
    seat: Coordinator,
    form: FormId,
    granted: Annotated[bool, Form()],
    note: Said = "",
) -> Response:
    """Grants or refuses a later end."""
    there = next(iter(await _theirs(site, scope_of_seat(site, seat), [number])), None)
    if there is None:
        raise Refused(RefusalCode.UNKNOWN_NUMBER, "There is no such complaint in your scope.")
    order = instruction(seat, form, number, DecideEws, granted=granted, note=note)
    await site.complaints.perform(there.id, order)
    return RedirectResponse(f"/office/coordination?done={there.number}", 303)


@router.post("/office/coordination/list")
async def reassign(
    request: Request,
    site: TheSite,
    seat: Coordinator,
    which: Annotated[Filter, Depends(asked)],
    order: Annotated[Order, Form()],
) -> Response:
    """Gives the chosen complaints to a unit. What could not be given stays chosen, with the reason."""
    if not scope_of_seat(site, seat).steps:
        raise NotAllowed
    refused = await _give(site, seat, order)
    done = len(set(order.numbers) - set(refused))
    if refused:
        facts = {"to": order.to, "note": order.note, "chosen": order.numbers if not done else list(refused)}
        return await list_page(request, site, seat, which, status=409, done=done, refused=refused, **facts)
    return RedirectResponse(f"{list_address(**which.said)}&done={done}", 303)


async def _give(site: Site, seat: Seat, order: Order) -> dict[str, str]:
    """Sends the command for each; the reasons of those that refused, by number, or by nothing for all."""
    try:
        unit = site.city.unit(site.overview.unit_of(order.to))
    except Refused as refused:
        return {"": refused.message, **dict.fromkeys(order.numbers, "")}
    theirs = {one.number: one for one in await _theirs(site, scope_of_seat(site, seat), order.numbers)}
    turn = asyncio.Semaphore(AT_ONCE)

    async def give(number: str) -> tuple[str, str]:
        if number not in theirs:
            return number, NOT_THEIRS
        told = instruction(seat, order.form, number, Reassign, to=unit, note=order.note)
        try:
            async with turn:
                await site.complaints.perform(theirs[number].id, told)
        except Refused as refused:
            return number, refused.message
        except NoAnswer:
            return number, NO_ANSWER
        return number, ""

    answers = await asyncio.gather(*(give(number) for number in sorted(set(order.numbers))))
    return {number: why for number, why in answers if why}


async def _theirs(site: Site, scope: Scope, numbers: Sequence[str]) -> list[Listed]:
    """Those of the complaints that the seat may move; of others it is not even said that they are there."""
    found = await site.overview.reads.by_numbers(scope, numbers)
    return [one for one in found if scope.moves(one.unit)]
