"""Histories of every path, as they were written, replayed by the code of today through the same plugin."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer, Worker

from durable.complaints import Complaints
from jakarta.load import load_jakarta
from runtime.settings import Settings
from store.database import Database
from tests.workflows.command_record import FINGERPRINTS, commands, fingerprint
from tests.workflows.paths import PATHS, straight
from tests.workflows.rare_paths import RARE_PATHS
from worker import plugin

ROOT = Path(__file__).parents[2]
HISTORIES = ROOT / "tests" / "histories"
NAMES = [path.__name__ for path in (*PATHS, *RARE_PATHS)]

ONLY_A_QUERY_REACHES = {"complaint.py": ["The complaint has no number yet."]}
"""What no history can run, by a line of its own: an answer to a question that comes too early."""

STRAIGHT = {
    "marker_recorded": 0,  # around local activities workflow.now() is not safe
    "activity_task_scheduled": 6,  # with the first it gets its number
    "upsert_workflow_search_attributes": 5,  # the number, then each change of status
    "timer_started": 1,
    "timer_canceled": 1,
    "workflow_execution_completed": 1,
}
"""What the straight path costs in commands. A change here needs a patch, or a good reason."""


def content_of(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((HISTORIES / f"{name}.json").read_text())
    return content


def history_of(name: str) -> WorkflowHistory:
    content = content_of(name)
    return WorkflowHistory.from_json(content["id"], content)


def test_every_path_has_a_history_and_a_fingerprint() -> None:
    kept = {file.stem for file in HISTORIES.glob("*.json")} - {Path(FINGERPRINTS).stem}
    assert kept == set(NAMES)
    assert set(json.loads((HISTORIES / FINGERPRINTS).read_text())) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
async def test_the_history_of_a_path_replays_and_its_commands_are_the_same(
    name: str, engine: Database
) -> None:
    """Fails when the code issues other commands than the code that wrote the history, patches left aside.

    A difference in ``digest`` alone is one of timeouts, retries, timers or search attributes. See
    docs/upgrades.md: patch it; a fingerprint of an old history is never written anew.
    """
    now = await fingerprint(content_of(name), plugin(engine, Settings(), load_jakarta()))
    assert now == json.loads((HISTORIES / FINGERPRINTS).read_text())[name]


def test_every_branch_of_a_workflow_is_run_by_some_history() -> None:
    """What no history runs can change without anybody noticing: record one (tests/workflows/paths.py)."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.workflows.replay_coverage"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    unreached = {
        name: {"lines": _without(name, said["lines"]), "branches": _branches(name, said["branches"])}
        for name, said in json.loads(done.stdout).items()
    }
    assert {name: said for name, said in unreached.items() if any(said.values())} == {}


def _without(name: str, lines: list[int]) -> list[int]:
    return [line for line in lines if not _is_left_out(name, line)]


def _branches(name: str, branches: list[list[int]]) -> list[list[int]]:
    return [pair for pair in branches if not _is_left_out(name, abs(pair[1]))]


def _is_left_out(name: str, line: int) -> bool:
    text = (ROOT / "workflows" / name).read_text().splitlines()[line - 1]
    return any(known in text for known in ONLY_A_QUERY_REACHES.get(name, ()))


@pytest.mark.parametrize("name", NAMES)
async def test_the_history_of_a_path_replays_with_tracing(name: str, engine: Database) -> None:
    """The histories were written without; nor does it matter to one that was written with it (below)."""
    replayer = Replayer(workflows=[], plugins=[plugin(engine, Settings(), load_jakarta(), traced=True)])
    result = await replayer.replay_workflow(history_of(name), raise_on_replay_failure=False)
    assert result.replay_failure is None


async def test_a_history_that_does_not_fit_is_noticed(engine: Database) -> None:
    """So that the tests above can fail: a record is taken out of the middle."""
    content = content_of("straight")
    scheduled = [event for event in content["events"] if "activityTaskScheduledEventAttributes" in event]
    scheduled[2]["activityTaskScheduledEventAttributes"]["activityType"]["name"] = "another"
    replayer = Replayer(workflows=[], plugins=[plugin(engine, Settings(), load_jakarta())])
    broken = WorkflowHistory.from_json(content["id"], content)
    result = await replayer.replay_workflow(broken, raise_on_replay_failure=False)
    assert result.replay_failure is not None


async def test_a_timeout_that_changed_is_noticed_though_it_replays(
    engine: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the fingerprint can fail where replay cannot."""
    from durable import timeouts

    before = await fingerprint(content_of("straight"), plugin(engine, Settings(), load_jakarta()))
    monkeypatch.setattr(timeouts, "RECORD_ATTEMPT", 2 * timeouts.RECORD_ATTEMPT)
    after = await fingerprint(content_of("straight"), plugin(engine, Settings(), load_jakarta()))
    assert before["commands"] == after["commands"]
    assert before["digest"] != after["digest"]


async def test_the_commands_of_a_history_are_those_that_it_shows(engine: Database) -> None:
    content = content_of("straight")
    issued = Counter(
        command.schedule_activity.activity_type
        for command in await commands(content, plugin(engine, Settings(), load_jakarta()))
        if command.HasField("schedule_activity")
    )
    shown = Counter(
        event["activityTaskScheduledEventAttributes"]["activityType"]["name"]
        for event in content["events"]
        if "activityTaskScheduledEventAttributes" in event
    )
    assert issued == shown


async def test_the_straight_path_issues_the_commands_it_always_did(client: Client, worker: Worker) -> None:
    path = await straight(Complaints(client))
    await client.get_workflow_handle(path.id).result()
    events = (await client.get_workflow_handle(path.id).fetch_history()).events
    kinds = Counter(str(event.WhichOneof("attributes")).removesuffix("_event_attributes") for event in events)
    assert {kind: kinds[kind] for kind in STRAIGHT} == STRAIGHT
    assert len(events) < 90
