"""A peer for which a service had to be written: the plain tables, and complaints over HTTP in a few words."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime

import httpx

from bench.peers.peer import NoAnswer
from bench.peers.place import Place
from bench.peers.plain_record import PLAIN, make_tables
from bench.peers.record import Record
from bench.peers.steps import ESCALATED, OPENED
from runtime.free_port import LOOPBACK, free_port

TIMEOUT_S = 35.0
CONNECTIONS = 100


class OwnService(ABC):
    """PostgreSQL, the peer's programs, and a caller; a request may be sent again."""

    name: str
    escalated: tuple[str, ...] = (OPENED, ESCALATED)
    messages: Mapping[str, int] = {}
    patience_s = 60.0
    programs: tuple[str, ...]
    """What runs the service's own code, in the order of starting."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._place = Place(self.name, say)
        self._port = free_port()
        self._caller: httpx.AsyncClient | None = None

    @property
    def url(self) -> str:
        """Where the service answers."""
        return f"http://{LOOPBACK}:{self._port}"

    @property
    def record(self) -> Record:
        """Its database."""
        return Record(self._place.address, PLAIN)

    @property
    def processes(self) -> list[int]:
        """PostgreSQL and the programs."""
        return self._place.processes

    def clear(self) -> None:
        """Forget all data."""
        self._place.clear()

    async def start(self) -> None:
        """Start everything; returns when the service is ready."""
        if await self._place.start():
            await asyncio.to_thread(make_tables, self._place.address)
        await self._begin()
        await self._serve()
        limits = httpx.Limits(max_connections=CONNECTIONS)
        self._caller = httpx.AsyncClient(base_url=self.url, timeout=TIMEOUT_S, limits=limits)

    async def stop(self) -> None:
        """End everything."""
        if self._caller:
            await self._caller.aclose()
        await self._place.stop()

    async def open(self, reference: str, due_at: datetime) -> None:
        """Hand a complaint in. Raises ``NoAnswer``."""
        await self._post("/complaints", {"reference": reference, "due_at": due_at.isoformat()})

    async def act(self, reference: str, step: str) -> None:
        """Take a step. Raises ``NoAnswer``."""
        await self._post(f"/complaints/{reference}/{step}", {})

    async def kill(self) -> None:
        """Kill the programs and start them again."""
        self._place.kill(*self.programs)
        await self._serve()

    async def _serve(self) -> None:
        await self._start_programs()
        await self._place.answers(f"{self.url}/ready")

    async def _begin(self) -> None:  # noqa: B027 - most need nothing
        """Start what the programs need beside PostgreSQL."""

    @abstractmethod
    async def _start_programs(self) -> None: ...

    async def _post(self, path: str, body: dict[str, str]) -> None:
        assert self._caller is not None, "it does not run"
        try:
            answered = await self._caller.post(path, json=body)
        except httpx.TransportError as failure:
            raise NoAnswer(repr(failure)) from failure
        if answered.status_code >= 500:  # noqa: PLR2004 - the server's fault
            raise NoAnswer(f"{answered.status_code} {answered.text[:200]}")
        answered.raise_for_status()
