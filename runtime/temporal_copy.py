"""A consistent copy of the embedded Temporal's database file, while the server goes on writing."""

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

_PAGES = 4096


class TemporalCopy:
    """The state at the moment of entering, held until leaving; others read and write on meanwhile.

    While it is held SQLite cannot shorten its write-ahead log, which therefore grows.
    """

    def __init__(self, database: Path) -> None:
        self._source = sqlite3.connect(f"file:{database}?mode=ro", uri=True, check_same_thread=False)

    def __enter__(self) -> Self:
        self._source.execute("BEGIN")
        self._source.execute(
            "SELECT count(*) FROM sqlite_master"
        ).fetchone()  # the first read fixes the state
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._source.close()

    def lacking(self, workflow_ids: Iterable[str]) -> set[str]:
        """Those of these workflows that it does not know."""
        known = {one for (one,) in self._source.execute("SELECT workflow_id FROM current_executions")}
        return set(workflow_ids) - known

    def write_to(self, file: Path, step: Callable[[int, int], None] = lambda *_: None) -> None:
        """Writes the state to a new file. ``step`` gets how many pages are done and how many there are.

        Raises ``sqlite3.DatabaseError`` when the copy is not sound.
        """
        target = sqlite3.connect(file)
        try:
            self._source.backup(
                target,
                pages=_PAGES,
                progress=lambda _, left, total: step(total - left, total),
                sleep=0,
            )
            target.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
            (found,) = target.execute("PRAGMA quick_check").fetchone()
        finally:
            target.close()
        if found != "ok":
            raise sqlite3.DatabaseError(f"the copy of {file.name} is not sound: {found}")
