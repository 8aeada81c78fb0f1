"""The whole application as it runs, a private complaint in it, and everybody who should not see it."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

import httpx
import pytest
from fastapi import FastAPI
from temporalio.client import Client
from temporalio.worker import Worker

from channels.http.application import create_app
from channels.http.service import Service
from store.channel_keys import ChannelKeys
from store.database import Database
from tests.channels.http.conftest import handed_in, make_key, make_service, serve_app
from tests.pictures import jpeg, scene
from tests.web.conftest import make_site
from web.application import add_pages

CASE = "Pagar seng biru roboh di gang buntu"
PERSON = "Sukarti Wulandari"
CONTACT = "sukarti@rahasia.example"
PLACE = {"latitude": -6.3345, "longitude": 106.823}


class Whole(NamedTuple):
    """The application, its address, and what it is made of."""

    app: FastAPI
    url: str
    service: Service


class Planted(NamedTuple):
    """A private complaint, handed in by JAKI, which nobody has touched yet; and another reporter's code."""

    number: str
    code: str
    digest: str
    another_number: str
    another_code: str


Askers = Mapping[str, httpx.AsyncClient]


@pytest.fixture(scope="session")
async def whole(
    worker: Worker, client: Client, engine: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Whole]:
    """Put together as the command ``web`` does it."""
    service = make_service(client, engine, tmp_path_factory.mktemp("asked-files"))
    app, site = create_app(service), make_site(service, engine, client)
    add_pages(app, site)
    async for url in serve_app(app):
        yield Whole(app, url, service)


@pytest.fixture(scope="session")
async def planted(whole: Whole, engine: Database) -> Planted:
    key = await make_key(ChannelKeys(engine), "jaki")
    async with _caller(whole, {"Authorization": f"Bearer {key}"}) as jaki:
        photo = (await jaki.post("/api/v1/attachments", content=jpeg(scene(77)))).json()
        reporter = {"name": PERSON, "contact": CONTACT}
        said = {"text": CASE, "reporter": reporter, "attachments": [photo["uri"]], "point": PLACE}
        mine, another = await handed_in(jaki, public=False, **said), await handed_in(jaki, public=False)
    return Planted(
        mine["number"], mine["access_code"], photo["sha256"], another["number"], another["access_code"]
    )


@pytest.fixture(scope="session")
async def askers(whole: Whole, planted: Planted, engine: Database) -> AsyncIterator[Askers]:
    """Everybody, each with all that they have to show."""
    shown: dict[str, dict[str, Any]] = {
        "nobody": {},
        "other-reporter": {"headers": {"X-Access-Code": planted.another_code}},
        "other-channel": _with_key(await make_key(ChannelKeys(engine), "lapor")),
    }
    callers = {name: _caller(whole, **what) for name, what in shown.items()}
    yield callers
    for caller in callers.values():
        await caller.aclose()


def _with_key(secret: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {secret}"}}


def _caller(whole: Whole, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
    """Sends forms as our own pages do."""
    return httpx.AsyncClient(
        base_url=whole.url, headers={"Sec-Fetch-Site": "same-origin", **(headers or {})}, timeout=60
    )
