"""The side of PostgreSQL when accounts are compared, and making anew what was lost there."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select, text
from sqlalchemy.dialects.postgresql import insert

from domain.complaint import Complaint
from domain.events import Closed, Event
from domain.intake import Opening
from domain.reconciling import Recorded
from domain.standing import standings
from domain.status import Status
from domain.timeline import entry
from domain.view import ComplaintView
from domain.wib import WIB
from store.attachments import insert_uses
from store.audit import chain_before, chained
from store.complaints import Recorder, standing, view_of
from store.database import Database
from store.engine import transaction
from store.events import events_of, sealed_events
from store.lives import revived
from store.messages import NewMessage, insert_messages, sealed_messages
from store.standings import insert_standings
from store.tables import AuditRow, Base, ComplaintRow, DayCounterRow, EventRow

RESTORED = "restored from the workflow; it is not known whether it went out"


class Known(NamedTuple):
    """What PostgreSQL has of a complaint."""

    row: ComplaintView | None
    recorded: Recorded
    has_words: bool


class Registered(NamedTuple):
    """How a complaint was registered."""

    id: str
    first_run_id: str
    number: str
    channel: str
    reference: str
    at: datetime


class Restored(NamedTuple):
    """A message of a recording, and what became of it as far as the workflow knows."""

    message: NewMessage
    state: str


class Books:
    """The record and the read model."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ids(self) -> list[str]:
        """The ids of all complaints that are in the read model or on record."""
        async with transaction(self._database) as connection:
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            query = select(ComplaintRow.id).where(ComplaintRow.seq > 0).union(select(EventRow.complaint_id))
            return list((await connection.execute(query)).scalars())

    async def known(self, ids: Sequence[str]) -> dict[str, Known]:
        """What is known of these complaints."""
        async with transaction(self._database) as connection:
            query = select(ComplaintRow.__table__).where(ComplaintRow.id.in_(ids), ComplaintRow.seq > 0)
            rows = {row.id: row for row in await connection.execute(query)}
            events = {row.complaint_id: row for row in await connection.execute(_counted(EventRow, ids))}
            entries = {row.complaint_id: row for row in await connection.execute(_counted(AuditRow, ids))}
        return {one: _known(rows.get(one), events.get(one), entries.get(one)) for one in ids}

    async def make_missing_tables(self, owner_url: str) -> list[str]:
        """Makes tables that were dropped, empty; returns their names. The key tables are not among those."""
        from sqlalchemy import create_engine, inspect  # noqa: PLC0415 - the owner, for this only

        owner = create_engine(owner_url)
        try:
            there = set(inspect(owner).get_table_names())
            missing = [table for table in Base.metadata.sorted_tables if table.name not in there]
            Base.metadata.create_all(owner, tables=missing)
        finally:
            owner.dispose()
        return [table.name for table in missing]

    async def rebuild(
        self,
        registered: Registered,
        opening: Opening,
        now: ComplaintView,
        events: Sequence[Event],
        messages: Sequence[Restored],
    ) -> None:
        """Makes row, events, trail and messages of a complaint what its workflow says.

        Events that are on record stay as they are. Nothing that is restored is ever sent, but for what the
        workflow is sending right now.
        """
        vault = self._database.vault
        rows = await sealed_events(vault, registered.id, events)
        facts = await Recorder(self._database).opened(registered.id, opening)
        letters = await sealed_messages(vault, registered.id, [one.message for one in messages])
        states = {one.message.key: _state(one.state) for one in messages}
        values = {
            "first_run_id": registered.first_run_id,
            "number": registered.number,
            "channel": registered.channel,
            "reference": registered.reference,
            "registered_at": registered.at,
            **facts,
            **standing(now, events),
            "closed_at": _closed_at(events) if now.status is Status.CLOSED else None,
        }
        async with transaction(self._database) as connection:
            await connection.execute(
                insert(ComplaintRow)
                .values(id=registered.id, **values)
                .on_conflict_do_update(index_elements=[ComplaintRow.id], set_=values)
            )
            await connection.execute(_counter(registered))
            there = await connection.execute(
                select(EventRow.seq).where(EventRow.complaint_id == registered.id)
            )
            kept = set(there.scalars())
            for row in rows:
                if row["seq"] not in kept:
                    await self._add_event(connection, row)
            for event, stands in standings(opening, events):
                await insert_standings(connection, registered.id, [event], stands)
            await insert_messages(connection, [{**letter, **states[letter["key"]]} for letter in letters])
            await insert_uses(connection, registered.id, events, opening)

    async def revived(self, complaint_id: str) -> Complaint | None:
        """The complaint as its opening and its events make it; None when either is not kept."""
        async with transaction(self._database) as connection:
            kept = await connection.scalar(
                select(ComplaintRow.opening).where(ComplaintRow.id == complaint_id)
            )
        return await revived(self._database, complaint_id, kept)

    async def timeline(self, complaint_id: str) -> tuple[Any, ...]:
        """What happened, as a workflow keeps it."""
        return tuple(entry(event) for event in await events_of(self._database, complaint_id))

    async def _add_event(self, connection: Any, row: Mapping[str, Any]) -> None:
        added = await connection.execute(insert(EventRow).values(row).returning(chain_before(row)))
        (entry_row,) = chained([row], added.scalar_one())
        await connection.execute(insert(AuditRow).values(entry_row).on_conflict_do_nothing())


def _closed_at(events: Sequence[Event]) -> datetime | None:
    return next((event.at for event in reversed(events) if isinstance(event.body, Closed)), None)


def _counted(table: Any, ids: Sequence[str]) -> Any:
    return (
        select(table.complaint_id, func.max(table.seq).label("last"), func.count().label("count"))
        .where(table.complaint_id.in_(ids))
        .group_by(table.complaint_id)
    )


def _known(row: Row[Any] | None, events: Row[Any] | None, entries: Row[Any] | None) -> Known:
    erased = row is not None and row.reference == row.id
    return Known(
        row=view_of(row) if row else None,
        recorded=Recorded(
            last_event=events.last if events else 0,
            events=events._mapping["count"] if events else 0,  # noqa: SLF001 - a documented name
            entries=entries._mapping["count"] if entries else 0,  # noqa: SLF001
        ),
        has_words=row is None or erased or row.sealed is not None,
    )


def _state(state: str) -> dict[str, Any]:
    if state == "sent":
        return {"state": "sent", "medium": "restored", "attempts": 1, "sent_at": datetime.now(UTC)}
    error = RESTORED if state == "unconfirmed" else None
    return {"state": state, "last_error": error, "medium": None, "attempts": 0, "sent_at": None}


def _counter(registered: Registered) -> Any:
    """Numbers that were given out are never given out again."""
    day: date = registered.at.astimezone(WIB).date()
    last = int(registered.number[8:])
    statement = insert(DayCounterRow).values(day=day, last=last)
    higher = func.greatest(DayCounterRow.last, last)
    return statement.on_conflict_do_update(index_elements=[DayCounterRow.day], set_={"last": higher})
