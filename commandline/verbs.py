"""What people do to a complaint: one command for each command of the aggregate."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from commandline.answers import Json, command, remark
from commandline.show import print_standing
from commandline.wiring import Wiring
from domain import commands
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
    Separate,
    Validate,
    Withdraw,
)
from domain.place import Point
from domain.refusal import RefusalCode, Refused
from domain.status import Status
from domain.wib import WIB

if TYPE_CHECKING:
    from domain.orders import Orders

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

Build = Callable[["Orders", str], AnyCommand]
"""Makes the command, given the unit that holds the complaint now."""


class Request(NamedTuple):
    """Who asks, of which complaint, and how the answer is wanted."""

    number: str
    officer: str | None
    identity: str | None
    later: bool
    as_json: bool
    access_code: str | None = None


def add_to(app: typer.Typer) -> None:
    """Gives the application every verb."""
    for panel, verbs in VERBS.items():
        for verb in verbs:
            app.command(verb.__name__.replace("_", "-"), rich_help_panel=panel)(verb)


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
    await _send(Request(number, officer, identity, later, as_json), lambda *_: Accept(note=note))


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
    await _send(
        Request(number, officer, identity, later, as_json), lambda orders, _: orders.coordinate(to, note)
    )


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
    await _send(
        Request(number, officer, identity, later, as_json), lambda orders, _: orders.dispose(to, note)
    )


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
        Request(number, officer, identity, later, as_json),
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
    await _send(
        Request(number, officer, identity, later, as_json), lambda orders, _: orders.reassign(to, note)
    )


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
    photos = await _evidence(photo, officer)
    await _send(
        Request(number, officer, identity, later, as_json),
        lambda *_: Progress(note=note, photos=photos),
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
    shown = await _evidence(evidence, officer)
    await _send(
        Request(number, officer, identity, later, as_json),
        lambda *_: Complete(note=note, evidence=shown),
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
        Request(number, officer, identity, later, as_json), lambda *_: Validate(accepted=accepted, note=note)
    )


@command
async def ask(
    number: Number,
    officer: As,
    question: Annotated[str, typer.Option("--question", help="What the reporter is asked.")],
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The holder asks the reporter; the first question of a holder stops the resolution clock."""
    await _send(
        Request(number, officer, identity, later, as_json), lambda *_: commands.Ask(question=question)
    )


@command
async def reply(
    number: Number,
    answer: Annotated[str, typer.Option("--answer", help="What the reporter says.")],
    access_code: Code = None,
    officer: MaybeAs = None,
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The reporter answers (--access-code), or the desk for them (--as)."""
    await _send(
        Request(number, officer, identity, later, as_json, access_code),
        lambda *_: commands.Reply(answer=answer),
    )


@command
async def request_ews(
    number: Number,
    officer: As,
    until: Annotated[datetime, typer.Option("--until", help="The later end, in Jakarta's time.")],
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The holder of a hard case asks for a later end (EWS); --note says why. The coordinator decides."""
    there = until if until.tzinfo else until.replace(tzinfo=WIB)
    await _send(
        Request(number, officer, identity, later, as_json),
        lambda *_: commands.RequestEws(until=there, note=note),
    )


@command
async def decide_ews(
    number: Number,
    officer: As,
    granted: Annotated[bool, typer.Option("--grant/--refuse", help="Is the later end granted?")],
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The coordinator grants or refuses a later end."""
    await _send(
        Request(number, officer, identity, later, as_json),
        lambda *_: commands.DecideEws(granted=granted, note=note),
    )


@command
async def escalate(
    number: Number,
    officer: As,
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The holder or the desk calls the next supervisor by hand; --note says what for."""
    await _send(Request(number, officer, identity, later, as_json), lambda *_: commands.Escalate(note=note))


@command
async def reject(
    number: Number,
    officer: As,
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The desk or a coordinator ends what is not a complaint; --note says why."""
    await _send(Request(number, officer, identity, later, as_json), lambda *_: commands.Reject(note=note))


@command
async def rate(
    number: Number,
    score: Annotated[int, typer.Option("--score", help="1 (not content at all) to 5 (very content).")],
    access_code: Code = None,
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The reporter says how content they are; --access-code is needed."""
    await _send(
        Request(number, None, identity, later, as_json, access_code),
        lambda *_: commands.Rate(score=score, note=note),
    )


@command
async def reopen(
    number: Number,
    access_code: Code = None,
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """The reporter says that it is not done, once; --access-code and --note are needed."""
    await _send(
        Request(number, None, identity, later, as_json, access_code), lambda *_: commands.Reopen(note=note)
    )


@command
async def merge(
    number: Number,
    officer: As,
    into: Annotated[str, typer.Option("--into", metavar="NUMBER", help="The complaint that it repeats.")],
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """It is about the same thing as another: it follows that one, and its reporter hears of it."""
    async with Wiring() as tuntas:
        parent = await tuntas.find(into)
    await _send(
        Request(number, officer, identity, later, as_json), lambda orders, _: orders.merge(parent, note)
    )


@command
async def separate(
    number: Number,
    officer: As,
    note: Note = "",
    identity: Id = None,
    later: Later = False,
    as_json: Json = False,
) -> None:
    """It was merged by mistake: it leaves the one it follows and goes its own way; --note is needed."""
    await _send(Request(number, officer, identity, later, as_json), lambda *_: Separate(note=note))


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
    await _send(Request(number, None, identity, later, as_json, access_code), lambda *_: Withdraw(note=note))


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
    await _send(Request(number, officer, identity, later, as_json, access_code), lambda *_: Close(note=note))


VERBS = {
    "What the holder does": (
        accept,
        coordinate,
        dispose,
        hand_back,
        progress,
        ask,
        request_ews,
        complete,
        escalate,
    ),
    "What desk, coordinator and validator do": (reassign, merge, separate, reject, decide_ews, validate),
    "What the reporter does": (reply, withdraw, rate, reopen, close),
}
"""Every verb, by who mostly uses it."""


async def _send(ask: Request, build: Build) -> None:
    """Sends one command and prints where the complaint stands then."""
    async with Wiring() as tuntas:
        found = await tuntas.find(ask.number)
        if found.status is Status.CLOSED:  # the engine forgets it one day; the record does not
            raise Refused(
                RefusalCode.WRONG_STATE, f"{found.number} is CLOSED; nothing more can be done to it."
            )
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


async def _actor(tuntas: Wiring, ask: Request) -> Actor:
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


async def _evidence(given: list[str] | None, officer: str) -> tuple[Evidence, ...]:
    async with Wiring() as tuntas:
        return await tuntas.evidence(given, tuntas.orders.officer(officer).code)
