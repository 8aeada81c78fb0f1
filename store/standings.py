"""Standings in PostgreSQL: where complaints stood after each event. Rows are only ever added."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic_core import to_json
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.events import Event
from domain.intake import Opening
from domain.standing import ClockStanding, Standing, standings
from store.database import Database
from store.engine import transaction
from store.events import events_of
from store.opening import opened_opening
from store.tables import ComplaintRow, StandingRow

SAME = ("started_at", "due_at", "breached_at", "stopped_at", "ended_at", "ended_as")
"""A clock that differs in none of these stands as it stood."""

PORTION = 500

ADD_STANDINGS = f"""
new_standing AS (
    INSERT INTO standing
    SELECT said.* FROM told, jsonb_populate_recordset(NULL::standing, it -> 'standings') AS said
    WHERE (it ->> 'first')::integer = 1 OR (
        SELECT true FROM standing AS one
        WHERE one.complaint_id = said.complaint_id AND one.seq = (it ->> 'first')::integer - 1
    )
    ON CONFLICT DO NOTHING
    RETURNING seq
),
new_clock_standing AS (
    INSERT INTO clock_standing
    SELECT said.*
    FROM told, jsonb_populate_recordset(NULL::clock_standing, it -> 'clocks') AS said
    LEFT JOIN LATERAL (
        SELECT * FROM clock_standing AS one
        WHERE one.complaint_id = said.complaint_id AND one.clock = said.clock
        ORDER BY one.seq DESC LIMIT 1
    ) AS before ON true
    WHERE EXISTS (SELECT FROM new_standing) AND ({", ".join(f"said.{name}" for name in SAME)})
        IS DISTINCT FROM ({", ".join(f"before.{name}" for name in SAME)})
    ON CONFLICT DO NOTHING
)
"""  # noqa: S608 - our own names
"""Part of a statement whose ``told.it`` is what ``told_standings`` gives, as JSON: keeps it.

Nothing where the event before has no standing: all of them are then filled in together, in their order.
PostgreSQL may answer an EXISTS there by reading the whole table; for a value it looks into the index.
"""

ADD = text(f"WITH told AS (SELECT CAST(:told AS jsonb) AS it), {ADD_STANDINGS} SELECT FROM told")  # noqa: S608


def standing_rows(complaint_id: str, events: Sequence[Event], now: Standing) -> list[dict[str, Any]]:
    """The rows of ``standing`` for events that led there together."""
    kept = now.model_dump(exclude={"clocks"})
    return [
        {"complaint_id": complaint_id, "seq": event.seq, "at": event.at, "event": event.body.event, **kept}
        for event in events
    ]


def clock_row(complaint_id: str, seq: int, at: datetime, clock: ClockStanding) -> dict[str, Any]:
    """The row of ``clock_standing`` for a clock as it stands after an event."""
    return {"complaint_id": complaint_id, "seq": seq, "at": at, **clock.model_dump()}


def changed(before: Mapping[str, ClockStanding], now: Standing) -> list[ClockStanding]:
    """The clocks that stand otherwise than before, by their kind."""
    return [clock for clock in now.clocks if not _same(before.get(clock.clock), clock)]


def _same(before: ClockStanding | None, now: ClockStanding) -> bool:
    return before is not None and all(getattr(before, name) == getattr(now, name) for name in SAME)


def told_standings(complaint_id: str, events: Sequence[Event], now: Standing | None) -> dict[str, Any]:
    """Where events led, and how clocks stand after the last, for ``ADD_STANDINGS``."""
    last = events[-1]
    return {
        "first": events[0].seq,
        "standings": standing_rows(complaint_id, events, now) if now else [],
        "clocks": [clock_row(complaint_id, last.seq, last.at, clock) for clock in now.clocks] if now else [],
    }


async def insert_standings(
    connection: AsyncConnection, complaint_id: str, events: Sequence[Event], now: Standing
) -> None:
    """Keeps where these events led, in the caller's transaction, and the clocks that they changed."""
    told = told_standings(complaint_id, events, now)
    await connection.execute(ADD, {"told": to_json(told).decode()})


class Standings:
    """Makes standings that are missing: of events that were recorded by code that kept none."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def fill(self) -> int:
        """Gives such complaints their standings from what is on record; returns how many they were.

        One whose words were erased before that cannot be read any more and is left out.
        """
        filled, after = 0, ""
        while portion := await self._without(after):
            for complaint_id, kept in portion:
                opening = await opened_opening(self._database.vault, kept)
                if opening is not None:
                    await self._fill(complaint_id, opening)
                    filled += 1
            after = portion[-1][0]
        return filled

    async def _without(self, after: str) -> list[tuple[str, bytes | None]]:
        last = (
            select(func.max(StandingRow.seq))
            .where(StandingRow.complaint_id == ComplaintRow.id)
            .scalar_subquery()
        )
        query = (
            select(ComplaintRow.id, ComplaintRow.opening)
            .where(ComplaintRow.seq > 0, ComplaintRow.id > after, func.coalesce(last, 0) < ComplaintRow.seq)
            .order_by(ComplaintRow.id)
            .limit(PORTION)
        )
        async with transaction(self._database) as connection:
            return [(row.id, row.opening) for row in await connection.execute(query)]

    async def _fill(self, complaint_id: str, opening: Opening) -> None:
        events = await events_of(self._database, complaint_id)
        async with transaction(self._database) as connection:
            for event, now in standings(opening, events):
                await insert_standings(connection, complaint_id, [event], now)
