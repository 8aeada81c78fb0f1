"""Connections that died are replaced before they are used, and those that lately worked are not asked."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from store.engine import PING_AFTER_S, open_engine, transaction

pytestmark = pytest.mark.servers
AT_ONCE = 3


class Pings:
    """Counts them; ``fail`` makes the next one find a dead connection."""

    def __init__(self, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent, self.fail = 0, False
        self._really = engine.sync_engine.dialect.do_ping
        monkeypatch.setattr(engine.sync_engine.dialect, "do_ping", self._ping)

    def _ping(self, connection: object) -> bool:
        self.sent += 1
        if self.fail:
            self.fail = False
            raise psycopg.OperationalError
        return self._really(connection)  # type: ignore[arg-type]


@pytest.fixture
async def pooled(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine with some idle connections."""
    engine = open_engine(database_url)
    await backends(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
def pings(pooled: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> Pings:
    return Pings(pooled, monkeypatch)


async def backends(engine: AsyncEngine) -> set[int]:
    """PostgreSQL's processes behind so many connections, all of them in use at once."""
    return set(await asyncio.gather(*(_backend(engine) for _ in range(AT_ONCE))))


async def _backend(engine: AsyncEngine) -> int:
    async with transaction(engine) as connection:
        return int(await connection.scalar(text("SELECT pg_backend_pid() FROM pg_sleep(0.1)")) or 0)


def let_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the connections had lain there for long."""
    monkeypatch.setattr("store.engine.PING_AFTER_S", -PING_AFTER_S)


async def test_a_connection_that_was_just_used_is_not_asked(pooled: AsyncEngine, pings: Pings) -> None:
    before = await backends(pooled)
    assert await backends(pooled) == before
    assert pings.sent == 0


async def test_one_that_lay_idle_is_asked(
    pooled: AsyncEngine, pings: Pings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await backends(pooled)
    let_idle(monkeypatch)
    assert await backends(pooled) == before
    assert pings.sent == AT_ONCE


async def test_one_that_does_not_answer_is_replaced_with_all_others(
    pooled: AsyncEngine, pings: Pings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await backends(pooled)
    let_idle(monkeypatch)
    pings.fail = True
    assert not await backends(pooled) & before


async def test_those_that_postgresql_closed_are_replaced_unnoticed(
    pooled: AsyncEngine, owner_url: str
) -> None:
    before = await backends(pooled)
    owner = open_engine(owner_url)
    async with transaction(owner) as connection:
        await connection.execute(text("SELECT pg_terminate_backend(unnest(:pids))"), {"pids": list(before)})
    await owner.dispose()
    await asyncio.sleep(0.2)
    assert not await backends(pooled) & before
