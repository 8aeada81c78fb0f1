"""The worker as a child of the stack, and how it says that it is ready.

The protocol: the stack names a file in ``TUNTAS_READY_FILE`` that does not exist; the worker creates it (with
:func:`announce_ready`) once it polls. No variable, nothing to do: a worker can run alone.
"""

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from runtime.child_process import ChildProcess
from runtime.home import Home
from runtime.process_identity import ProcessIdentity
from runtime.settings import PROJECT_ROOT
from runtime.start_failed import StartFailed

READY_FILE_VARIABLE = "TUNTAS_READY_FILE"
READY_LIMIT_S = 60.0
STOP_GRACE_S = 15.0
_TRIES = 3


def announce_ready() -> None:
    """Tell the stack that started this worker, if one did, that the worker polls its task queue now."""
    if name := os.environ.get(READY_FILE_VARIABLE):
        Path(name).write_text(f"{os.getpid()}\n")


class WorkerProcess:
    """The worker program; ``start`` and ``stop`` may be called again and again."""

    name = "The worker"

    def __init__(
        self, home: Home, command: Sequence[str], environment: Callable[[], Mapping[str, str]]
    ) -> None:
        self._ready_file = home.worker_ready_file
        self._log = home.log("worker")
        self._command = list(command)
        self._environment = environment
        self._child: ChildProcess | None = None

    @property
    def identity(self) -> ProcessIdentity | None:
        """The running worker process."""
        return self._child.identity(self._command[-1]) if self._child else None

    async def start(self) -> None:
        """Start it and return once it polls. Raises :class:`StartFailed`."""
        for _ in range(_TRIES - 1):
            try:
                return await self._start()
            except StartFailed as failed:
                if not failed.over_a_port:
                    raise
        return await self._start()

    async def _start(self) -> None:
        self._ready_file.unlink(missing_ok=True)
        environment = {**os.environ, **self._environment(), READY_FILE_VARIABLE: str(self._ready_file)}
        child = self._child = ChildProcess(self._command, self._log, cwd=PROJECT_ROOT, env=environment)
        await child.start()
        try:
            await self._wait_until_ready(child)
        except BaseException:
            await child.stop(STOP_GRACE_S)
            raise

    async def exited(self) -> str:
        """Wait until the worker ends, and say how it ended."""
        return await self._child.exited() if self._child else "it was never started"

    async def stop(self) -> None:
        """Let it finish what it is doing, for at most 15 s; Temporal gives the rest to the next worker."""
        if self._child:
            await self._child.stop(STOP_GRACE_S)

    def kill(self) -> None:
        """End it at once."""
        if self._child:
            self._child.kill()

    async def _wait_until_ready(self, child: ChildProcess) -> None:
        until = time.monotonic() + READY_LIMIT_S
        while not self._ready_file.exists():
            if child.pid is None:
                raise StartFailed(f"The worker ended at once ({await child.exited()}).", self._log)
            if time.monotonic() > until:
                raise StartFailed(f"The worker is not ready after {READY_LIMIT_S:.0f} seconds.", self._log)
            await asyncio.sleep(0.05)
