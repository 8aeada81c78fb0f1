"""How well the integrity view finds frauds that were planted among honest complaints, and how long it looks.

``python -m bench.integrity --seed 7``. Starts a stack on a data folder of its own, writes a made-up year with
frauds of each kind into it, and looks at its months. Prints precision and recall of each rule.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from typing import NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Table

from activities.integrity import IntegrityLook
from domain.integrity import Found, Rule
from domain.period import Period
from jakarta.load import load_jakarta
from runtime.settings import load_settings
from store.attachments import AttachmentCatalogue
from store.bulk import BulkRecorder, Life
from store.database import Database
from synthetic.day import Day, Kind
from synthetic.frauds import Frauds, Planted, Score, in_portions, scores
from synthetic.volumes import PEOPLE_FOR_EACH, days_of

YEAR, END, PORTION = 2025, datetime(2026, 1, 31, 17, tzinfo=UTC), 500


class Size(NamedTuple):
    """How many honest complaints, how many frauds of each kind, and the seed of both."""

    honest: int
    each: int
    seed: int


async def made_up(database: Database, size: Size, *, quiet: bool = True) -> Planted:
    """Writes a year with frauds into an empty database."""
    people = max(50, round(size.honest * PEOPLE_FOR_EACH))
    day = Day(load_jakarta(), Kind(size.seed, END, people, 1))
    recorder = BulkRecorder(database)
    for when, many in track(days_of(YEAR, size.honest, size.seed), "Honest days", disable=quiet):
        await recorder.record(Life(*one) for one in day.lives(when, many, 1))
    planted = Frauds(load_jakarta(), day, YEAR, size.seed).plant(size.each)
    for portion in track(list(in_portions(planted.lives, PORTION)), "Frauds", disable=quiet):
        await recorder.record(Life(*one) for one in portion)
    for picture in planted.pictures:
        await AttachmentCatalogue(database).add(picture, "o-x", END)
    return planted


async def found_in(database: Database, *, quiet: bool = True) -> list[Found]:
    """What is found in the twelve months."""
    look = IntegrityLook(database, load_jakarta())
    months = [Period.month(YEAR, month) for month in range(1, 13)]
    found: list[Found] = []
    for month in track(months, "Months", disable=quiet):
        found += [*await look.counted(month), *await look.pictures(month)]
    return found


def tell(said: dict[Rule, Score], title: str) -> None:
    """Prints a line for each rule."""
    table = Table(title=title, title_justify="left")
    for column in ("rule", "planted", "found", "precision", "recall"):
        table.add_column(column, justify="left" if column == "rule" else "right")
    for rule, score in said.items():
        table.add_row(
            rule, str(score.planted), str(score.found), f"{score.precision:.2f}", f"{score.recall:.2f}"
        )
    Console(width=100).print(table)


async def main(size: Size) -> None:
    """Makes the year, looks and tells."""
    from commandline.stack import stack  # noqa: PLC0415 - reads the data folder that is set below

    async with stack("dki-2025"):
        database = Database.of(load_settings())
        planted = await made_up(database, size, quiet=False)
        began = time.perf_counter()
        found = await found_in(database, quiet=False)
        took = time.perf_counter() - began
        tell(
            scores(planted, found),
            f"{size.honest} honest complaints, {len(planted.lives)} of frauds, seed {size.seed}; "
            f"twelve months in {took:.1f} s",
        )
        await database.dispose()


def asked_for() -> Size:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.integrity",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--complaints", type=int, default=10_000, help="honest ones (default 10000)")
    parser.add_argument("--frauds", type=int, default=20, help="of each kind (default 20)")
    parser.add_argument("--seed", type=int, default=7, help="of both (default 7; the tests have 1)")
    said = parser.parse_args()
    return Size(said.complaints, said.frauds, said.seed)


if __name__ == "__main__":
    words = asked_for()
    with tempfile.TemporaryDirectory() as home:
        os.environ["TUNTAS_HOME"] = home
        asyncio.run(main(words))
        sys.exit(0)
