"""What a lifecycle costs: ours against a bare workflow with the same messages, interleaved on one server.

``make bench``. Prints rates as the median of the rounds with their spread, and counts, which do not vary.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from rich.console import Console
from rich.table import Table
from temporalio import activity, workflow
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.worker import Worker

from durable.complaints import Complaints
from durable.search_attributes import REGISTRY
from jakarta.load import load_jakarta
from runtime.settings import Settings
from runtime.stack import Stack
from runtime.temporal_client import connect
from store.database import Database
from store.migrate import migrate
from tests.workflows.paths import straight
from worker import hosted_by, plugin

ROUNDS, COMPLAINTS, AT_ONCE = 5, 60, 20
COMMANDS = 5
"""Messages after the start: accept, progress, complete, validate, close."""


@activity.defn
async def nothing() -> None:
    """The floor's only activity."""


@workflow.defn(sandboxed=False)
class Floor:
    """The engine's own limit: as many updates as a complaint, and one empty activity for each."""

    def __init__(self) -> None:
        self.done = 0

    @workflow.run
    async def run(self) -> None:
        """Ends after the last message."""
        await workflow.wait_condition(lambda: self.done > COMMANDS)

    @workflow.update
    async def step(self) -> None:
        """One message."""
        await workflow.execute_activity(nothing, start_to_close_timeout=timedelta(seconds=60))
        self.done += 1


class Cost(NamedTuple):
    """What one round measured: lifecycles a second, and events and bytes of one of them."""

    rate: float
    events: int
    size: int


async def floor(client: Client) -> str:
    """One bare lifecycle; returns its workflow id."""
    identity = uuid4().hex
    start = WithStartWorkflowOperation(
        Floor.run, id=identity, task_queue="floor", id_conflict_policy=WorkflowIDConflictPolicy.FAIL
    )
    await client.execute_update_with_start_workflow(Floor.step, start_workflow_operation=start)
    handle = client.get_workflow_handle_for(Floor.run, identity)
    for _ in range(COMMANDS):
        await handle.execute_update(Floor.step)
    await handle.result()
    return identity


async def ours(client: Client) -> str:
    """One complaint on the straight path, recorded and announced; returns its workflow id."""
    path = await straight(Complaints(client))
    await client.get_workflow_handle(path.id).result()
    return path.id


async def measure(client: Client, one: Callable[[Client], Awaitable[str]]) -> Cost:
    """Runs a round, some at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def gated() -> str:
        async with gate:
            return await one(client)

    began = time.perf_counter()
    identities = await asyncio.gather(*(gated() for _ in range(COMPLAINTS)))
    rate = COMPLAINTS / (time.perf_counter() - began)
    history = await client.get_workflow_handle(identities[0]).fetch_history()
    return Cost(rate, len(history.events), sum(event.ByteSize() for event in history.events))


async def main() -> None:
    """Interleaves the rounds, so that whatever else the machine does meets both alike."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home")
        async with Stack(settings, search_attributes=REGISTRY, migrate=migrate):
            engine = Database.of(settings)
            client = await connect(settings, plugins=[plugin(engine, settings, load_jakarta())])
            bare = await connect(settings)
            async with (
                hosted_by(client, "complaints"),
                Worker(bare, task_queue="floor", workflows=[Floor], activities=[nothing]),
            ):
                await measure(client, ours)  # warms both caches up
                rounds = [(await measure(bare, floor), await measure(client, ours)) for _ in range(ROUNDS)]
            await engine.dispose()
    _print(rounds)


def _print(rounds: list[tuple[Cost, Cost]]) -> None:
    table = Table(title=f"{COMPLAINTS} lifecycles a round, {AT_ONCE} at once, {ROUNDS} rounds")
    for column in ("", "lifecycles/s (median, min-max)", "events", "bytes"):
        table.add_column(column)
    for name, costs in (("floor", [one for one, _ in rounds]), ("ours", [two for _, two in rounds])):
        rates = sorted(cost.rate for cost in costs)
        spread = f"{statistics.median(rates):.1f} ({rates[0]:.1f}-{rates[-1]:.1f})"
        table.add_row(name, spread, str(costs[0].events), str(costs[0].size))
    Console().print(table)
    ratio = statistics.median(two.rate / one.rate for one, two in rounds)
    sys.stdout.write(f"ours / floor: {ratio:.2f}\n")


if __name__ == "__main__":
    asyncio.run(main())
