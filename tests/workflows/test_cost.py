"""What one complaint costs, in counts that do not vary: a change that makes it dearer is seen here.

Times are measured by ``bench/``; docs/performance.md says what these counts are made of.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from temporalio.client import Client

from bench.lifecycle import counts, ours
from store.database import Database

pytestmark = pytest.mark.servers
LIVES = 3
"""What else goes on in the process can only add statements: the least of so many lives is one life's own."""

EVENTS, TASKS, ACTIVITIES = 92, 15, 8
BYTES = 28_000
STATEMENTS = 42


@contextmanager
def statements(engine: Database) -> Iterator[list[str]]:
    """What is sent to PostgreSQL meanwhile."""
    seen: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        seen.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine.sync_engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("worker")
async def test_a_life_costs_what_it_cost(client: Client, engine: Database) -> None:
    asked, found = [], []
    for _ in range(LIVES):
        with statements(engine) as seen:
            life = await ours(client)
        asked.append(len(seen))
        found.append(counts(await client.get_workflow_handle(life.id).fetch_history()))
    cheapest = min(found)
    assert (cheapest.events, cheapest.tasks, cheapest.activities) == (EVENTS, TASKS, ACTIVITIES)
    assert cheapest.size <= BYTES
    assert min(asked) == STATEMENTS
