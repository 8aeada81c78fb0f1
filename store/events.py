"""Events as rows: what was noted and by whom is plain, what was said is sealed."""

import json
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from domain.commands import REPORTER, Actor
from domain.events import Event
from domain.timeline import ERASED, Entry, entry
from store.database import Database
from store.engine import transaction
from store.personal import EVENT
from store.tables import EventRow
from store.vault import Vault

MOST = 100_000
"""Events of one complaint; far more than any has."""


class Line(NamedTuple):
    """A line of the timeline, and the unit that acted, None for the reporter and the service itself."""

    entry: Entry
    unit: str | None


async def sealed_events(vault: Vault, complaint_id: str, events: Sequence[Event]) -> list[dict[str, Any]]:
    """The rows of events."""
    return [
        {
            "complaint_id": complaint_id,
            "seq": event.seq,
            "at": event.at,
            "event": event.body.event,
            "actor": event.by.code,
            "actor_unit": event.by.unit,
            "via": event.via,
            "command_id": event.command_id,
            "sealed": await vault.seal(complaint_id, EVENT, event.body.model_dump_json().encode()),
        }
        for event in events
    ]


async def events_of(database: Database, complaint_id: str, first: int = 1) -> list[Event]:
    """The events of a complaint from one on, as they were told; those that were erased are left out."""
    return [event for _, event in await _events(database, complaint_id, first) if event]


async def lines_of(
    database: Database, complaint_id: str, first: int = 1, without: Collection[str] = (), limit: int = MOST
) -> list[Line]:
    """The events of a complaint as lines of a timeline, oldest first; of those erased only that they were."""
    return [
        Line(entry(event) if event else _erased(row), row.actor_unit)
        for row, event in await _events(database, complaint_id, first, without, limit)
    ]


async def _events(
    database: Database, complaint_id: str, first: int, without: Collection[str] = (), limit: int = MOST
) -> list[tuple[Row[Any], Event | None]]:
    query = (
        select(EventRow.__table__)
        .where(EventRow.complaint_id == complaint_id, EventRow.seq >= first, EventRow.event.not_in(without))
        .order_by(EventRow.seq)
        .limit(limit)
    )
    async with transaction(database) as connection:
        rows = (await connection.execute(query)).all()
    opened = await database.vault.open(EVENT, [row.sealed for row in rows])
    return [(row, _event(row, body)) for row, body in zip(rows, opened, strict=True)]


def _erased(row: Row[Any]) -> Entry:
    return Entry(seq=row.seq, at=row.at, event=row.event, by=row.actor, detail=ERASED)


def _event(row: Row[Any], body: bytes | None) -> Event | None:
    if body is None:
        return None
    by = REPORTER if row.actor == REPORTER.code else Actor(code=row.actor, unit=row.actor_unit)
    return Event.model_validate(
        {
            "seq": row.seq,
            "at": row.at,
            "by": by,
            "via": row.via,
            "command_id": row.command_id,
            "body": json.loads(body),
        }
    )
