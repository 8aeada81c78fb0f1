"""What people do to a complaint: one command for each command of the aggregate."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from commandline.answers import Json, command, remark
from commandline.show import print_standing
from commandline.wiring import Wiring
from domain.commands import (
    REPORTER,
    Accept,
    Actor,
    AnyCommand,
    Close,
    Complete,
    Evidence,
    HandBackReason,
    Instruction,
    Progress,
    Validate,
    Withdraw,
)
from domain.orders import Orders
from domain.place import Point
from domain.refusal import RefusalCode, Refused

Number = Annotated[str, typer.Argument(help="Number of the complaint, such as JK2511230001.")]
As = Annotated[str, typer.Option("--as", metavar="OFFICER", help="Who acts: a code from `org officers`.")]
MaybeAs = Annotated[str | None, typer.Option("--as", metavar="OFFICER", help="The officer of the desk.")]
To = Annotated[str, typer.Option("--to", metavar="UNIT", help="A code from `org units`.")]
MaybeTo = Annotated[str | None, typer.Option("--to", metavar="UNIT", help="A better unit: `org units`.")]
Note = Annotated[str, typer.Option("--note", help="What to say about it.")]
Id = Annotated[str | None, typer.Option("--id", help="Own id of this command: sent twice, it is done once.")]
Later = Annotated[bool, typer.Option("--later", help="Leave it as a signal; do not wait for the answer.")]
Files = Annotated[list[str] | None, typer.Option(help="A file, or the https:// address of one; repeatable.")]
Code = Annotated[str | None, typer.Option("--access-code", help="The code that the reporter was given.")]
Latitude = Annotated[float | None, typer.Option("--lat", help="Latitude of a better location, in degrees.")]
Longitude = Annotated[float | None, typer.Option("--lon", help="Longitude of a better location.")]

Build = Callable[[Orders, str], AnyCommand]
"""Makes the command, given the unit that holds the complaint now."""


class Ask(NamedTuple):
    """Who asks, of which complaint, and how the answer is wanted."""

    number: str
    officer: str | None
    identity: str | None
    later: bool
    as_json: bool
    access_code: str | None = None


def add_to(app: typer.Typer) -> None:
    """Gives the application every verb."""
    for verb in (accept, coordinate, dispose, reassign, progress, complete, validate, withdraw, close):
        app.command(rich_help_panel="What people do to a complaint")(verb)
    app.command("hand-back", rich_help_panel="What people do to a complaint")(hand_back)


@command
async def accept(
    number: Number,
    officer: As,
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The holder takes it up: the response clock stops."""
    await _send(Ask(number, officer, identity, later, as_json), lambda *_: Accept(note=note))


@command
async def coordinate(
    number: Number,
    officer: As,
    to: To,
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The holder passes it to a unit of equal rank (a hop)."""
    await _send(Ask(number, officer, identity, later, as_json), lambda orders, _: orders.coordinate(to, note))


@command
async def dispose(
    number: Number,
    officer: As,
    to: To,
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The holder delegates it to its own sub-unit (a hop)."""
    await _send(Ask(number, officer, identity, later, as_json), lambda orders, _: orders.dispose(to, note))


@command
async def hand_back(
    number: Number,
    officer: As,
    reason: Annotated[HandBackReason, typer.Option("--reason", help="One of the three of art. 9.")],
    to: MaybeTo = None,
    lat: Latitude = None,
    lon: Longitude = None,
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The holder gives it back: to a better unit, to the unit of a better location, or to whence it came."""
    point = point_of(lat, lon)
    await _send(
        Ask(number, officer, identity, later, as_json),
        lambda orders, holder: orders.hand_back(holder, reason, to, point, note),
    )


@command
async def reassign(
    number: Number,
    officer: As,
    to: To,
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The channel's desk or a coordinator gives it to any unit (a hop)."""
    await _send(Ask(number, officer, identity, later, as_json), lambda orders, _: orders.reassign(to, note))


@command
async def progress(
    number: Number,
    officer: As,
    note: Note = "",
    photo: Files = None,
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The holder notes what has been done so far; --note is needed, photos are welcome."""
    await _send(
        Ask(number, officer, identity, later, as_json),
        lambda *_: Progress(note=note, photos=_evidence(photo)),
    )


@command
async def complete(
    number: Number,
    officer: As,
    note: Note = "",
    evidence: Files = None,
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The holder says it is done; --note and at least one --evidence are needed. Another unit validates."""
    await _send(
        Ask(number, officer, identity, later, as_json),
        lambda *_: Complete(note=note, evidence=_evidence(evidence)),
    )


@command
async def validate(
    number: Number,
    officer: As,
    accepted: Annotated[bool, typer.Option("--accept/--reject", help="Is it really done?")],
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The validator accepts or rejects a completion."""
    await _send(
        Ask(number, officer, identity, later, as_json), lambda *_: Validate(accepted=accepted, note=note)
    )


@command
async def withdraw(
    number: Number,
    access_code: Code = None,
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The reporter takes it back, before completion; --access-code is needed."""
    await _send(Ask(number, None, identity, later, as_json, access_code), lambda *_: Withdraw(note=note))


@command
async def close(
    number: Number,
    access_code: Code = None,
    officer: MaybeAs = None,
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The reporter (--access-code), or the desk for them (--as), is content: no need to wait."""
    await _send(Ask(number, officer, identity, later, as_json, access_code), lambda *_: Close(note=note))


async def _send(ask: Ask, build: Build) -> None:
    """Sends one command and prints where the complaint stands then."""
    async with Wiring() as tuntas:
        found = await tuntas.find(ask.number)
        instruction = Instruction[AnyCommand](
            id=ask.identity or uuid.uuid4().hex,
            actor=await _actor(tuntas, ask),
            via="cli",
            command=build(tuntas.orders, found.unit),
        )
        complaints = await tuntas.complaints()
        if ask.later:
            await complaints.perform_later(found.id, instruction)
            remark(
                f"Left for {found.number}. Were it refused, this would say so: starter.py show {found.number}"
            )
            return
        print_standing(await complaints.perform(found.id, instruction), ask.as_json)


async def _actor(tuntas: Wiring, ask: Ask) -> Actor:
    if ask.officer:
        return tuntas.orders.officer(ask.officer)
    if not ask.access_code:
        raise Refused(
            RefusalCode.BAD_INPUT, "Who asks? Give --access-code, the code that the reporter was given."
        )
    await tuntas.check_access_code(ask.number, ask.access_code)
    return REPORTER


def point_of(lat: float | None, lon: float | None) -> Point | None:
    """The point of two options. Raises ``Refused`` when only one of them was given."""
    if (lat is None) != (lon is None):
        raise Refused(RefusalCode.BAD_INPUT, "A point needs both --lat and --lon.")
    return None if lat is None or lon is None else Point(latitude=lat, longitude=lon)


def _evidence(given: list[str] | None) -> tuple[Evidence, ...]:
    from commandline.wiring import files  # noqa: PLC0415 - opened only when there is a file

    return tuple(
        Evidence(uri=one) if one.startswith(("https://", "http://")) else files().keep(Path(one))
        for one in given or ()
    )
