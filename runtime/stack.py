"""The whole stack of one data folder: PostgreSQL, Temporal, worker and web, kept running until told to stop.

    async with Stack(settings, migrate=upgrade, worker_command=[…], say=print) as stack:
        await stack.serve_until_stopped()

What the settings place elsewhere (``TUNTAS_DATABASE_URL``, ``TEMPORAL_ADDRESS``) is used as it is and neither
started nor stopped.
"""

import asyncio
import inspect
import os
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from runtime.database import check_database
from runtime.free_port import LOOPBACK
from runtime.home import Home
from runtime.key_ring import create_key_ring
from runtime.metrics_address import WEB_PORT, WORKER_PORT, loopback
from runtime.postgres import Postgres
from runtime.process_identity import ProcessIdentity, identify
from runtime.settings import Settings, without_password
from runtime.stack_lock import StackLock
from runtime.stack_record import StackRecord, policy_name, read_stack, write_stack
from runtime.stack_status import ServiceStatus, StackStatus, stack_status
from runtime.start_failed import AlreadyUp, StartFailed
from runtime.stop_signals import StopSignals
from runtime.supervisor import Service, keep_running
from runtime.temporal_client import connect, embedded_namespace, external_config, is_external
from runtime.temporal_server import TemporalServer
from runtime.web_process import WebProcess
from runtime.worker_process import WorkerProcess

__all__ = [
    "AlreadyUp",
    "ServiceStatus",
    "Stack",
    "StackRecord",
    "StackStatus",
    "StartFailed",
    "policy_name",
    "read_stack",
    "stack_status",
]

_ORPHAN_GRACE_S = 10.0
_POLL_LIMIT_S = 5.0


class Stack:
    """Runs the stack between entering and leaving; restarts what dies in between.

    Entering returns when everything is ready, or raises :class:`StartFailed` (:class:`AlreadyUp` when another
    process runs on the same data, ``Unreachable`` for a server elsewhere). ``migrate`` is called with the
    database's SQLAlchemy URL (in a thread, unless it is a coroutine function). Without ``worker_command`` no
    worker is started, without ``web_command`` no web server. ``say`` gets one line for each thing worth
    telling. While it is entered in the main thread, SIGINT, SIGTERM and SIGHUP end the body and stop
    everything in order; a second one stops at once.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        search_attributes: Mapping[str, str] | None = None,
        migrate: Callable[[str], object] | None = None,
        worker_command: Sequence[str] | None = None,
        web_command: Sequence[str] | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._settings = settings
        self._home = Home(settings.home)
        self._search_attributes = dict(search_attributes or {})
        self._migrate = migrate
        self._worker_command = worker_command
        self._web_command = web_command
        self._say = say
        self._lock = StackLock(self._home)
        self._signals = StopSignals(self._asked_to_stop, self._stop_at_once)
        self._postgres: Postgres | None = None
        self._temporal: TemporalServer | None = None
        self._worker: WorkerProcess | None = None
        self._web: WebProcess | None = None
        self._watchers: list[asyncio.Task[None]] = []
        self._owner: asyncio.Task[object] | None = None
        self._worker_metrics: str | None = None
        self._web_metrics: str | None = None
        self._stop_wanted = asyncio.Event()
        self._serving = False
        self._stopping = False
        self._record: StackRecord | None = None
        self.interrupted = False
        """Whether a signal ended the body."""

    @property
    def home(self) -> Path:
        """The data folder."""
        return self._home.root

    @property
    def record(self) -> StackRecord:
        """What ``stack.json`` says now; only while the stack runs."""
        if self._record is None:
            raise RuntimeError("the stack does not run")
        return self._record

    @property
    def temporal_address(self) -> str:
        """Temporal as host:port."""
        return self.record.temporal

    @property
    def temporal_ui(self) -> str | None:
        """Temporal's own screens, None when the server is not ours."""
        return self.record.temporal_ui

    @property
    def web(self) -> str | None:
        """The URL of the web server, None when there is none."""
        return self.record.web

    @property
    def database_url(self) -> str:
        """The database as an SQLAlchemy URL, with its password if it has one."""
        return self._settings.database_url or self.record.database

    @property
    def owner_url(self) -> str:
        """The database as migrations use it."""
        if self._postgres:
            return self._postgres.owner_url
        return self._settings.database_owner_url or self.database_url

    @property
    def policy(self) -> str:
        """The name of the policy for new complaints."""
        return self.record.policy

    async def __aenter__(self) -> Self:
        self._owner = asyncio.current_task()
        self._home.create()
        self._lock.take()
        self._signals.install()
        try:
            await self._start()
        except BaseException as error:
            await self._shut_down()
            if self._ended_by_signal(error):
                raise StartFailed("Stopped before the stack was ready.") from None
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        await self._shut_down()
        return self._ended_by_signal(error)

    async def serve_until_stopped(self) -> None:
        """Return when a signal asks to stop, or :meth:`ask_to_stop` is called."""
        self._serving = True
        try:
            await self._stop_wanted.wait()
        finally:
            self._serving = False

    def ask_to_stop(self) -> None:
        """Let :meth:`serve_until_stopped` return."""
        self._stop_wanted.set()

    # --- starting

    async def _start(self) -> None:
        before = read_stack(self._settings.home)
        await asyncio.to_thread(self._stop_orphans, before)
        if before:
            self._worker_metrics, self._web_metrics = before.worker_metrics, before.web_metrics
        if self._settings.keys is None:
            self._make_key_ring()
        self._postgres = None if self._settings.database_url else Postgres(self._home.postgres, self._say)
        if self._web_command:
            port = _port(before.web if before else None)
            self._web = WebProcess(self._home, self._web_command, self._web_environment, port)
        self._temporal = None if is_external() else self._temporal_server(before)
        await self._start_servers()
        self._write_record()
        await self._run_migrations()
        if self._worker_command:
            self._worker = WorkerProcess(self._home, self._worker_command, self._worker_environment)
            await self._worker.start()
            self._write_record()
            await self._wait_for_polls()
        if self._web:
            await self._web.start()
            self._write_record()
        self._watchers = [asyncio.create_task(self._watch(service)) for service in self._services()]

    def _make_key_ring(self) -> None:
        """For a new data folder only: data that was sealed with another would stay unreadable."""
        ring = self._home.keys_file
        if not ring.exists() and self._home.postgres.exists():
            raise StartFailed(
                f"The key ring {ring} is missing, and without it nobody can read the complaints in "
                f"{self._home.postgres}: put your copy of it back."
            )
        create_key_ring(ring)

    def _stop_orphans(self, before: StackRecord | None) -> None:
        """End what a killed predecessor left; its PostgreSQL is taken over instead."""
        if before is None:
            return
        left = (
            ("web server", before.web_process),
            ("worker", before.worker_process),
            ("Temporal", before.temporal_process),
        )
        for name, process in left:
            if process is not None and process.is_alive():
                self._say(f"Stopping the {name} (process {process.pid}) that an earlier run left behind.")
                process.stop(_ORPHAN_GRACE_S)

    def _temporal_server(self, before: StackRecord | None) -> TemporalServer:
        return TemporalServer(
            self._home,
            search_attributes=self._search_attributes,
            namespace=embedded_namespace(),
            port=_port(before.temporal if before else None),
            ui_port=_port(before.temporal_ui if before else None),
            sync=self._settings.temporal_sync,
            codec_endpoint=f"{self._web.url}/codec" if self._web else None,
        )

    async def _start_servers(self) -> None:
        starts: list[Awaitable[object]] = [
            self._postgres.start() if self._postgres else check_database(self._settings),
            self._temporal.start() if self._temporal else connect(self._settings),
        ]
        for outcome in await asyncio.gather(*starts, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome

    async def _run_migrations(self) -> None:
        if self._migrate is None:
            return
        if inspect.iscoroutinefunction(self._migrate):
            await self._migrate(self.owner_url)
        else:
            await asyncio.to_thread(self._migrate, self.owner_url)

    async def _wait_for_polls(self) -> None:
        """Until Temporal, too, knows of the worker: it says so itself a moment before its first poll arrives.

        The worker is ready; what is waited for is only that ``status`` agrees, so this gives up quietly.
        """
        until = time.monotonic() + _POLL_LIMIT_S
        while time.monotonic() < until:
            if (await stack_status(self._settings)).worker.ready:
                return
            await asyncio.sleep(0.05)

    def _worker_environment(self) -> dict[str, str]:
        """Chooses a port for metrics anew at each start, the last one if it is free."""
        last = _port(self._worker_metrics)
        self._worker_metrics = self._settings.worker_metrics or loopback(last, WORKER_PORT)
        return self._environment() | {"TUNTAS_WORKER_METRICS": self._worker_metrics}

    def _web_environment(self) -> dict[str, str]:
        last = _port(self._web_metrics)
        self._web_metrics = self._settings.web_metrics or loopback(last, WEB_PORT)
        return self._environment() | {"TUNTAS_WEB_METRICS": self._web_metrics}

    def _environment(self) -> dict[str, str]:
        return {
            **self._settings.as_environment(),
            "TUNTAS_POLICY": self.policy,
            "TUNTAS_DATABASE_OWNER_URL": "",  # not for who only uses the tables
        }

    def _write_record(self) -> None:
        url = self._settings.database_url
        self._record = StackRecord(
            temporal=self._temporal.address if self._temporal else external_config().get("target_host", ""),
            temporal_ui=self._temporal.ui if self._temporal else None,
            database=self._postgres.url if self._postgres else without_password(url or ""),
            policy=policy_name(self._settings),
            started_at=self._record.started_at if self._record else datetime.now(UTC),
            up=identify(os.getpid()),
            temporal_process=_identity(self._temporal),
            worker_process=_identity(self._worker),
            database_process=_identity(self._postgres),
            web=self._web.url if self._web else None,
            web_process=_identity(self._web),
            worker_metrics=self._worker_metrics,
            web_metrics=self._web_metrics,
        )
        write_stack(self._settings.home, self._record)

    # --- running

    def _services(self) -> list[Service]:
        """What is ours, in the order in which it is stopped."""
        ours = (self._web, self._worker, self._temporal, self._postgres)
        return [service for service in ours if service is not None]

    async def _watch(self, service: Service) -> None:
        await keep_running(service, self._say, self._restarted)

    async def _restarted(self) -> None:
        address = self.temporal_address
        self._write_record()
        if address != self.temporal_address and self._worker is not None:
            self._say(f"Temporal is now at {self.temporal_address}; the worker follows.")
            await self._worker.stop()  # its watcher starts it again, with the new address
            if self._web is not None:
                await self._web.stop()

    def _asked_to_stop(self) -> bool:
        """A signal came: end the body in order. False when the body is not ours to end (a test's fixture)."""
        if self._stopping:
            self._stop_at_once()
        elif not self._serving:
            if self._owner is None or self._owner.done():
                return False
            self._owner.cancel()
        self.interrupted = True
        self._stop_wanted.set()
        return True

    def _ended_by_signal(self, error: BaseException | None) -> bool:
        """Whether this error is the cancellation that our signal handler asked for; if so it is used up."""
        if not (self.interrupted and isinstance(error, asyncio.CancelledError) and self._owner is not None):
            return False
        self._owner.uncancel()
        return True

    # --- stopping

    def _stop_at_once(self) -> None:
        self._say("Stopping at once.")
        for service in self._services():
            service.kill()

    async def _shut_down(self) -> None:
        self._stopping = True
        for watcher in self._watchers:
            watcher.cancel()
        await asyncio.gather(*self._watchers, return_exceptions=True)
        try:
            for service in self._services():
                await service.stop()
            if self._record is not None:
                processes = ("temporal_process", "worker_process", "web_process", "database_process")
                gone = dict.fromkeys(("up", *processes))
                write_stack(self._settings.home, self._record.model_copy(update=gone))
        finally:
            self._record = None
            self._signals.restore()
            self._lock.release()


def _identity(service: Service | None) -> ProcessIdentity | None:
    return service.identity if service is not None else None


def _port(address: str | None) -> int | None:
    """The port of one of our own addresses, None for another machine's."""
    if not address:
        return None
    host, _, port = address.removeprefix("http://").rpartition(":")
    return int(port) if host == LOOPBACK and port.isdigit() else None
