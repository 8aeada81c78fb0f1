"""What strikes about how complaints are handled: looked for now, listed, without a browser."""

from typing import Annotated

import typer

from commandline.answers import Json, command, print_json, print_table, remark
from commandline.wiring import Wiring
from domain.integrity import Facts, FindingState, Rule
from domain.period import Period

LISTED = 1000
NUMBERS = 3
"""Complaints of a finding that a line names."""


@command
async def integrity(
    month: Annotated[str, typer.Argument(metavar="MONTH", help="Such as 2026-10; the running one too.")],
    rule: Annotated[Rule | None, typer.Option("--rule", help="Only what this rule found.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Only of this unit (code).")] = None,
    state: Annotated[FindingState | None, typer.Option("--state", help="Only what is in this state.")] = None,
    look: Annotated[
        bool, typer.Option("--look/--no-look", help="Look for it first; else list what is known.")
    ] = True,
    as_json: Json = False,
) -> None:
    """What strikes about how complaints were handled in a month: facts to look into, never a verdict.

    The service looks by itself each morning. Rules and thresholds: docs/integrity.md.
    """
    from activities.integrity import IntegrityLook  # noqa: PLC0415 - heavy
    from store.findings import FindingFilter, Findings  # noqa: PLC0415 - heavy

    period = Period.parse(month)
    async with Wiring() as tuntas:
        if look:
            new, gone = await IntegrityLook(tuntas.engine, tuntas.city).look(period)
            remark(f"Findings in {period.name}: {new} new; {gone} that were found hold no longer.")
        code = tuntas.city.unit(unit).code if unit else None
        which = FindingFilter(rule=rule, unit=code, state=state, month=period.first)
        findings = await Findings(tuntas.engine).latest(which, LISTED)
        if len(findings) == LISTED:
            remark(f"Only the first {LISTED} are listed; narrow with --rule, --unit or --state.")
    if as_json:
        print_json([one.model_dump(mode="json") for one in findings])
        return
    columns = ("finding", "state", "unit", "complaints", "facts")
    print_table(f"Integrity {period.name}: {len(findings)}", columns, (
        (one.id, one.state, one.found.unit, _numbers(one.found.numbers), _facts(one.found.facts))
        for one in findings
    ))  # fmt: skip


def _numbers(numbers: tuple[str, ...]) -> str:
    more = f" and {len(numbers) - NUMBERS} more" if len(numbers) > NUMBERS else ""
    return f"{' '.join(numbers[:NUMBERS])}{more}"


def _facts(facts: Facts) -> str:
    return ", ".join(f"{name} {said}" for name, said in facts.items() if name not in {"id", "en", "picture"})
