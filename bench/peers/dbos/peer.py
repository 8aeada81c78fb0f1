"""DBOS Transact: each complaint a durable workflow that waits for messages, in one process behind HTTP."""

from pathlib import Path

from bench.peers.own_service import OwnService
from runtime.free_port import LOOPBACK

SERVICE = Path(__file__).parent / "service"


class Dbos(OwnService):
    """The service in ``service/``, as DBOS's documentation puts a workflow behind FastAPI."""

    name = "dbos"
    programs = ("service",)

    async def _start_programs(self) -> None:
        await self._place.run(
            "service",
            str(self._place.bin / "uvicorn"),
            *("--app-dir", str(SERVICE), "--host", LOOPBACK, "--port", str(self._port)),
            *("--log-level", "warning", "complaints:app"),
            DATABASE=self._place.address,
        )
