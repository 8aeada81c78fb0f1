"""Where the database is, and whether it answers."""

import psycopg

from runtime.postgres import APPLICATION, USER
from runtime.settings import Settings, without_password
from runtime.stack_record import read_stack
from runtime.unreachable import START_ADVICE, Unreachable

SERVICE = "PostgreSQL"
_CONNECT_TIMEOUT_S = 3
_EXTERNAL_ADVICE = "Check TUNTAS_DATABASE_URL and that the server runs."


def database_url(settings: Settings) -> str:
    """The SQLAlchemy URL of the database: the setting, else the embedded one of the data folder.

    Raises :class:`Unreachable` when the embedded one is meant and does not run.
    """
    if settings.database_url is not None:
        return settings.database_url
    record = read_stack(settings.home)
    if record is None:
        raise Unreachable(SERVICE, f"the data folder {settings.home}", START_ADVICE)
    if not record.database_runs():
        raise Unreachable(SERVICE, record.database)
    return record.database


def owner_url(settings: Settings) -> str:
    """The SQLAlchemy URL of the database for whoever makes tables. Raises :class:`Unreachable`."""
    if settings.database_url is not None:
        return settings.database_owner_url or settings.database_url
    return database_url(settings).replace(f"//{APPLICATION}@", f"//{USER}@", 1)


async def check_database(settings: Settings) -> str:
    """The URL of the database once it has answered; raises :class:`Unreachable` in about three seconds."""
    url = database_url(settings)
    try:
        async with await psycopg.AsyncConnection.connect(
            url.replace("postgresql+psycopg://", "postgresql://", 1),
            connect_timeout=_CONNECT_TIMEOUT_S,
            autocommit=True,
        ) as connection:
            await connection.execute("SELECT 1")
    except (psycopg.Error, OSError) as error:
        raise database_unreachable(settings, url) from error
    return url


def database_unreachable(settings: Settings, url: str) -> Unreachable:
    """The error to raise when the database at this URL does not answer; never shows a password."""
    advice = START_ADVICE if settings.database_url is None else _EXTERNAL_ADVICE
    return Unreachable(SERVICE, without_password(url), advice)
