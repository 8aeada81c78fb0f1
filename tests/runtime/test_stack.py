import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest

from runtime.home import Home
from runtime.process_identity import ProcessIdentity
from runtime.settings import Settings
from runtime.stack import AlreadyUp, Stack, StartFailed, policy_name, read_stack, stack_status
from runtime.stack_lock import StackLock
from runtime.temporal_client import connect
from runtime.unreachable import Unreachable
from tests.runtime.stand_in_worker import WaitForWord

pytestmark = pytest.mark.servers
WORKER = [sys.executable, "-m", "tests.runtime.stand_in_worker"]


class Said(list[str]):
    """What the stack said."""

    def __call__(self, line: str) -> None:
        self.append(line)


async def eventually(true: Callable[[], object], limit_s: float = 15) -> None:
    until = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        await asyncio.sleep(0.05)


@pytest.fixture(scope="module")
def said() -> Said:
    return Said()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("shared") / "home")


@pytest.fixture(scope="module")
async def stack(shared: Settings, said: Said) -> AsyncIterator[Stack]:
    async with Stack(shared, worker_command=WORKER, say=said) as stack:
        yield stack


def _psycopg(url: str) -> str:
    return url.replace("+psycopg", "")


async def test_everything_is_ready_and_found(stack: Stack, shared: Settings) -> None:
    status = await stack_status(shared)
    assert status.ready, status
    assert status.temporal.address == stack.temporal_address
    assert status.temporal_ui is not None
    assert status.temporal_ui.address == stack.temporal_ui
    assert policy_name(shared) == "dki-2025"
    assert stack.record.is_up()
    assert shared.home.stat().st_mode & 0o066 == 0


async def test_a_second_stack_on_the_same_data_is_refused(stack: Stack, shared: Settings) -> None:
    with pytest.raises(AlreadyUp) as caught:
        await Stack(shared).__aenter__()
    assert f"process {os.getpid()}" in str(caught.value)
    assert stack.temporal_address in str(caught.value)
    assert "\n" not in str(caught.value)
    assert (await stack_status(shared)).ready


async def test_what_is_killed_is_started_again_and_work_goes_on(
    stack: Stack, shared: Settings, said: Said
) -> None:
    client = await connect(shared)
    waiting = await client.start_workflow(WaitForWord.run, id="w1", task_queue=shared.task_queue)
    address = stack.temporal_address

    def victims() -> list[ProcessIdentity]:
        record = stack.record
        found = (record.worker_process, record.temporal_process, record.database_process)
        return [process for process in found if process is not None and process.is_alive()]

    killed = victims()
    assert len(killed) == 3
    for victim in killed:
        os.kill(victim.pid, signal.SIGKILL)
    await eventually(lambda: sum("runs again" in line for line in said) == 3)
    assert not {victim.pid for victim in victims()} & {victim.pid for victim in killed}
    assert len(victims()) == 3
    assert stack.temporal_address == address
    await waiting.signal(WaitForWord.say, "selesai")
    assert await waiting.result() == "selesai"
    assert (await stack_status(shared)).ready
    stopped = [line for line in said if "stopped unexpectedly" in line]
    assert any("The worker stopped unexpectedly (killed by signal 9)" in line for line in stopped)


async def test_starting_again_goes_on_where_it_stopped(settings: Settings) -> None:
    seen: list[str] = []
    with_policy = settings.model_copy(update={"policy": "demo"})
    async with Stack(with_policy, worker_command=WORKER, migrate=seen.append) as first:
        client = await connect(settings)
        waiting = await client.start_workflow(WaitForWord.run, id="w2", task_queue=settings.task_queue)
        # A task that is in a worker's hands when it stops is given out again only after ten seconds.
        while (await waiting.describe()).history_length < 4:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.02)
        async with await psycopg.AsyncConnection.connect(_psycopg(first.owner_url)) as connection:
            await connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        before = first.record
    stopped = read_stack(settings.home)
    assert stopped is not None
    assert not stopped.is_up()
    assert "stopped in order" in Home(settings.home).log("worker").read_text()
    with pytest.raises(Unreachable, match=r"Temporal is not reachable at 127.0.0.1:\d+. Start the stack"):
        await connect(settings)
    status = await stack_status(settings)
    assert not status.ready
    assert "PostgreSQL is not reachable" in (status.database.problem or "")

    async def migrate(url: str) -> None:
        seen.append(url)

    async with Stack(settings, worker_command=WORKER, migrate=migrate) as second:
        assert second.temporal_address == before.temporal
        assert second.temporal_ui == before.temporal_ui
        assert second.policy == policy_name(settings) == "demo"
        handle = (await connect(settings)).get_workflow_handle_for(WaitForWord.run, "w2")
        await handle.signal(WaitForWord.say, "lanjut")
        assert await handle.result() == "lanjut"
        async with await psycopg.AsyncConnection.connect(_psycopg(second.owner_url)) as connection:
            assert await (await connection.execute("SELECT one FROM kept")).fetchone() == (1,)
        assert seen == [second.owner_url] * 2


async def test_two_homes_run_side_by_side(tmp_path: Path) -> None:
    homes = [Settings(home=tmp_path / name) for name in ("utara", "selatan")]
    stacks = [Stack(settings) for settings in homes]
    try:
        await asyncio.gather(*(stack.__aenter__() for stack in stacks))
        assert len({stack.temporal_address for stack in stacks}) == 2
        assert len({stack.temporal_ui for stack in stacks}) == 2
        assert len({stack.database_url for stack in stacks}) == 2
        for settings in homes:
            assert (await stack_status(settings)).temporal.ready
    finally:
        await asyncio.gather(*(stack.__aexit__(None, None, None) for stack in stacks))


async def test_a_worker_that_cannot_start_stops_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_FAILS", "1")
    with pytest.raises(StartFailed, match="The worker ended at once") as caught:
        await Stack(settings, worker_command=WORKER).__aenter__()
    assert "the stand-in was told to fail" in str(caught.value)
    record = read_stack(settings.home)
    assert record is not None
    assert record.running() == []
    StackLock(Home(settings.home)).take()


async def test_a_failing_migration_stops_the_start(settings: Settings) -> None:
    def migrate(_: str) -> None:
        raise LookupError("no such revision")

    with pytest.raises(LookupError):
        await Stack(settings, migrate=migrate).__aenter__()
    record = read_stack(settings.home)
    assert record is not None
    assert record.running() == []
