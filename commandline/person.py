"""Rights of the person over personal data: found, told, corrected, restricted, erased."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated

import typer

from commandline.answers import Json, command, fail, print_json, print_table, remark
from commandline.show import wib
from commandline.wiring import Wiring
from domain.person import Decision, PersonRequest, RequestState, Right

if TYPE_CHECKING:
    from store.persons import Persons

app = typer.Typer(
    no_args_is_help=True,
    help="""What a person may ask of their data (UU 27/2022).

    An officer first sees that the request comes from the person. With --as the officer says so at once;
    without it the request waits, with its 72 hours running, until `person decide`.
    """,
)

Numbers = Annotated[list[str], typer.Argument(help="Numbers of the person's complaints: `person find`.")]
Verified = Annotated[
    str | None, typer.Option("--as", metavar="OFFICER", help="Who has seen that the person asks.")
]
LOOK = "See: starter.py person list"


@app.command()
@command
async def find(
    contact: Annotated[str | None, typer.Option("--contact", help="Address or telephone number.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="The whole name, as it was given.")] = None,
    as_json: Json = False,
) -> None:
    """The complaints of a person."""
    if not (contact or name):
        fail("Give --contact, --name or both.", 2)
    async with Wiring() as tuntas:
        found = await _persons(tuntas).find(contact=contact, name=name)
    if as_json:
        print_json([one._asdict() for one in found])
        return
    rows = [(one.number, one.status, wib(one.opened_at), "yes" if one.restricted else "") for one in found]
    print_table("Complaints", ("number", "status", "opened", "restricted"), rows)


@app.command()
@command
async def export(
    numbers: Numbers,
    officer: Annotated[
        str, typer.Option("--as", metavar="OFFICER", help="Who has seen that the person asks.")
    ],
    output: Annotated[Path | None, typer.Option("--output", help="A file. Unset: stdout.")] = None,
) -> None:
    """Writes all that is held about the person, with the trail of who processed it, as JSON."""
    async with Wiring() as tuntas:
        known = await _known(tuntas, numbers)
        await _ask(tuntas, Right.ACCESS, known, officer)
        held = [await _persons(tuntas).everything(number) for number in known]
    text = json.dumps({"complaints": held}, indent=2, ensure_ascii=False, default=str)
    if output:
        output.write_text(f"{text}\n", encoding="utf-8")
        remark(f"All that is held of {len(held)} complaints is in {output}.")
    else:
        sys.stdout.write(f"{text}\n")


@app.command()
@command
async def correct(
    numbers: Numbers,
    name: Annotated[str | None, typer.Option("--name", help="The right name.")] = None,
    contact: Annotated[str | None, typer.Option("--contact", help="The right contact.")] = None,
    officer: Verified = None,
) -> None:
    """Corrects name and contact: what is given here stands in place of both."""
    async with Wiring() as tuntas:
        await _ask(tuntas, Right.CORRECT, await _known(tuntas, numbers), officer, name, contact)


@app.command()
@command
async def restrict(
    numbers: Numbers,
    lift: Annotated[bool, typer.Option("--lift", help="Lift the restriction.")] = False,
    officer: Verified = None,
) -> None:
    """Keeps what the person said for the complaint only: no public page, no export shows it."""
    async with Wiring() as tuntas:
        right = Right.RELEASE if lift else Right.RESTRICT
        await _ask(tuntas, right, await _known(tuntas, numbers), officer)


@app.command()
@command
async def erase(numbers: Numbers, officer: Verified = None) -> None:
    """Erases what the person said and who it is, everywhere and for good. The case stays and is counted.

    It takes a few minutes: keys are turned first, then destroyed.
    """
    async with Wiring() as tuntas:
        await _ask(tuntas, Right.ERASE, await _known(tuntas, numbers), officer)


@app.command()
@command
async def decide(
    request: Annotated[str, typer.Argument(help="Id of a request: `person list`.")],
    officer: Annotated[str, typer.Option("--as", metavar="OFFICER", help="Who decides.")],
    grant: Annotated[bool, typer.Option("--grant/--refuse", help="Whether it comes from the person.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is refused; the person is told.")] = "",
) -> None:
    """Grants or refuses a request that waits."""
    async with Wiring() as tuntas:
        decision = Decision(
            granted=grant, by=tuntas.orders.officer(officer).code, at=datetime.now(UTC), reason=reason
        )
        await (await tuntas.person_requests()).decide(request, decision)


@app.command("list")
@command
async def list_(
    undone: Annotated[bool, typer.Option("--undone", help="Only those that are not done.")] = False,
    as_json: Json = False,
) -> None:
    """The requests, the most urgent first."""
    async with Wiring() as tuntas:
        found = await _persons(tuntas).requests(undone=undone)
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one.id,
            one.right,
            one.state,
            " ".join(one.numbers),
            wib(one.due_at),
            "LATE" if one.late else "",
            one.decided_by,
            wib(one.done_at),
        )
        for one in found
    ]
    columns = ("id", "right", "state", "complaints", "due", "", "decided by", "done")
    print_table("Requests of persons", columns, rows)


async def _known(tuntas: Wiring, numbers: list[str]) -> tuple[str, ...]:
    return tuple([(await tuntas.find(number)).number for number in dict.fromkeys(numbers)])


async def _ask(
    tuntas: Wiring,
    right: Right,
    numbers: tuple[str, ...],
    officer: str | None,
    name: str | None = None,
    contact: str | None = None,
) -> None:
    now, requests = datetime.now(UTC), await tuntas.person_requests()
    by = tuntas.orders.officer(officer).code if officer else None
    request = PersonRequest(
        id=f"{now:%Y%m%d}-{token_hex(4)}",
        right=right,
        numbers=numbers,
        asked_at=now,
        name=name,
        contact=contact,
    )
    await requests.ask(request)
    state = RequestState.ASKED
    if by:
        state = await requests.decide(request.id, Decision(granted=True, by=by, at=now))
    remark(f"{request.id}: {right} is {state}, due by {wib(request.due_at)}. {LOOK}")


def _persons(tuntas: Wiring) -> "Persons":
    from store.persons import Persons  # noqa: PLC0415 - heavy

    return Persons(tuntas.engine)
