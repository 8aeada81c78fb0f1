"""DBOS Transact: each complaint a durable workflow that waits for messages, in one process behind HTTP."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from bench.peers.complaints_over_http import ComplaintsOverHttp
from bench.peers.place import Place
from bench.peers.plain_record import PLAIN, make_tables
from bench.peers.record import Record
from bench.peers.steps import ESCALATED, OPENED
from runtime.free_port import LOOPBACK, free_port

SERVICE = Path(__file__).parent / "service"


class Dbos:
    """The service in ``service/``, as DBOS's documentation puts a workflow behind FastAPI."""

    name = "dbos"
    escalated = (OPENED, ESCALATED)
    patience_s = 60.0

    def __init__(self, say: Callable[[str], None]) -> None:
        self.messages: Mapping[str, int] = {}
        self._place = Place(self.name, say)
        self._port = free_port()
        self._http: ComplaintsOverHttp | None = None

    @property
    def record(self) -> Record:
        """Its database."""
        return Record(self._place.address, PLAIN)

    @property
    def processes(self) -> list[int]:
        """PostgreSQL and the service."""
        return self._place.processes

    def clear(self) -> None:
        """Forget all data."""
        self._place.clear()

    async def start(self) -> None:
        """Start PostgreSQL and the service, which takes up what is open."""
        if await self._place.start():
            await asyncio.to_thread(make_tables, self._place.address)
        await self._serve()
        self._http = ComplaintsOverHttp(f"http://{LOOPBACK}:{self._port}")

    async def stop(self) -> None:
        """End everything."""
        if self._http:
            await self._http.close()
        await self._place.stop()

    async def open(self, reference: str, due_at: datetime) -> None:
        """Start its workflow."""
        assert self._http is not None
        await self._http.open(reference, due_at)

    async def act(self, reference: str, step: str) -> None:
        """Send its workflow a message, and wait for the event that answers it."""
        assert self._http is not None
        await self._http.act(reference, step)

    async def kill(self) -> None:
        """Kill the one process."""
        self._place.kill("service")
        await self._serve()

    async def _serve(self) -> None:
        await self._place.run(
            "service",
            str(self._place.bin / "uvicorn"),
            *("--app-dir", str(SERVICE), "--host", LOOPBACK, "--port", str(self._port)),
            *("--log-level", "warning", "complaints:app"),
            DATABASE=self._place.address,
        )
        await self._place.answers(f"http://{LOOPBACK}:{self._port}/ready")
