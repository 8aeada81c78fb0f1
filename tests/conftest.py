"""The real servers that tests share: one embedded PostgreSQL and one Temporal for each pytest process."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from durable.complaints import Complaints
from durable.search_attributes import REGISTRY
from jakarta.load import load_jakarta
from runtime.settings import Settings
from runtime.stack import Stack
from runtime.temporal_client import connect
from store.database import Database
from store.migrate import migrate
from tests.mail_server import MailServer
from worker import hosted_by, plugin


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with what may take longest begin first, or one of them would run alone in the end."""
    longest: dict[Path, float] = {}
    for item in items:
        allowed = item.get_closest_marker("timeout")
        longest[item.path] = max(longest.get(item.path, 0.0), allowed.args[0] if allowed else 0.0)
    items.sort(key=lambda item: longest[item.path], reverse=True)


@pytest.fixture(scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """PostgreSQL, migrated, and Temporal, in a folder of their own."""
    async with Stack(
        Settings(home=tmp_path_factory.mktemp("home")), search_attributes=REGISTRY, migrate=migrate
    ) as stack:
        yield stack


@pytest.fixture(scope="session")
def database_url(servers: Stack) -> str:
    """The SQLAlchemy URL of a migrated database."""
    return servers.database_url


@pytest.fixture(scope="session")
def owner_url(servers: Stack) -> str:
    """The same database as the role that owns its tables."""
    return servers.owner_url


@pytest.fixture(scope="session")
async def engine(servers: Stack) -> AsyncIterator[Database]:
    """An engine on the shared database."""
    engine = Database.of(Settings(home=servers.home))
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def client(servers: Stack, engine: Database) -> Client:
    """A client with the plugin of a worker, so that workers can be built on it."""
    settings = Settings(home=servers.home)
    return await connect(settings, plugins=[plugin(engine, settings, load_jakarta())])


@pytest.fixture(scope="session")
async def worker(client: Client) -> AsyncIterator[Worker]:
    """A worker in this process."""
    async with hosted_by(client, "complaints") as running:
        yield running


@pytest.fixture
def complaints(worker: Worker, client: Client) -> Complaints:
    """The gateway to the complaints that this process' worker serves."""
    return Complaints(client)


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A real SMTP server."""
    server = MailServer()
    server.start()
    yield server
    server.stop()
