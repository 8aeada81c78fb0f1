"""Complaints from a CSV or JSON file: good rows go in, bad rows are listed with line and reason."""

import asyncio
import csv
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channels import json_file
from channels.csv_file import BadRow, CsvMapping, GoodRow, read
from commandline.answers import Json, command, fail, print_json, progress
from commandline.wiring import Wiring
from domain.csv_cell import disarmed
from domain.refusal import Refused

if TYPE_CHECKING:
    from channels.front_door import FrontDoor

AT_ONCE = 16
"""Complaints under way at the same time: enough to keep the engine busy, no more."""

BATCH = 500
"""Rows for which one look-up tells which are in already."""


class Tally:
    """What became of the rows of a file."""

    def __init__(self, rows: Sequence[GoodRow | BadRow]) -> None:
        self.rows = len(rows)
        self.bad = [row for row in rows if isinstance(row, BadRow)]
        self.good = [row for row in rows if isinstance(row, GoodRow)]
        self.new = 0
        self.known = 0

    def count(self, row: GoodRow, said_before: str | None) -> None:
        """A row that is in: new, known from before, or clashing with what its reference said before."""
        if said_before is None:
            self.new += 1
        elif said_before == row.intake.digest:
            self.known += 1
        else:
            self.refuse(row, "its reference came before with another text; give it a reference of its own")

    def refuse(self, row: GoodRow, reason: str) -> None:
        """A row that was not taken."""
        self.bad.append(BadRow(row.line, reason, [row.intake.reference]))


@command
async def import_csv(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV (first line names the columns) or .json; UTF-8.")
    ],
    channel: Annotated[str, typer.Option("--channel", help="The channel they came through: `org channels`.")],
    mapping: Annotated[Path | None, typer.Option("--map", help="TOML file: which column is which.")] = None,
    column: Annotated[
        list[str] | None, typer.Option("--column", metavar="FIELD=COLUMN", help="One column; repeatable.")
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", help="Where bad rows are listed.")] = None,
    as_json: Json = False,
) -> None:
    """Takes complaints from a CSV file, or from a JSON file as `export --format json --personal` writes it.

    Safe to interrupt and to repeat: a row whose reference is in already is passed over. Without --map
    the columns are: reference, category, text, latitude, longitude, place, name, contact.
    """
    how = (CsvMapping.load(mapping) if mapping else CsvMapping()).with_columns(_pairs(column))
    async with Wiring() as tuntas:
        tuntas.city.channel(channel)
        rows = json_file.read(file, channel) if file.suffix == ".json" else read(file, channel, how)
        tally = Tally(list(rows))
        await _take_in(tuntas, tally)
        listed = _list_bad(tally.bad, report or _report_path(tuntas.home, file)) if tally.bad else None
    _say(tally, listed, as_json)
    if listed:
        fail(f"{len(tally.bad)} of {tally.rows} rows were not taken; they are listed in {listed}")


def _pairs(column: list[str] | None) -> dict[str, str]:
    pairs = dict(one.split("=", 1) for one in column or () if "=" in one)
    if len(pairs) != len(column or ()):
        raise typer.BadParameter("write each as FIELD=COLUMN", param_hint="--column")
    return pairs


async def _take_in(tuntas: Wiring, tally: Tally) -> None:
    """Submits what is not in yet, a batch at a time, many at once; a row that is refused is a bad row."""
    door = await tuntas.front_door()
    with progress("Taking complaints in", len(tally.good)) as advance:
        for start in range(0, len(tally.good), BATCH):
            batch = tally.good[start : start + BATCH]
            there = await tuntas.digests(batch[0].intake.channel, [row.intake.reference for row in batch])
            fresh: dict[str, GoodRow] = {}
            for row in batch:
                reference = row.intake.reference
                if reference in there or reference in fresh:
                    tally.count(row, there.get(reference) or fresh[reference].intake.digest)
                    advance()
                else:
                    fresh[reference] = row
            await _submit(door, list(fresh.values()), tally, advance)


async def _submit(
    door: "FrontDoor", rows: Sequence[GoodRow], tally: Tally, advance: Callable[[], None]
) -> None:
    waiting = iter(rows)

    async def one_after_another() -> None:
        for row in waiting:
            try:
                receipt = await door.submit(row.intake)
            except Refused as refused:
                tally.refuse(row, refused.message)
            else:
                tally.count(row, None if receipt.digest == row.intake.digest else receipt.digest)
            advance()

    async with asyncio.TaskGroup() as group:
        for _ in range(min(AT_ONCE, len(rows))):
            group.create_task(one_after_another())


def _list_bad(bad: Sequence[BadRow], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "reason", "row"])
        for row in sorted(bad):
            writer.writerow([row.line, *map(disarmed, (row.reason, *row.cells))])
    return path


def _report_path(home: Path, file: Path) -> Path:
    return home / "imports" / f"{file.stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}-rejected.csv"


def _say(tally: Tally, listed: Path | None, as_json: bool) -> None:
    if as_json:
        counts = {"rows": tally.rows, "new": tally.new, "known": tally.known, "rejected": len(tally.bad)}
        print_json({**counts, "report": str(listed) if listed else None})
        return
    sys.stdout.write(
        f"{tally.rows} rows: {tally.new} new complaints, {tally.known} known already, "
        f"{len(tally.bad)} rejected.\n"
    )
