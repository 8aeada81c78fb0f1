"""The program as people run it: ``starter.py`` in a process of its own, on a data folder of its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60.0


class Answer(NamedTuple):
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.status == 0, self.err
        return json.loads(self.out)


class Program:
    """Runs commands on one data folder; ``up`` keeps a stack running until ``down``."""

    def __init__(self, home: Path, root: Path = ROOT, **environment: str) -> None:
        """``root`` is where the code lies; another one for the code of another commit."""
        self.home = home
        self._root = root
        self._environment = {**os.environ, "TUNTAS_HOME": str(home), "COLUMNS": "200", **environment}
        self._up: subprocess.Popen[bytes] | None = None

    def run(self, *words: str, **environment: str) -> Answer:
        done = subprocess.run(
            [sys.executable, str(self._root / "starter.py"), *words],
            env={**self._environment, **environment},
            cwd=self._root,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def up(self, policy: str) -> None:
        self._up = subprocess.Popen(
            [sys.executable, str(self._root / "starter.py"), "up", "--policy", policy],
            env=self._environment,
            cwd=self._root,
            stdout=(self.home / "up.out").open("ab"),
            stderr=subprocess.STDOUT,
        )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        limit = time.monotonic() + PATIENCE
        while self.run("status").status != 0:
            assert time.monotonic() < limit, (self.home / "up.out").read_text()
            time.sleep(0.2)

    def down(self, number: signal.Signals = signal.SIGINT) -> int:
        assert self._up is not None
        self._up.send_signal(number)
        return self._up.wait(PATIENCE)

    def end(self) -> None:
        """At the end of a test, whatever became of it: nothing goes on running."""
        if self._up is not None and self._up.poll() is None:
            self.down()

    def kill(self, which: str) -> None:
        """Kill -9 of the worker, Temporal or PostgreSQL."""
        record = json.loads((self.home / "stack.json").read_text())
        os.kill(record[f"{which}_process"]["pid"], signal.SIGKILL)


async def until(ask: Any, limit: float = PATIENCE) -> None:
    """Waits until an async question is answered with yes."""
    end = time.monotonic() + limit
    while not await ask():
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.5)
