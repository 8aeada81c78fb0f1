"""The frame of a fault's program: its arguments, its progress, its last line of figures, its exit status."""

import argparse
import asyncio
import inspect
import sys
import time
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Asked(NamedTuple):
    """What the command line asked for; ``advance`` moves the bar."""

    seed: int
    times: int
    what: str
    advance: Callable[[], None]


class Outcome(NamedTuple):
    """The figures, and whether all is well."""

    figures: str
    well: bool


Fault = Callable[[Asked], Awaitable[Outcome]]


def run(name: str, fault: Fault, times: int, whats: tuple[str, ...] = (), counted: str = "times") -> None:
    """Runs a fault as a program; exit status 0 only when the accounts agree."""
    parser = argparse.ArgumentParser(
        prog=f"python -m tests.faults.{name}",
        description=inspect.getdoc(sys.modules[fault.__module__]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if whats:
        parser.add_argument("what", choices=whats, help="to whom it happens")
    parser.add_argument("--seed", type=int, default=1, help="of every chance in it (default 1)")
    parser.add_argument("--times", type=int, default=times, help=f"{counted} (default {times})")
    said = parser.parse_args()
    began = time.monotonic()
    outcome = asyncio.run(_with_bar(fault, said, name))
    verdict = "well" if outcome.well else "NOT WELL"
    took = time.monotonic() - began
    what = f" {said.what}" if whats else ""
    sys.stdout.write(f"{name}{what} seed={said.seed}: {outcome.figures}; {took:.0f} s: {verdict}\n")
    sys.stdout.flush()
    sys.exit(0 if outcome.well else 1)


async def _with_bar(fault: Fault, said: argparse.Namespace, name: str) -> Outcome:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=said.times)
        asked = Asked(said.seed, said.times, getattr(said, "what", ""), lambda: bar.advance(task))
        return await fault(asked)
