"""What operators and their Prometheus ask a process, on an address of its own: alive, ready, metrics."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager

import httpx
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from runtime.http_server import HttpServer
from runtime.settings import WrongSetting

PROBE_LIMIT_S = 3.0
disable_created_metrics()  # type: ignore[no-untyped-call] # a second series for each counter

Probe = Callable[[], Awaitable[object]]
"""Returns when a part has answered, raises when it did not."""

Counted = Callable[[], Awaitable[list[GaugeMetricFamily]]]
"""Numbers that are looked up when somebody asks; ``ConnectionError`` when they cannot be."""


class Operations:
    """The answers: ``/healthz``, ``/readyz`` and ``/metrics``.

    Metrics are those of this process, those of the SDK (which has a server of its own on ``sdk``), and those
    that ``counted`` looks up.
    """

    def __init__(self, probes: Mapping[str, Probe], sdk: str, counted: Counted | None = None) -> None:
        self._probes = dict(probes)
        self._counted = counted
        self._sdk = httpx.AsyncClient(base_url=f"http://{sdk}", timeout=PROBE_LIMIT_S)

    def application(self) -> Starlette:
        """As ASGI."""
        return Starlette(
            routes=[
                Route("/healthz", self._alive),
                Route("/readyz", self._ready),
                Route("/metrics", self._metrics),
            ]
        )

    async def _alive(self, _: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def _ready(self, _: Request) -> Response:
        answers = await asyncio.gather(*map(_answers, self._probes.values()))
        silent = [name for name, well in zip(self._probes, answers, strict=True) if not well]
        status = "not ready" if silent else "ready"
        return JSONResponse({"status": status, "silent": silent}, status_code=503 if silent else 200)

    async def _metrics(self, _: Request) -> Response:
        parts = [generate_latest(), generate_latest(_Collected(await self._looked_up()))]
        try:
            parts.append((await self._sdk.get("/metrics")).content)
        except httpx.HTTPError:  # the rest is worth having without it
            parts.append(b"")
        return Response(b"".join(parts), media_type=CONTENT_TYPE_LATEST)

    async def _looked_up(self) -> list[GaugeMetricFamily]:
        if self._counted is None:
            return []
        try:
            found, there = await self._counted(), 1.0
        except ConnectionError:
            found, there = [], 0.0
        return [GaugeMetricFamily("tuntas_database_up", "Whether PostgreSQL answered.", value=there), *found]


class _Collected:
    """Looks to ``generate_latest`` like a registry."""

    def __init__(self, families: list[GaugeMetricFamily]) -> None:
        self._families = families

    def collect(self) -> Iterator[GaugeMetricFamily]:
        return iter(self._families)


@asynccontextmanager
async def served(address: str, operations: Operations) -> AsyncIterator[None]:
    """Answers on HOST:PORT while the body runs. Raises ``WrongSetting`` when the address cannot be used."""
    server = HttpServer(
        uvicorn.Config(operations.application(), log_config=None, access_log=False, lifespan="off")
    )
    # The library's own binding ends the program when it fails.
    running = asyncio.create_task(server.serve([_listening(address)]))
    try:
        yield
    finally:
        server.should_exit = True
        await running


def _listening(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    try:
        return socket.create_server((host.strip("[]"), int(port)), family=_family(host))
    except OSError as error:
        raise WrongSetting(
            f"Nothing can listen on {address} ({error.strerror}); is it taken? Choose another for metrics."
        ) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if host.startswith("[") else socket.AF_INET


async def _answers(probe: Probe) -> bool:
    try:
        await asyncio.wait_for(probe(), PROBE_LIMIT_S)
    except Exception:  # noqa: BLE001 - whatever a driver raises, its part is not ready
        return False
    return True
