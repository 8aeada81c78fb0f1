"""Histories of every path, as they were written, replayed by the code of today through the same plugin."""

import json
from collections import Counter
from pathlib import Path

import pytest
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer, Worker

from durable.complaints import Complaints
from jakarta.load import load_jakarta
from runtime.settings import Settings
from store.database import Database
from tests.workflows.paths import PATHS, straight
from worker import plugin

HISTORIES = Path(__file__).parents[1] / "histories"

STRAIGHT = {
    "marker_recorded": 0,  # around local activities workflow.now() is not safe
    "activity_task_scheduled": 7,  # the number, and six records
    "upsert_workflow_search_attributes": 5,  # the number, then each change of status
    "timer_started": 1,
    "timer_canceled": 1,
    "workflow_execution_completed": 1,
}
"""What the straight path costs in commands. A change here needs a patch, or a good reason."""


def history(name: str) -> WorkflowHistory:
    content = json.loads((HISTORIES / f"{name}.json").read_text())
    return WorkflowHistory.from_json(content["id"], content)


@pytest.mark.parametrize("name", [path.__name__ for path in PATHS])
async def test_the_history_of_a_path_replays(name: str, engine: Database) -> None:
    replayer = Replayer(workflows=[], plugins=[plugin(engine, Settings(), load_jakarta())])
    result = await replayer.replay_workflow(history(name), raise_on_replay_failure=False)
    assert result.replay_failure is None


@pytest.mark.parametrize("name", [path.__name__ for path in PATHS])
async def test_the_history_of_a_path_replays_with_tracing(name: str, engine: Database) -> None:
    """The histories were written without; nor does it matter to one that was written with it (below)."""
    replayer = Replayer(workflows=[], plugins=[plugin(engine, Settings(), load_jakarta(), traced=True)])
    result = await replayer.replay_workflow(history(name), raise_on_replay_failure=False)
    assert result.replay_failure is None


async def test_a_history_that_does_not_fit_is_noticed(engine: Database) -> None:
    """So that the tests above can fail: a record is taken out of the middle."""
    content = json.loads((HISTORIES / "straight.json").read_text())
    scheduled = [event for event in content["events"] if "activityTaskScheduledEventAttributes" in event]
    scheduled[2]["activityTaskScheduledEventAttributes"]["activityType"]["name"] = "another"
    replayer = Replayer(workflows=[], plugins=[plugin(engine, Settings(), load_jakarta())])
    broken = WorkflowHistory.from_json(content["id"], content)
    result = await replayer.replay_workflow(broken, raise_on_replay_failure=False)
    assert result.replay_failure is not None


async def test_the_straight_path_issues_the_commands_it_always_did(client: Client, worker: Worker) -> None:
    path = await straight(Complaints(client))
    await client.get_workflow_handle(path.id).result()
    events = (await client.get_workflow_handle(path.id).fetch_history()).events
    kinds = Counter(str(event.WhichOneof("attributes")).removesuffix("_event_attributes") for event in events)
    assert {kind: kinds[kind] for kind in STRAIGHT} == STRAIGHT
    assert len(events) < 90
