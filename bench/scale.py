"""What open complaints cost: the same measurements with more and more of them on one stack.

``python -m bench.scale --sizes 1000,10000``. All are real: each has its workflow, with a timer that ends in a
month. For each size: how fast they are opened, memory and disk, what an idle minute costs, how long a command
takes, and a list and the dashboard, and how late an escalation is when a hundred are due. The exponent of
growth stands last: 0 does not grow, 1 grows as the number does, above 1 is too much.
"""

import argparse
import asyncio
import math
import statistics
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple
from uuid import uuid4

import httpx
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy import text

from bench.lifecycle import busy_s
from bench.pages import Page, look, session_of
from bench.start_up import memory_mb, size_mb
from domain.commands import Accept
from domain.intake import complaint_id
from jakarta.load import load_jakarta
from tests.city import instruction, officer, opening
from tests.faults.due_together import MONTH, DueTogether, each, policy_due_at
from tests.faults.load import Promises
from tests.faults.stage import CHANNEL, Stage, stage
from tests.program import until

IDLE_S = 30.0
COMMANDS, LOOKS, DUE = 100, 30, 100
KELURAHAN = load_jakarta().unit("KEL-31.71.01.1001")
LURAH = officer(KELURAHAN)
PAGES = {
    Page("inbox", KELURAHAN.code, "/office/inbox"): "lurah-gambir",
    Page("dashboard", "SEKDA", "/office/coordination"): "o-sekda",
}
"""What is opened, and by which officer."""

LATE = """
SELECT count(*), percentile_cont(ARRAY[0.5, 0.99]) WITHIN GROUP (
    ORDER BY extract(epoch FROM event.recorded_at - (clock ->> 'due_at')::timestamptz)
)
FROM event JOIN complaint ON complaint.id = event.complaint_id, jsonb_array_elements(deadlines::jsonb) clock
WHERE event.event = 'escalated' AND clock ->> 'kind' = 'response' AND reference LIKE :those
"""
"""How many were escalated and how late, each by its own deadline: those lie within a second."""


class Costs(NamedTuple):
    """What was measured at one size. Costs for each open complaint are what came on top of an empty stack."""

    opened_a_second: float
    temporal_mb: float
    worker_mb: float
    postgres_mb: float
    temporal_kb_each: float
    postgres_kb_each: float
    idle_cpu_s_a_minute: float
    command_p50_ms: float
    command_p99_ms: float
    inbox_p50_ms: float
    dashboard_p50_ms: float
    escalated_p50_s: float
    escalated_p99_s: float


class Growing:
    """A stack with more and more open complaints."""

    def __init__(self, on: Stage, seed: int) -> None:
        self._on = on
        self._chance = Random(seed)  # noqa: S311 - which complaint is next
        self._before = self._open = 0
        self._empty = self._disk()

    async def grow_to(self, size: int) -> float:
        """Opens until there are so many; returns how many a second."""
        missing, first = size - self._open, self._open
        began = time.perf_counter()
        with Progress(transient=True) as bar:
            task = bar.add_task(f"up to {size}", total=missing)

            async def one(number: int) -> None:
                await self._open_one(first + number)
                bar.advance(task)

            await each(missing, one)
        self._before, self._open = first, size
        return missing / (time.perf_counter() - began)

    async def costs(self, opened: float) -> Costs:
        """Measures everything once."""
        idle = await self._idle()
        memory, disk = memory_mb(self._on.settings.home), self._disk()
        commands = await self._commands()
        inbox, dashboard = [await self._page(page, officer) for page, officer in PAGES.items()]
        late = await self._escalations()
        temporal_kb, postgres_kb = (
            (after - before) * 1000 / self._open for after, before in zip(disk, self._empty, strict=True)
        )
        return Costs(
            opened_a_second=opened,
            temporal_mb=memory["temporal"],
            worker_mb=memory["worker"],
            postgres_mb=memory["database"],
            temporal_kb_each=temporal_kb,
            postgres_kb_each=postgres_kb,
            idle_cpu_s_a_minute=idle,
            command_p50_ms=commands[0],
            command_p99_ms=commands[1],
            inbox_p50_ms=inbox,
            dashboard_p50_ms=dashboard,
            escalated_p50_s=late[0],
            escalated_p99_s=late[1],
        )

    async def _open_one(self, number: int) -> None:
        reference = f"scale-{number}"
        start = opening(reference=reference, policy=policy_due_at(datetime.now(UTC) + MONTH))
        await self._on.complaints.open(start.model_copy(update={"kelurahan": KELURAHAN}))

    async def _idle(self) -> float:
        before = busy_s()
        await asyncio.sleep(IDLE_S)
        return (busy_s() - before) * 60 / IDLE_S

    def _disk(self) -> tuple[float, float]:
        """Megabytes of Temporal's database and of PostgreSQL."""
        home: Path = self._on.settings.home
        temporal = sum(file.stat().st_size for file in home.glob("temporal*.db*")) / 1_000_000
        return temporal, size_mb(home / "postgres")

    async def _commands(self) -> tuple[float, float]:
        took = []
        fresh = range(self._before, self._open)  # each can be accepted once
        for number in self._chance.sample(fresh, min(COMMANDS, len(fresh))):
            identity = complaint_id(CHANNEL, f"scale-{number}")
            began = time.perf_counter()
            await self._on.complaints.perform(identity, instruction(Accept(), LURAH, uuid4().hex))
            took.append((time.perf_counter() - began) * 1000)
        cuts = statistics.quantiles(took, n=100)
        return cuts[49], cuts[98]

    async def _page(self, page: Page, officer: str) -> float:
        assert page.unit
        tokens = {page.unit: await session_of(self._on.engine, page.unit, officer)}
        async with httpx.AsyncClient(base_url=self._on.web, timeout=60) as browser:
            seen = [await look(browser, page, tokens) for _ in range(LOOKS)]
        assert {one.status for one in seen} == {200}
        return statistics.median(one.seconds for one in seen) * 1000

    async def _escalations(self) -> tuple[float, float]:
        """A hundred more that are due together: how late each was escalated, by PostgreSQL's clock."""
        due = f"due-{self._open}"
        await DueTogether(self._on, Promises(), KELURAHAN, due, DUE).open(lambda: None)

        async def all_escalated() -> bool:
            return (await self._escalated(due))[0] == DUE

        await until(all_escalated, limit=600)
        p50, p99 = (await self._escalated(due))[1]
        return p50, p99

    async def _escalated(self, prefix: str) -> tuple[int, list[float]]:
        async with self._on.engine.connect() as connection:
            many, late = (await connection.execute(text(LATE), {"those": f"{prefix}-%"})).one()
        return int(many), late


async def main(sizes: Sequence[int], seed: int) -> None:
    """Grows and measures, size by size."""
    found: dict[int, Costs] = {}
    async with stage("dki-2025") as on:
        growing = Growing(on, seed)
        for size in sizes:
            found[size] = await growing.costs(await growing.grow_to(size))
            sys.stderr.write(f"{size}: {found[size]}\n")
    _tell(found)


def _tell(found: dict[int, Costs]) -> None:
    table = Table(title="open complaints, each with its workflow", title_justify="left")
    table.add_column("")
    for size in found:
        table.add_column(f"{size:,}", justify="right")
    table.add_column("exponent", justify="right")
    first, last = min(found), max(found)
    for name in Costs._fields:
        values = [getattr(costs, name) for costs in found.values()]
        table.add_row(
            name, *(f"{value:.3g}" for value in values), _exponent(values[0], values[-1], last / first)
        )
    Console(width=110).print(table)


def _exponent(before: float, after: float, times: float) -> str:
    """Of a single size, or of nothing, there is none."""
    if times == 1 or before <= 0 or after <= 0:
        return "-"
    return f"{math.log(after / before) / math.log(times):.2f}"


def asked_for() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.scale",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--sizes", default="1000,10000", help="growing (default 1000,10000)")
    parser.add_argument("--seed", type=int, default=1, help="which complaints get commands (default 1)")
    return parser.parse_args()


if __name__ == "__main__":
    said = asked_for()
    asyncio.run(main([int(size) for size in said.sizes.split(",")], said.seed))
