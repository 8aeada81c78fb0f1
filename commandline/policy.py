"""A change of the working calendar for complaints that are open: previewed, then sent to each."""

import asyncio
import sys
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from commandline.answers import Json, command, print_json, print_table, progress
from commandline.show import wib
from commandline.wiring import Wiring
from domain.calendar import WorkingCalendar
from domain.commands import SERVICE, AdoptCalendar, Instruction
from domain.refusal import RefusalCode, Refused

if TYPE_CHECKING:
    from domain.events import ClockMove
    from durable.complaints import Complaints
    from store.complaints import OpenComplaint

AT_ONCE = 20

app = typer.Typer(no_args_is_help=True, help="Changes of policy that should reach open complaints.")


class Change(NamedTuple):
    """What the calendar as it stands in the files now would change for one open complaint."""

    number: str
    id: str
    calendar: WorkingCalendar
    moves: "tuple[ClockMove, ...]"


@app.command()
@command
async def apply(
    preview: Annotated[bool, typer.Option("--preview", help="Only say what would move.")] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why, for every timeline it reaches.")] = "",
    as_json: Json = False,
) -> None:
    """Sends the working calendar, as the files have it now, to every open complaint.

    Each counts anew what has not passed, and says so on its timeline. Limits and ladders stay those of
    its intake. Sent twice, it is done once.
    """
    if not preview and not reason.strip():
        raise Refused(RefusalCode.BAD_INPUT, "Say why with --reason; it stands on every timeline it reaches.")
    async with Wiring() as tuntas:
        complaints = await tuntas.complaints()
        changes = [change async for change in _changes(tuntas, complaints)]
        if not preview:
            await _send(complaints, changes, reason)
    _say(changes, preview, as_json)


async def _changes(tuntas: Wiring, complaints: "Complaints") -> AsyncIterator[Change]:
    """Asks every open complaint what would move; those that have the calendar already are left out."""
    every = await tuntas.reads.every_open()
    with progress("Asking open complaints", len(every)) as advance:
        for start in range(0, len(every), AT_ONCE):
            batch = every[start : start + AT_ONCE]
            for change in await asyncio.gather(*(_change(tuntas, complaints, one) for one in batch)):
                advance()
                if change:
                    yield change


async def _change(tuntas: Wiring, complaints: "Complaints", one: "OpenComplaint") -> Change | None:
    calendar = tuntas.city.policy(one.policy, one.category, one.opened_at).calendar
    try:
        moves = await complaints.recount(one.id, calendar)
    except Refused:  # it closed in the meantime, and is kept no longer
        return None
    return Change(one.number, one.id, calendar, moves) if moves is not None else None


async def _send(complaints: "Complaints", changes: list[Change], reason: str) -> None:
    with progress("Sending the calendar", len(changes)) as advance:
        for start in range(0, len(changes), AT_ONCE):
            batch = changes[start : start + AT_ONCE]
            await asyncio.gather(*(_adopt(complaints, change, reason) for change in batch))
            for _ in batch:
                advance()


async def _adopt(complaints: "Complaints", change: Change, reason: str) -> None:
    digest = sha256(change.calendar.model_dump_json().encode()).hexdigest()
    order = Instruction(
        id=f"calendar/{digest[:32]}",
        actor=SERVICE,
        via="cli",
        command=AdoptCalendar(calendar=change.calendar, reason=reason),
    )
    try:
        await complaints.perform(change.id, order)
    except Refused as refused:
        if refused.code is not RefusalCode.WRONG_STATE:  # closed in the meantime: nothing left to move
            raise


def _say(changes: list[Change], preview: bool, as_json: bool) -> None:
    moved = [change for change in changes if change.moves]
    if as_json:
        print_json(
            {
                "preview": preview,
                "differ": len(changes),
                "move": len(moved),
                "moves": [
                    {"number": change.number, **move.model_dump(mode="json")}
                    for change in moved
                    for move in change.moves
                ],
            }
        )
        return
    would, have = ("would be", "would") if preview else ("were", "did")
    sys.stdout.write(
        f"{len(changes)} open complaints have another calendar and {would} sent this one; "
        f"{len(moved)} {have} move.\n"
    )
    if moved:
        print_table(
            "Moves",
            ("number", "clock", "from", "to"),
            (
                (change.number, move.clock, wib(move.before), wib(move.after))
                for change in moved
                for move in change.moves
            ),
        )
