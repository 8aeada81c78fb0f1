"""Where a peer keeps its record: queries that give each peer's tables in one form, and reading them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

import psycopg
from psycopg import sql


class Event(NamedTuple):
    """An event of a complaint, in the words of ``steps``; ``seq`` counts from 1."""

    reference: str
    seq: int
    name: str


class Message(NamedTuple):
    """A message that announces an event."""

    reference: str
    seq: int


class Escalation(NamedTuple):
    """A complaint was escalated: when it was due, and when that was on record."""

    reference: str
    due_at: datetime
    at: datetime


class Found(NamedTuple):
    """What stands in a peer's database about the complaints whose references begin alike."""

    events: list[Event]
    messages: list[Message]
    escalations: list[Escalation]


class Queries(NamedTuple):
    """A peer's queries, each of one parameter: the beginning of references, with ``%`` after it.

    They give the columns of ``Event``, ``Message`` and ``Escalation``; ``pending`` counts messages that have
    not gone out. ``names`` translates a peer's names of events.
    """

    events: LiteralString
    messages: LiteralString
    escalations: LiteralString
    pending: LiteralString
    names: Mapping[str, str] = {}


class Record:
    """One peer's database, by its libpq address."""

    def __init__(self, address: str, queries: Queries) -> None:
        self._address = address
        self._queries = queries

    async def found(self, prefix: str) -> Found:
        """All that stands there."""
        names = self._queries.names
        events = [Event(*row) for row in await self._rows(self._queries.events, prefix)]
        return Found(
            [event._replace(name=names.get(event.name, event.name)) for event in events],
            [Message(*row) for row in await self._rows(self._queries.messages, prefix)],
            await self.escalations(prefix),
        )

    async def escalations(self, prefix: str) -> list[Escalation]:
        """What was escalated so far."""
        return [Escalation(*row) for row in await self._rows(self._queries.escalations, prefix)]

    async def escalated(self, prefix: str) -> int:
        """How many complaints were escalated so far."""
        count = sql.SQL("SELECT count(DISTINCT reference) FROM ({}) all_of_them (reference, due_at, at)")
        return int((await self._rows(count.format(sql.SQL(self._queries.escalations)), prefix))[0][0])

    async def pending(self, prefix: str) -> int:
        """Messages that have not gone out yet."""
        return int((await self._rows(self._queries.pending, prefix))[0][0])

    async def _rows(self, query: LiteralString | sql.Composed, prefix: str) -> list[tuple[Any, ...]]:
        async with await psycopg.AsyncConnection.connect(self._address, autocommit=True) as connection:
            return await (await connection.execute(query, [f"{prefix}%"])).fetchall()
