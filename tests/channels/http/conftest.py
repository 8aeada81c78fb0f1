"""A real HTTP server on the real engine, and callers with keys."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.worker import Worker

from channels.attachments.taking import Attachments
from channels.front_door import FrontDoor
from channels.http.application import create_app
from channels.http.rate_limit import Limits, Rate
from channels.http.service import Service
from domain.channel_key import Scope
from durable.complaints import Complaints
from jakarta.load import load_jakarta
from runtime.free_port import free_port
from store.alerts import Alerts
from store.attachments import AttachmentCatalogue
from store.channel_keys import ChannelKeys
from store.channel_reads import ChannelReads
from store.contents import Contents
from store.database import Database
from store.public_reads import PublicReads
from web.application import add_pages
from web.site import Site

PATIENT = Limits(failures=Rate(burst=100_000, per_second=1000))


class Served(NamedTuple):
    """A server that runs, and what it is made of."""

    url: str
    service: Service


async def serve(service: Service, site: Site | None = None) -> AsyncIterator[Served]:
    """Serves channels, and the pages too when there is a site."""
    app = create_app(service)
    if site:
        add_pages(app, site)
    async for url in serve_app(app):
        yield Served(url, service)


async def serve_app(app: FastAPI) -> AsyncIterator[str]:
    """Serves an application; gives its address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="off"))
    server.capture_signals = _no_signals  # type: ignore[method-assign,assignment]
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event for it
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running


class _no_signals:  # noqa: N801
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


@pytest.fixture(scope="session")
def keys(engine: Database) -> ChannelKeys:
    return ChannelKeys(engine)


@pytest.fixture(scope="session")
async def service(
    worker: Worker, client: Client, engine: Database, tmp_path_factory: pytest.TempPathFactory
) -> Service:
    return make_service(client, engine, tmp_path_factory.mktemp("files"))


def make_service(client: Client, engine: Database, folder: Path) -> Service:
    """What HTTP serves; the files lie in the folder."""
    city, complaints, own = load_jakarta(), Complaints(client), ChannelReads(engine)
    return Service(
        door=FrontDoor(city, complaints, "dki-2025"),
        complaints=complaints,
        city=city,
        own=own,
        public=PublicReads(engine),
        keys=ChannelKeys(engine),
        files=Attachments(Contents.at(None, folder), AttachmentCatalogue(engine)),
        alerts=Alerts(engine),
        probes={"PostgreSQL": own.ping, "Temporal": client.service_client.check_health},
        limits=PATIENT,
    )


@pytest.fixture(scope="session")
async def served(service: Service) -> AsyncIterator[Served]:
    async for one in serve(service):
        yield one


async def make_key(keys: ChannelKeys, channel: str, *scopes: Scope) -> str:
    made = await keys.add(channel, "tests", scopes or tuple(Scope), datetime.now(UTC))
    return made.secret


@pytest.fixture(scope="session")
async def jaki_key(keys: ChannelKeys) -> str:
    return await make_key(keys, "jaki")


@pytest.fixture(scope="session")
async def jaki(served: Served, jaki_key: str) -> AsyncIterator[httpx.AsyncClient]:
    """The channel JAKI with all scopes."""
    async with _caller(served, jaki_key) as caller:
        yield caller


@pytest.fixture(scope="session")
async def lapor(served: Served, keys: ChannelKeys) -> AsyncIterator[httpx.AsyncClient]:
    """Another channel."""
    async with _caller(served, await make_key(keys, "lapor")) as caller:
        yield caller


@pytest.fixture(scope="session")
async def anybody(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a key."""
    async with httpx.AsyncClient(base_url=served.url, timeout=40) as caller:
        yield caller


def _caller(served: Served, key: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=served.url, timeout=40, headers={"Authorization": f"Bearer {key}"})


def said(**more: Any) -> dict[str, Any]:
    """A submission with a reference of its own."""
    return {
        "reference": f"T-{uuid4()}",
        "category": "jalan-berlubang",
        "text": "Lubang di depan sekolah.",
        "point": {"latitude": -6.1754, "longitude": 106.8272},
        "reporter": {"name": "Siti Rahasia", "contact": "siti@rahasia.example"},
        **more,
    }


async def handed_in(caller: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    """A new complaint's receipt."""
    answered = await caller.post("/api/v1/complaints", json=said(**more))
    assert answered.status_code == 201, answered.text
    receipt: dict[str, Any] = answered.json()
    return receipt
