"""Brings a database to the tables that this code knows."""

from pathlib import Path

LOCK = 7_405_192_610
"""Advisory lock: two processes that start at once migrate one after the other."""


class DatabaseTooNew(RuntimeError):
    """The database was made by newer code than this."""


def migrate(url: str) -> None:
    """Applies every migration that is missing. Raises ``DatabaseTooNew`` when there is one too many."""
    from alembic import command  # noqa: PLC0415 - heavy, and needed at start only
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util.exc import CommandError  # noqa: PLC0415
    from sqlalchemy import create_engine, text  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        head = ScriptDirectory.from_config(config).get_current_head()
        raise DatabaseTooNew(
            f"The database is newer than this code, which knows up to revision {head}: update the code."
        ) from error
    finally:
        engine.dispose()
