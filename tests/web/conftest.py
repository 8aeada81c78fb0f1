"""The pages on the real engine, people who have signed in, and Debian's Chromium to look at them.

``TUNTAS_SCREENSHOTS`` names a folder in which screenshots are kept.
"""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from temporalio.client import Client
from temporalio.worker import Worker

from channels.http.service import Service
from domain.account import Role
from durable.persons import PersonRequests
from durable.queues import COMPLAINTS
from jakarta.suggestions import Suggestions
from notify.outlook import next_lines
from store.accounts import Accounts
from store.database import Database
from tests.channels.http.conftest import PATIENT, Served, make_service, serve
from web.doorkeeper import COOKIE, Doorkeeper
from web.site import Site

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "payung hijau tujuh bukit"
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DESKTOP = {"viewport": {"width": 1366, "height": 768}}

Visit = Callable[..., AbstractAsyncContextManager[Page]]
SignedIn = Callable[..., Awaitable[str]]


class Whole(NamedTuple):
    """Pages that are served, and what they are made of."""

    url: str
    service: Service
    site: Site


@pytest.fixture(scope="session")
async def pages(
    worker: Worker, client: Client, engine: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Whole]:
    """Channels and pages on one server."""
    service = make_service(client, engine, tmp_path_factory.mktemp("page-files"))
    site = make_site(service, engine, client)
    served: Served
    async for served in serve(service, site):
        yield Whole(served.url, service, site)


def make_site(service: Service, engine: Database, client: Client) -> Site:
    city: Any = service.city
    return Site(
        city=city,
        complaints=service.complaints,
        door=service.door,
        database=engine,
        files=service.files,
        doorkeeper=Doorkeeper(Accounts(engine)),
        suggestions=Suggestions(city),
        person_requests=PersonRequests(client, COMPLAINTS),
        what_next=next_lines,
        ward_shapes=city.ward_shapes(),
        limits=PATIENT,
    )


@pytest.fixture(scope="session")
async def signed_in(engine: Database) -> SignedIn:
    """Makes an account for an officer, or with roles, and gives the token of its session."""

    async def make(officer: str | None = None, *roles: Role) -> str:
        accounts, name, now = (
            Accounts(engine),
            f"{officer or 'somebody'}-{uuid4().hex[:6]}",
            datetime.now(UTC),
        )
        await accounts.add(name, PASSWORD, roles or (Role.OFFICER,), officer, now)
        await accounts.set_password(name, PASSWORD, must_change=False)
        found = await accounts.recognise(name, PASSWORD, now)
        assert found is not None
        return await accounts.sessions.begin(found, now)

    return make


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, for all tests of a process."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        await running.close()


@pytest.fixture(scope="session")
def visit(browser: Browser, pages: Whole) -> Visit:
    """Opens a page in a window of its own: ``more`` is Playwright's.

    ``token`` signs in.

    Anything that the page asks of another host, and any error in its scripts, fails the test.
    """

    @asynccontextmanager
    async def opened(path: str, token: str = "", language: str = "id", **more: Any) -> AsyncIterator[Page]:
        context = await browser.new_context(base_url=pages.url, **{**DESKTOP, **more})
        await _give_cookies(context, pages.url, {COOKIE: token, "tuntas_language": language})
        page = await context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security" in said.text else None)
        page.on(
            "request", lambda asked: wrong.append(asked.url) if _elsewhere(asked.url, pages.url) else None
        )
        await page.goto(path)
        yield page
        await context.close()
        assert not wrong

    return opened


async def _give_cookies(context: BrowserContext, url: str, cookies: dict[str, str]) -> None:
    await context.add_cookies(
        [{"name": name, "value": value, "url": url} for name, value in cookies.items() if value]
    )


def _elsewhere(asked: str, url: str) -> bool:
    return not asked.startswith((url, "data:", "blob:"))


async def check_axe(page: Page) -> None:
    """Fails when axe-core finds anything that keeps people out (WCAG 2.2 A and AA, best practices)."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("async () => (await axe.run()).violations")
    said = [f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes']]}" for one in found]
    assert not said, "\n".join(said)


async def keep_screenshot(page: Page, name: str) -> None:
    """Keeps a picture of the whole page, where a folder for them is named."""
    if folder := os.environ.get("TUNTAS_SCREENSHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.fixture(scope="session")
async def anybody(pages: Whole) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without scripts, which says where its forms come from."""
    headers = {"Sec-Fetch-Site": "same-origin"}
    async with httpx.AsyncClient(base_url=pages.url, headers=headers, timeout=40) as caller:
        yield caller


@pytest.fixture
async def as_officer(
    pages: Whole, signed_in: SignedIn
) -> AsyncIterator[Callable[..., Awaitable[httpx.AsyncClient]]]:
    """Gives a browser without scripts in which an officer has signed in."""
    opened: list[httpx.AsyncClient] = []

    async def make(officer: str | None = None, *roles: Role) -> httpx.AsyncClient:
        token = await signed_in(officer, *roles)
        headers = {"Sec-Fetch-Site": "same-origin"}
        caller = httpx.AsyncClient(base_url=pages.url, headers=headers, cookies={COOKIE: token}, timeout=40)
        opened.append(caller)
        return caller

    yield make
    for caller in opened:
        await caller.aclose()
