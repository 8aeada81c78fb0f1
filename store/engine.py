"""The pool of connections to PostgreSQL, and transactions whose failures say what to do."""

import select
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

STATEMENT_TIMEOUT_MS = 8_000
"""Shorter than the attempt of a recording activity, so that the database gives up first."""

PING_AFTER_S = 5.0
"""A connection that has lain idle for longer is asked whether it still lives before it is used."""


class DatabaseUnreachable(ConnectionError):
    """PostgreSQL does not answer. Nothing is lost; the same may be tried again."""


def open_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine with a pool. Parameters never show in errors: they may be personal data."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=5,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 5,
            "application_name": "tuntas",
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS}",
        },
    )
    _ping_if_doubtful(engine.sync_engine)
    return engine


def _ping_if_doubtful(engine: Engine) -> None:
    """Asks a connection that may be dead; when it is, all in the pool are replaced.

    ``pool_pre_ping`` asks each time, which takes as long as a short statement.
    """

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ping(connection: Any, record: Any, _proxy: Any) -> None:
        idle_s = time.monotonic() - record.info.get("idle_since", time.monotonic())
        try:
            if idle_s > PING_AFTER_S or _was_told_something(connection):
                engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error


def _was_told_something(connection: Any) -> bool:
    """Whether PostgreSQL has said something unasked: most often that it goes away."""
    poll = select.poll()
    poll.register(connection.driver_connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction: committed at the end, rolled back on any error. Raises ``DatabaseUnreachable``."""
    with _told_what_to_do():
        async with engine.begin() as connection:
            yield connection


@asynccontextmanager
async def one_statement(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """For a single statement, which is a transaction by itself. Raises ``DatabaseUnreachable``.

    Beginning and committing one are a round trip each, as the statement is.
    """
    with _told_what_to_do():
        async with engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")


@contextmanager
def _told_what_to_do() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, TimeoutError, OSError) as error:
        raise DatabaseUnreachable(
            "PostgreSQL is not reachable, or was lost on the way. Is it running? See: starter.py status"
        ) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseUnreachable("The connection to PostgreSQL was lost; try again.") from error
        raise
