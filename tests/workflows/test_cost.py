"""What one complaint costs, in counts that do not vary: a change that makes it dearer is seen here.

Times are measured by ``bench/``; docs/performance.md says what these counts are made of.
"""

import pytest
from temporalio.client import Client

from bench.lifecycle import counts, ours
from store.database import Database
from tests.statements import statements_sent

pytestmark = pytest.mark.servers
LIVES = 3
"""What else goes on in the process can only add statements: the least of so many lives is one life's own."""

EVENTS, TASKS, ACTIVITIES = 86, 14, 7
BYTES = 19_000
STATEMENTS = 11


@pytest.mark.usefixtures("worker")
async def test_a_life_costs_what_it_cost(client: Client, engine: Database) -> None:
    asked, found = [], []
    for _ in range(LIVES):
        with statements_sent(engine) as seen:
            life = await ours(client)
        asked.append(len(seen))
        found.append(counts(await client.get_workflow_handle(life.id).fetch_history()))
    cheapest = min(found)
    assert (cheapest.events, cheapest.tasks, cheapest.activities) == (EVENTS, TASKS, ACTIVITIES)
    assert cheapest.size <= BYTES
    assert min(asked) == STATEMENTS
