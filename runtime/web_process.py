"""The web server as a child of the stack: on a port of its own, ready when it answers ``/healthz``."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence

from runtime.child_process import ChildProcess
from runtime.free_port import LOOPBACK, WEB_PORT, free_port, is_free
from runtime.home import Home
from runtime.process_identity import ProcessIdentity, listens
from runtime.settings import PROJECT_ROOT
from runtime.start_failed import StartFailed

READY_LIMIT_S = 60.0
STOP_GRACE_S = 20.0
PROBE_LIMIT_S = 2.0
_TRIES = 3


class WebProcess:
    """The web program; ``start`` and ``stop`` may be called again and again."""

    name = "The web server"

    def __init__(
        self,
        home: Home,
        command: Sequence[str],
        environment: Callable[[], Mapping[str, str]],
        port: int | None = None,
    ) -> None:
        self._log = home.log("web")
        self._command = list(command)
        self._environment = environment
        self._port = free_port(port, WEB_PORT)
        self._child: ChildProcess | None = None

    @property
    def identity(self) -> ProcessIdentity | None:
        """The running web process."""
        return self._child.identity(self._command[-1]) if self._child else None

    @property
    def url(self) -> str:
        """Where it answers; another port after a start if somebody took this one."""
        return f"http://{LOOPBACK}:{self._port}"

    async def start(self) -> None:
        """Start it and return once it answers. Raises :class:`StartFailed`."""
        tries = _TRIES
        while True:
            tries -= 1
            self._port = free_port(self._port, WEB_PORT)
            try:
                await self._start()
            except StartFailed as failed:
                # Somebody may have taken the port, or the one for metrics, before our child did.
                if not tries or (is_free(self._port) and not failed.over_a_port):
                    raise
            else:
                return

    async def exited(self) -> str:
        """Wait until the web server ends, and say how it ended."""
        return await self._child.exited() if self._child else "it was never started"

    async def stop(self) -> None:
        """Let it finish the requests that it has, for at most 20 s."""
        if self._child:
            await self._child.stop(STOP_GRACE_S)

    def kill(self) -> None:
        """End it at once."""
        if self._child:
            self._child.kill()

    async def _start(self) -> None:
        environment = {**os.environ, **self._environment()}
        command = [*self._command, "--host", LOOPBACK, "--port", str(self._port)]
        child = self._child = ChildProcess(command, self._log, cwd=PROJECT_ROOT, env=environment)
        await child.start()
        try:
            await self._wait_until_ready(child)
        except BaseException:
            await child.stop(STOP_GRACE_S)
            raise

    async def _wait_until_ready(self, child: ChildProcess) -> None:
        until = time.monotonic() + READY_LIMIT_S
        # Another stack may have taken the port since it was chosen, and its web server answers as well.
        while not (await answers(self.url) and listens(child.pid, self._port)):
            if child.pid is None:
                raise StartFailed(f"The web server ended at once ({await child.exited()}).", self._log)
            if time.monotonic() > until:
                raise StartFailed(
                    f"The web server is not ready after {READY_LIMIT_S:.0f} seconds.", self._log
                )
            await asyncio.sleep(0.05)


async def answers(url: str) -> bool:
    """Whether the web server at this URL says that it is alive."""
    host, _, port = url.removeprefix("http://").partition(":")
    try:
        return await asyncio.wait_for(_is_alive(host, int(port)), PROBE_LIMIT_S)
    except (OSError, TimeoutError, ValueError):
        return False


async def _is_alive(host: str, port: int) -> bool:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"GET /healthz HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        status = await reader.readline()
    finally:
        writer.close()
    return status.split()[1:2] == [b"200"]
