"""What a lifecycle costs: ours against a bare workflow with the same messages, interleaved on one server.

``make bench``. A life is: opened, accepted, worked on, done, validated, rated, closed; all is recorded and
announced. The floor is the engine's own limit: as many messages, and one empty activity for each; the second
floor has local activities instead, which ours does not use (docs/decisions/0001). Rates and times are
medians of the rounds with their spread; counts do not vary, and a test guards them. ``--home`` names a
data folder to use, which gets these complaints too: one with a million closed ones, say.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from rich.console import Console
from rich.table import Table
from temporalio import activity, workflow
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowHistory
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker

from domain.commands import REPORTER, Accept, Close, Progress, Rate, Validate
from durable.complaints import Complaints
from durable.queues import COMPLAINTS
from durable.search_attributes import REGISTRY
from jakarta.load import load_jakarta
from runtime.settings import Settings
from runtime.stack import Stack
from runtime.temporal_client import connect
from store.database import Database
from store.migrate import migrate
from tests.city import BIRO, PHOTO, officer
from tests.workflows.paths import DONE, LURAH, start
from tests.workflows.paths import Path as Life
from worker import hosted_by, plugin

COMMANDS = (
    (Accept(), LURAH),
    (Progress(note="Di lokasi.", photos=(PHOTO,)), LURAH),
    (DONE, LURAH),
    (Validate(accepted=True), officer(BIRO)),
    (Rate(score=4), REPORTER),
    (Close(), REPORTER),
)


@activity.defn
async def nothing() -> None:
    """The floor's only activity."""


@workflow.defn(sandboxed=False)
class Floor:
    """The engine's own limit: as many updates as a complaint, and one empty activity for each."""

    @workflow.init
    def __init__(self, local: bool) -> None:
        self._execute = workflow.execute_local_activity if local else workflow.execute_activity
        self._done = 0

    @workflow.run
    async def run(self, _local: bool) -> None:
        """Ends after the last message."""
        await workflow.wait_condition(lambda: self._done > len(COMMANDS))

    @workflow.update
    async def step(self) -> None:
        """One message."""
        await self._execute(nothing, start_to_close_timeout=timedelta(seconds=60))
        self._done += 1


FLOOR, OURS = "floor", "ours"
QUEUE = "bench"
"""Of its own: on a folder that was used, complaints go to the current build only, which the bench is not."""


class Lived(NamedTuple):
    """One lifecycle: its workflow id, seconds until it was opened, and seconds of each command."""

    id: str
    opened_s: float
    commands_s: list[float]


class Counts(NamedTuple):
    """What does not vary: events and bytes of a history, workflow tasks and activities."""

    events: int
    size: int
    tasks: int
    activities: int


class Cost(NamedTuple):
    """What a round measured: lifecycles a second, CPU seconds for each, every lifecycle, and what one counts.

    ``cpu_s`` is of the whole machine, whoever used it: measure on one that has nothing else to do.
    """

    rate: float
    cpu_s: float
    lives: Sequence[Lived]
    counts: Counts


class Asked(NamedTuple):
    """What the command line says."""

    rounds: int
    complaints: int
    at_once: int
    home: Path | None


Kinds = dict[str, Callable[[], Awaitable[Cost]]]


async def floor(client: Client, *, local: bool = False) -> Lived:
    """One bare lifecycle."""
    identity, took = uuid4().hex, Times()
    begin = WithStartWorkflowOperation(
        Floor.run, local, id=identity, task_queue="floor", id_conflict_policy=WorkflowIDConflictPolicy.FAIL
    )
    opened = await took.of(
        client.execute_update_with_start_workflow(Floor.step, start_workflow_operation=begin)
    )
    handle = client.get_workflow_handle(identity)
    commands = [await took.of(handle.execute_update(Floor.step)) for _ in COMMANDS]
    await handle.result()
    return Lived(identity, opened, commands)


async def ours(client: Client, queue: str = COMPLAINTS) -> Lived:
    """One complaint from opened to closed, recorded and announced."""
    life, took = Life(Complaints(client, queue), start()), Times()
    opened = await took.of(life.open())
    commands = [await took.of(life.send(command, actor)) for command, actor in COMMANDS]
    await client.get_workflow_handle(life.id).result()
    return Lived(life.id, opened, commands)


class Times:
    """Measures how long something takes, in seconds."""

    async def of(self, what: Awaitable[object]) -> float:
        """Waits for it."""
        began = time.perf_counter()
        await what
        return time.perf_counter() - began


def counts(history: WorkflowHistory) -> Counts:
    """What a history holds."""
    kinds = Counter(event.event_type for event in history.events)
    return Counts(
        events=len(history.events),
        size=sum(event.ByteSize() for event in history.events),
        tasks=kinds[EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED],
        activities=kinds[EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED],
    )


async def measure(client: Client, one: Callable[[Client], Awaitable[Lived]], asked: Asked) -> Cost:
    """Runs a round, some at once."""
    gate = asyncio.Semaphore(asked.at_once)

    async def gated() -> Lived:
        async with gate:
            return await one(client)

    busy, began = busy_s(), time.perf_counter()
    lives = await asyncio.gather(*(gated() for _ in range(asked.complaints)))
    took, used = time.perf_counter() - began, busy_s() - busy
    history = await client.get_workflow_handle(lives[0].id).fetch_history()
    return Cost(asked.complaints / took, used / asked.complaints, lives, counts(history))


def busy_s() -> float:
    """Seconds that the cores of this machine have worked (Linux, in hundredths)."""
    user, nice, system, _, _, interrupts, soft, *_ = Path("/proc/stat").read_text().split()[1:9]
    return sum(map(int, (user, nice, system, interrupts, soft))) / 100


async def main(asked: Asked) -> None:
    """Interleaves the rounds, so that whatever else the machine does meets both alike."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=asked.home or Path(folder) / "home")
        async with Stack(settings, search_attributes=REGISTRY, migrate=migrate):
            engine = Database.of(settings)
            client = await connect(settings, plugins=[plugin(engine, settings, load_jakarta())])
            bare = await connect(settings)
            async with (
                hosted_by(client, QUEUE),
                Worker(bare, task_queue="floor", workflows=[Floor], activities=[nothing]),
            ):
                kinds: Kinds = {
                    FLOOR: partial(measure, bare, floor, asked),
                    "floor, local": partial(measure, bare, partial(floor, local=True), asked),
                    OURS: partial(measure, client, partial(ours, queue=QUEUE), asked),
                }
                for warm_up in kinds.values():
                    await warm_up()
                rounds = [{name: await kind() for name, kind in kinds.items()} for _ in range(asked.rounds)]
            await engine.dispose()
    _tell(rounds, asked)


def _tell(rounds: list[dict[str, Cost]], asked: Asked) -> None:
    title = f"{asked.complaints} lifecycles a round, {asked.at_once} at once, {asked.rounds} rounds"
    table = Table(title=title, title_justify="left")
    for column in (
        "",
        "lifecycles/s",
        "CPU s each",
        "open ms",
        "command ms",
        "events",
        "bytes",
        "tasks",
        "activities",
    ):
        table.add_column(column, justify="right" if column else "left")
    for name in rounds[0]:
        costs = [one[name] for one in rounds]
        opened = [life.opened_s for cost in costs for life in cost.lives]
        commands = [second for cost in costs for life in cost.lives for second in life.commands_s]
        table.add_row(
            name,
            _spread([cost.rate for cost in costs], 1),
            _spread([cost.cpu_s for cost in costs], 3),
            _percentiles(opened),
            _percentiles(commands),
            *map(str, costs[0].counts),
        )
    Console(width=120).print(table)
    ratios = [one[OURS].rate / one[FLOOR].rate for one in rounds]
    sys.stdout.write(f"ours / floor: {_spread(ratios, 2)}\n")


def _spread(values: Sequence[float], digits: int) -> str:
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def _percentiles(seconds: Sequence[float]) -> str:
    cuts = statistics.quantiles([one * 1000 for one in seconds], n=100)
    return f"p50 {cuts[49]:.0f}, p99 {cuts[98]:.0f}"


def asked_for() -> Asked:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.lifecycle",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=5, help="of each (default 5)")
    parser.add_argument("--complaints", type=int, default=60, help="lifecycles a round (default 60)")
    parser.add_argument("--at-once", type=int, default=20, help="under way at a time (default 20)")
    parser.add_argument("--home", type=Path, help="a data folder to use and to fill (default: a new one)")
    said = parser.parse_args()
    return Asked(said.rounds, said.complaints, said.at_once, said.home)


if __name__ == "__main__":
    asyncio.run(main(asked_for()))
