"""What is sent to PostgreSQL while something runs: tests assert on its number, never on time."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from store.database import Database


@contextmanager
def statements_sent(engine: Database) -> Iterator[list[str]]:
    """Every statement, in order, by whoever uses this engine meanwhile."""
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)
