"""The audit trail: shown, and verified as a whole."""

from typing import TYPE_CHECKING, Annotated

import typer

from commandline.answers import Json, command, fail, print_json, print_table, progress, remark
from commandline.show import wib
from commandline.wiring import Wiring

if TYPE_CHECKING:
    from store.audit import Break

app = typer.Typer(
    no_args_is_help=True,
    help="The trail of who did what: a chain for each complaint, in which no entry can change unnoticed.",
)


@app.command()
@command
async def show(
    number: Annotated[str, typer.Argument(help="Number of the complaint.")], as_json: Json = False
) -> None:
    """The trail of a complaint, oldest first."""
    from store.audit import AuditTrail  # noqa: PLC0415 - heavy

    async with Wiring() as tuntas:
        found = await AuditTrail(tuntas.engine).of((await tuntas.find(number)).id)
    if as_json:
        print_json([one.model_dump(mode="json", exclude={"content"}) for one in found])
        return
    rows = [(one.seq, wib(one.at), one.action, one.actor, one.actor_unit, one.via) for one in found]
    print_table(f"Audit trail of {number}", ("", "when", "what", "who", "of unit", "by way of"), rows)


@app.command()
@command
async def verify(
    number: Annotated[str | None, typer.Argument(help="One complaint only. Unset: all.")] = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against", help="A head that was noted before: what it covers must be the same still."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Checks every entry, and that what is kept of each event is what was kept.

    Exit status 1 when something is wrong. It ends with the head: a digest of the whole trail. Noted down
    outside, by the Inspectorate say, it shows later (--against) whether anything up to then was changed, even
    by somebody who could write the whole chain anew.
    """
    from store.audit import AuditTrail, Head  # noqa: PLC0415 - heavy

    breaks: list[Break] = []
    entries, head = 0, Head(0, "")
    async with Wiring() as tuntas:
        trail = AuditTrail(tuntas.engine)
        one = (await tuntas.find(number)).id if number else None
        up_to = _covered(against) if against else await trail.last_id()
        with progress("Verifying", await trail.count()) as step:
            async for found in trail.verify(one, up_to):
                if isinstance(found, Head):
                    head = found
                    continue
                breaks += found.breaks
                entries += found.entries
                step(found.entries)
    if as_json:
        print_json({"entries": entries, "breaks": breaks, "head": str(head)})
    for broken in [] if as_json else breaks:
        where = f" at {broken.seq}" if broken.seq else ""
        remark(f"{broken.number or broken.complaint_id}{where}: {broken.what}.")
    if against and not one and str(head) != against.strip():
        fail(f"The trail up to entry {up_to} is not what it was when {against} was noted: it was changed.")
    if breaks:
        fail(f"{len(breaks)} breaks in {entries} entries.")
    if not as_json:
        remark(f"{entries} entries, no break. Head: {head}")


def _covered(head: str) -> int:
    last, _, digest = head.strip().partition(":")
    if not last.isdecimal() or len(digest) != 64:  # noqa: PLR2004 - a digest in hex
        fail("--against needs a head as `audit verify` prints it: NUMBER:DIGEST.", 2)
    return int(last)
