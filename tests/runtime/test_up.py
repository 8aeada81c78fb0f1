"""A stack in a process of its own: how it ends, and what is left."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from runtime.settings import PROJECT_ROOT, Settings
from runtime.stack import Stack, StackRecord, read_stack, stack_status

pytestmark = pytest.mark.servers
WORKER = [sys.executable, "-m", "tests.runtime.stand_in_worker"]
UP = [sys.executable, "-m", "tests.runtime.stand_in_up"]


class Up:
    """The process, with what it printed so far."""

    def __init__(self, home: Path, *options: str) -> None:
        self.home = home
        self.process = subprocess.Popen(
            [*UP, *options],
            cwd=PROJECT_ROOT,
            env={**os.environ, "TUNTAS_HOME": str(home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_for(self, word: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.strip() == word:
                return
        raise AssertionError(f"it ended without saying {word}")

    def end(self, number: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        output, _ = self.process.communicate(timeout=30)
        return self.process.returncode, output

    def record(self) -> StackRecord:
        record = read_stack(self.home)
        assert record is not None
        return record


@pytest.fixture
def started(settings: Settings) -> Iterator[list[Up]]:
    ups: list[Up] = []
    yield ups
    for up in ups:
        if up.process.poll() is None:
            up.process.terminate()
            up.process.wait(30)


def test_it_stops_in_order(tmp_path: Path, started: list[Up]) -> None:
    serving, busy = Up(tmp_path / "serving"), Up(tmp_path / "busy", "--busy")
    started += [serving, busy]
    for up in started:
        up.wait_for("ready")
    records = [up.record() for up in started]
    serving.process.send_signal(signal.SIGINT)
    busy.process.send_signal(signal.SIGTERM)
    for up, record in zip(started, records, strict=True):
        code, output = up.ended()
        assert (code, output.splitlines()[-1]) == (0, "stopped")
        assert "Traceback" not in output
        assert record.running() == []
        assert not (up.home / "postgres" / "postmaster.pid").exists()


def test_terminated_while_starting_it_leaves_nothing(settings: Settings, started: list[Up]) -> None:
    up = Up(settings.home)
    started.append(up)
    until = time.monotonic() + 10
    while not (settings.home / "temporal.db").exists():
        assert time.monotonic() < until
        time.sleep(0.01)
    code, output = up.end(signal.SIGTERM)
    assert code == 1
    assert output.strip().endswith("Stopped before the stack was ready.")
    commands = (" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"]))
    assert [command for command in commands if str(settings.home) in command] == []


async def test_after_a_kill_the_next_start_takes_over(settings: Settings, started: list[Up]) -> None:
    up = Up(settings.home)
    started.append(up)
    await asyncio.to_thread(up.wait_for, "ready")
    record = up.record()
    up.end(signal.SIGKILL)
    async with Stack(settings, worker_command=WORKER) as stack:
        assert record.running() == ["PostgreSQL"]  # it outlives us and is taken over
        assert stack.record.database_process == record.database_process
        assert stack.temporal_address == record.temporal
        assert (await stack_status(settings)).ready
    assert not record.database_runs()


def test_a_second_ctrl_c_stops_at_once(settings: Settings, started: list[Up]) -> None:
    up = Up(settings.home)
    started.append(up)
    up.wait_for("ready")
    record = up.record()
    assert record.worker_process is not None
    os.kill(record.worker_process.pid, signal.SIGSTOP)  # a worker that does not want to end
    up.process.send_signal(signal.SIGINT)
    up.wait_for("stopping")
    began = time.monotonic()
    code, output = up.end(signal.SIGINT)
    assert code == 0
    assert "Stopping at once." in output
    assert time.monotonic() - began < 5
    assert record.running() == []
