"""The embedded Temporal: the dev server with its database file, as a child of ours."""

import asyncio
import shutil
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Literal

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from runtime.child_process import ChildProcess
from runtime.free_port import LOOPBACK, free_port
from runtime.home import Home
from runtime.process_identity import ProcessIdentity, listens
from runtime.start_failed import StartFailed
from runtime.temporal_client import quiet_runtime

PREFERRED_PORT = 7233
PREFERRED_UI_PORT = 8233
# How long a closed complaint's history stays; the record in PostgreSQL stays for good.
RETENTION = timedelta(days=30)
READY_LIMIT_S = 60.0
STOP_GRACE_S = 10.0
# It takes five more ports than the two that we choose, and ends when another process is faster with one.
_ATTEMPTS = 5
_RPC_TIMEOUT = timedelta(seconds=5)
_DYNAMIC_CONFIG = {
    # On a stock dev server each task waits for its turn: three activities took 70 ms, with this 46 ms.
    "history.transferProcessorMaxPollRPS": "1000",
    # Of 1,500 list calls at once the stock limit refuses many for 18 s; so they take 1.4 s.
    "frontend.namespaceRPS.visibility": "1000",
    # What is to be deleted goes in seconds, not after a minute and a half: erasing waits for it.
    "history.transferProcessorUpdateAckInterval": '"2s"',
    "history.visibilityProcessorUpdateAckInterval": '"2s"',
    # An embedded server tells nobody that it runs.
    "frontend.enableServerVersionCheck": "false",
}


class TemporalServer:
    """One embedded Temporal server; ``start`` and ``stop`` may be called again and again.

    ``search_attributes`` maps a name to its type (Keyword, KeywordList, Text, Int, Double, Bool, Datetime);
    what an existing database lacks is added. ``sync`` is SQLite's ``synchronous``.
    """

    name = "Temporal"

    def __init__(
        self,
        home: Home,
        *,
        search_attributes: Mapping[str, str],
        namespace: str = "default",
        port: int | None = None,
        ui_port: int | None = None,
        sync: Literal["full", "normal"] = "full",
        codec_endpoint: str | None = None,
    ) -> None:
        """``codec_endpoint`` is where its screens have payloads made readable."""
        self._home = home
        self._search_attributes = dict(search_attributes)
        self._namespace = namespace
        self._port = port or PREFERRED_PORT
        self._ui_port = ui_port or PREFERRED_UI_PORT
        self._sync = sync
        self._codec_endpoint = codec_endpoint
        self._child: ChildProcess | None = None

    @property
    def address(self) -> str:
        """Where clients connect: host:port."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def ui(self) -> str:
        """The address of Temporal's own screens."""
        return f"http://{LOOPBACK}:{self._ui_port}"

    @property
    def identity(self) -> ProcessIdentity | None:
        """The running server process."""
        return self._child.identity(str(self._home.temporal_database)) if self._child else None

    async def start(self) -> None:
        """Start it and return when it serves the namespace. Raises :class:`StartFailed`.

        A port that is taken is replaced by a free one, and that one is kept for later starts.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            self._choose_ports()
            self._child = ChildProcess(self._command(), self._home.log("temporal"))
            await self._child.start()
            try:
                await self._wait_until_ready(self._child)
            except BaseException:
                ended_by_itself = self._child.pid is None
                await self._child.stop(STOP_GRACE_S)
                if not ended_by_itself or attempt == _ATTEMPTS:
                    raise
            else:
                return

    async def exited(self) -> str:
        """Wait until the server ends, and say how it ended."""
        return await self._child.exited() if self._child else "it was never started"

    async def stop(self) -> None:
        """End it in order."""
        if self._child:
            await self._child.stop(STOP_GRACE_S)

    def kill(self) -> None:
        """End it at once; its database file stays whole."""
        if self._child:
            self._child.kill()

    def _choose_ports(self) -> None:
        self._port = free_port(self._port)
        self._ui_port = free_port(*(port for port in (self._ui_port,) if port != self._port))

    def _command(self) -> list[str]:
        options = {
            "--db-filename": str(self._home.temporal_database),
            "--ip": LOOPBACK,
            "--port": str(self._port),
            "--ui-port": str(self._ui_port),
            "--namespace": self._namespace,
            "--log-level": "warn",
        }
        if self._codec_endpoint:
            options["--ui-codec-endpoint"] = self._codec_endpoint
        many = {
            "--sqlite-pragma": {"journal_mode": "WAL", "synchronous": self._sync.upper()},
            "--dynamic-config-value": _DYNAMIC_CONFIG,
            "--search-attribute": self._search_attributes,
        }
        command = [temporal_binary(), "server", "start-dev", "--ui-disable-news-fetch"]
        command += [part for option in options.items() for part in option]
        for option, values in many.items():
            command += [part for name, value in values.items() for part in (option, f"{name}={value}")]
        return command

    async def _wait_until_ready(self, child: ChildProcess) -> None:
        """Until health is SERVING and the namespace is as we want it; fails when the process ends before."""
        until, last = time.monotonic() + READY_LIMIT_S, ""
        client = await Client.connect(
            self.address, namespace=self._namespace, lazy=True, runtime=quiet_runtime()
        )
        while child.pid is not None and time.monotonic() < until:
            try:
                healthy = await client.service_client.check_health(timeout=_RPC_TIMEOUT)
                if healthy and listens(child.pid, self._port):
                    await self._prepare_namespace(client)
                    return
            except (RPCError, RuntimeError) as error:  # not listening yet, or no namespace yet
                last = f" ({error})"
            await asyncio.sleep(0.05)
        if child.pid is None:
            raise StartFailed(f"Temporal ended at once ({await child.exited()}).", self._home.log("temporal"))
        raise StartFailed(
            f"Temporal is not ready after {READY_LIMIT_S:.0f} s{last}.", self._home.log("temporal")
        )

    async def _prepare_namespace(self, client: Client) -> None:
        await self._keep_closed_workflows(client)
        await self._add_missing_search_attributes(client)

    async def _keep_closed_workflows(self, client: Client) -> None:
        """The dev server forgets a closed workflow after a day and has no option for it."""
        described = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace=self._namespace), timeout=_RPC_TIMEOUT
        )
        wanted = Duration()
        wanted.FromTimedelta(RETENTION)
        if described.config.workflow_execution_retention_ttl == wanted:
            return
        config = NamespaceConfig(workflow_execution_retention_ttl=wanted)
        await client.workflow_service.update_namespace(
            UpdateNamespaceRequest(namespace=self._namespace, config=config), timeout=_RPC_TIMEOUT
        )

    async def _add_missing_search_attributes(self, client: Client) -> None:
        """The options add search attributes to a new database only."""
        known = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=self._namespace), timeout=_RPC_TIMEOUT
        )
        missing = {
            name: _indexed_type(kind)
            for name, kind in self._search_attributes.items()
            if name not in known.custom_attributes
        }
        if missing:
            await client.operator_service.add_search_attributes(
                AddSearchAttributesRequest(namespace=self._namespace, search_attributes=missing),
                timeout=_RPC_TIMEOUT,
            )


def temporal_binary() -> str:
    """The ``temporal`` program: of this virtual environment, else of the path. Raises ``StartFailed``."""
    beside_python = Path(sys.executable).parent / "temporal"
    found = str(beside_python) if beside_python.exists() else shutil.which("temporal")
    if found is None:
        raise StartFailed("The program 'temporal' is not installed; run: make setup")
    return found


def _indexed_type(kind: str) -> IndexedValueType.ValueType:
    name = "KEYWORD_LIST" if kind == "KeywordList" else kind.upper()
    return IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{name}")
