"""The pool of connections to PostgreSQL, and transactions whose failures say what to do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

STATEMENT_TIMEOUT_MS = 8_000
"""Shorter than the attempt of a recording activity, so that the database gives up first."""


class DatabaseUnreachable(ConnectionError):
    """PostgreSQL does not answer. Nothing is lost; the same may be tried again."""


def open_engine(url: str, *, pool_size: int = 10) -> AsyncEngine:
    """An engine with a pool. Parameters never show in errors: they may be personal data."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=5,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 5,
            "application_name": "tuntas",
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS}",
        },
    )


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction: committed at the end, rolled back on any error. Raises ``DatabaseUnreachable``."""
    try:
        async with engine.begin() as connection:
            yield connection
    except (OperationalError, InterfaceError, TimeoutError, OSError) as error:
        raise DatabaseUnreachable(
            "PostgreSQL is not reachable, or was lost on the way. Is it running? See: starter.py status"
        ) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseUnreachable("The connection to PostgreSQL was lost; try again.") from error
        raise
