"""Complaints for other systems, as CSV or JSON; docs/exchange.md tells what each field is."""

import csv
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from channels.json_file import SCHEMA
from commandline.answers import command, remark
from commandline.wiring import Wiring
from domain.csv_cell import disarmed
from domain.wib import WIB


class Format(StrEnum):
    """What is written."""

    CSV = "csv"
    JSON = "json"


@command
async def export(
    form: Annotated[Format, typer.Option("--format", help="csv for spreadsheets, json for systems.")],
    channel: Annotated[str | None, typer.Option("--channel", help="Only through this channel.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], help="Opened on this day or later (WIB)."),
    ] = None,
    personal: Annotated[
        bool, typer.Option("--personal", help="With what reporters said, where, and who they are.")
    ] = False,
    output: Annotated[Path | None, typer.Option("--output", help="A file. Unset: stdout.")] = None,
) -> None:
    """Writes complaints out. Without --personal only where each stands; with it, `import` can read the JSON.

    The channel's own reference can name a person, so it is written with --personal or --channel only.
    """
    from store.exports import PERSONAL, REFERENCE, STANDING, Exports  # noqa: PLC0415 - heavy

    columns = STANDING + ((REFERENCE,) if personal or channel else ()) + (PERSONAL if personal else ())
    async with Wiring() as tuntas:
        wanted = tuntas.city.channel(channel).code if channel else None
        start = since.replace(tzinfo=WIB) if since else None
        found = Exports(tuntas.engine).complaints(columns, wanted, start)
        with output.open("w", encoding="utf-8", newline="") if output else nullcontext(sys.stdout) as file:
            write = _write_csv if form is Format.CSV else _write_json
            count = await write(file, columns, found)
    if output:
        remark(f"{count} complaints are in {output}.")


async def _write_csv(file: TextIO, names: Sequence[str], rows: AsyncIterator[dict[str, Any]]) -> int:
    writer, count = csv.writer(file), 0
    writer.writerow(names)
    async for row in rows:
        writer.writerow([disarmed(_plain(value)) for value in row.values()])
        count += 1
    return count


async def _write_json(file: TextIO, names: Sequence[str], rows: AsyncIterator[dict[str, Any]]) -> int:
    """One complaint a line, written as it is read."""
    head = json.dumps({"schema": SCHEMA, "exported_at": _plain(datetime.now(UTC))})
    file.write(f'{head[:-1]}, "complaints": [')
    count = 0
    async for row in rows:
        told = {name: _plain(value) for name, value in zip(names, row.values(), strict=True)}
        file.write(f"{',' if count else ''}\n{json.dumps(told, ensure_ascii=False)}")
        count += 1
    file.write("\n]}\n")
    return count


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value
