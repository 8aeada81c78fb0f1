"""What Temporal is told when an activity fails: enough to mend it, and nothing that people said."""

from datetime import timedelta
from uuid import uuid4

import pytest
from pydantic import BaseModel
from sqlalchemy import text
from temporalio import activity
from temporalio.client import Client, WorkflowFailureError
from temporalio.worker import Worker

from durable.plugin import TuntasPlugin
from runtime.settings import Settings
from runtime.stack import Stack
from runtime.temporal_client import connect
from store.database import Database
from store.engine import transaction
from tests.activities.one_try import OneTry

SECRET = "0812-3456-7890"


class Wanting(BaseModel):
    number: int


@pytest.mark.parametrize("fault", ["unique", "pydantic", "cause"])
async def test_a_failure_names_type_and_place_and_quotes_nothing(
    servers: Stack, engine: Database, fault: str
) -> None:
    @activity.defn(name="fail")
    async def fail(which: str) -> None:
        if which == "pydantic":
            Wanting.model_validate({"number": SECRET})
        if which == "cause":
            raise ConnectionError("it is away") from KeyError(SECRET)
        async with transaction(engine) as connection:
            await connection.execute(text("CREATE TEMP TABLE t (k text PRIMARY KEY)"))
            for _ in range(2):
                await connection.execute(text("INSERT INTO t VALUES (:k)"), {"k": SECRET})

    plugin = TuntasPlugin(None, [OneTry], [fail])
    client: Client = await connect(Settings(home=servers.home), plugins=[plugin])
    queue = uuid4().hex
    async with Worker(client, task_queue=queue):
        with pytest.raises(WorkflowFailureError):
            await client.execute_workflow(
                "OneTry", fault, id=queue, task_queue=queue, run_timeout=timedelta(seconds=20)
            )
    history = await client.get_workflow_handle(queue).fetch_history()
    failed = next(
        event.activity_task_failed_event_attributes.failure
        for event in history.events
        if event.HasField("activity_task_failed_event_attributes")
    )
    told = str(failed)
    assert SECRET not in told
    expected = {
        "unique": "IntegrityError with SQLSTATE 23505 in ",
        "pydantic": "ValidationError in ",
        "cause": "it is away",
    }
    assert expected[fault] in told
