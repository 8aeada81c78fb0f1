"""Who is who in the city: units, officers, categories and channels, as tables or JSON."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from commandline.answers import Json, command, fail, print_json, print_table
from commandline.wiring import BOUNDARIES, city
from domain.organisation import UnitKind
from domain.policy import ClockRule, Policy
from runtime.settings import load_settings

app = typer.Typer(
    no_args_is_help=True,
    help="Units, officers, categories, channels and policies, with their codes; ward boundaries.",
)

Find = Annotated[str, typer.Argument(help="Only those with this in their code or name.")]
Kind = Annotated[UnitKind | None, typer.Option("--kind", help="Only units of this kind.")]


@app.command()
@command
async def units(find: Find = "", kind: Kind = None, as_json: Json = False) -> None:
    """Every body that can hold, check or supervise a complaint."""
    rows = [
        {
            "code": unit.code,
            "name": unit.name,
            "kind": unit.kind.value,
            "parent": unit.parent,
            "ward": unit.ward,
            "monitored_by": unit.ladder[0].code if unit.ladder else None,
            "ladder": [rung.code for rung in unit.ladder],
            **city().contact(unit.code).model_dump(mode="json", include={"email", "phone", "hours"}),
        }
        for unit in city().units()
        if kind in {None, unit.kind}
    ]
    _print("Units", rows, find, as_json)


@app.command()
@command
async def officers(find: Find = "", as_json: Json = False) -> None:
    """Who can act, and for which unit: give the code to --as."""
    rows = [
        {"code": officer.code, "name": officer.name, "unit": officer.unit} for officer in city().officers()
    ]
    _print("Officers", rows, find, as_json)


@app.command()
@command
async def categories(find: Find = "", as_json: Json = False) -> None:
    """Kinds of complaint, with the unit whose duty they are."""
    rows = [
        category.model_dump(
            mode="json", include={"code", "name", "name_en", "group", "duty", "kind", "needs_point"}
        )
        for category in city().categories()
    ]
    _print("Categories", rows, find, as_json)


@app.command()
@command
async def channels(find: Find = "", as_json: Json = False) -> None:
    """The official channels, with the desk of each."""
    rows = [
        {"code": channel.code, "name": channel.name, "desk": channel.desk} for channel in city().channels()
    ]
    _print("Channels", rows, find, as_json)


@app.command()
@command
async def policies(as_json: Json = False) -> None:
    """The policies: deadlines, ladder and hops, each dated and with its source."""
    now = datetime.now(UTC)
    found = [city().policy(name, "", now) for name in city().policies()]
    if as_json:
        print_json([policy.model_dump(mode="json", exclude={"calendar"}) for policy in found])
        return
    columns = ("name", "from", "take up within", "resolve within", "validate within", "source")
    print_table(
        "Policies",
        columns,
        (
            (
                policy.name,
                policy.effective_from,
                *(f"{rule.limit.amount} {rule.limit.unit}" for rule in _clocks(policy)),
                policy.source,
            )
            for policy in found
        ),
    )


@app.command()
@command
async def check(as_json: Json = False) -> None:
    """Whether every unit answers to somebody and every ward to a unit. Exit status 1 when not."""
    from jakarta.organisation import findings  # noqa: PLC0415 - heavy

    units = city().units()
    found = findings({unit.code: unit for unit in units})
    wards = sum(unit.ward is not None for unit in units)
    if as_json:
        print_json({"units": len(units), "wards": wards, "findings": found})
    else:
        sys.stdout.write(f"{len(units)} units, {wards} wards, {len(found)} findings.\n")
    if found:
        fail("\n".join(found))


@app.command()
@command
async def boundaries(
    file: Annotated[Path, typer.Argument(metavar="FILE.geojson", help="A polygon for each ward, WGS84.")],
    code: Annotated[str, typer.Option("--code", help="Property that holds the Kemendagri code.")] = "kode",
    as_json: Json = False,
) -> None:
    """Imports exact ward boundaries, which from then on decide instead of the nearest reference point."""
    from jakarta.boundaries import import_boundaries  # noqa: PLC0415 - heavy

    wards = {unit.ward for unit in city().units() if unit.ward}
    target = load_settings().home / BOUNDARIES
    imported = import_boundaries(file, code, wards, target)
    if as_json:
        print_json(imported._asdict())
        return
    sys.stdout.write(f"{imported.wards} wards imported, {imported.mended} of them mended, into {target}.\n")
    if imported.missing:
        sys.stdout.write(f"Without a polygon, by nearest point as before: {', '.join(imported.missing)}\n")


def _clocks(policy: Policy) -> tuple[ClockRule, ...]:
    return (policy.response, policy.resolution, policy.validation)


def _print(title: str, rows: Sequence[Mapping[str, Any]], find: str, as_json: bool) -> None:
    wanted = find.casefold()
    found = [row for row in rows if wanted in " ".join(str(cell) for cell in row.values()).casefold()]
    if as_json:
        print_json(found)
        return
    columns = list(rows[0])
    print_table(
        f"{title}: {len(found)}",
        columns,
        ([", ".join(cell) if isinstance(cell, list) else cell for cell in row.values()] for row in found),
    )
