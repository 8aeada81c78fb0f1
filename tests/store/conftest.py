"""A database of its own for tests that fill it, or that count all that is in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from store.database import Database
from store.migrate import migrate
from tests.keys import a_key_ring


@asynccontextmanager
async def a_database(owner_url: str) -> AsyncIterator[Database]:
    """A new one, migrated."""
    shared, name = create_engine(owner_url, isolation_level="AUTOCOMMIT"), f"own_{uuid4().hex}"
    with shared.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    shared.dispose()
    url = shared.url.set(database=name).render_as_string(hide_password=False)
    await asyncio.to_thread(migrate, url)
    database = Database.at(url, a_key_ring())
    yield database
    await database.dispose()


@pytest.fixture(scope="module")
async def own_database(owner_url: str) -> AsyncIterator[Database]:
    async with a_database(owner_url) as database:
        yield database
