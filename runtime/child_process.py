"""One program as our child: started with a log file, watched, stopped."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from runtime import tether
from runtime.process_identity import ProcessIdentity, identify

LOG_LIMIT_BYTES = 10_000_000


class ChildProcess:
    """A program that runs in its own session, writes to a log file and ends when we end.

    Its own session keeps a Ctrl-C at the terminal from reaching it: we stop our children ourselves, in order.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.command = list(command)
        self.log = log
        self._cwd = cwd
        self._env = None if env is None else dict(env)
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """The process number while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process is not None else None

    def identity(self, marker: str) -> ProcessIdentity | None:
        """How to recognise it after a crash of ours."""
        return identify(self.pid, marker)

    async def start(self) -> None:
        """Start it; returns as soon as it runs, which is not when it is ready."""
        rotate(self.log)
        tethered = [sys.executable, "-I", "-S", str(Path(tether.__file__)), str(os.getpid()), *self.command]
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *tethered,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._cwd,
                env=self._env,
                start_new_session=True,
            )

    async def exited(self) -> str:
        """Wait until it ends, and say how."""
        if self._process is None:
            return "it was never started"
        code = await self._process.wait()
        return f"killed by signal {-code}" if code < 0 else f"exit status {code}"

    async def stop(self, grace_s: float) -> bool:
        """End it: SIGTERM, then SIGKILL after the grace time. False when it had to be killed."""
        if self._process is None or self.pid is None:
            return True
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), grace_s)
        except TimeoutError:
            self.kill()
            await self._process.wait()
            return False
        return True

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None and self.pid is not None:
            self._process.kill()


def rotate(log: Path) -> None:
    """Put a log file that has grown too long aside as ``….log.1``, replacing the one before."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))
