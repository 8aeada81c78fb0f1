"""The complaints in PostgreSQL: numbers, the record of events, and what lists and pages read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from hmac import compare_digest
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.commands import REPORTER, Actor
from domain.events import Event, NotDelivered
from domain.intake import Opening
from domain.status import Status
from domain.timeline import Entry, entry
from domain.view import ComplaintView, DeadlineView, Receipt
from store.attachments import insert_uses
from store.engine import transaction
from store.messages import NewMessage, fall_back, insert_messages
from store.tables import AuditRow, ComplaintRow, DayCounterRow, EventRow

WIB = timezone(timedelta(hours=7))
"""The day in a number is Jakarta's."""


class Registration(NamedTuple):
    """A number, and the receipt of the complaint that has it if it was begun by another workflow."""

    number: str
    existing: Receipt | None


class Said(NamedTuple):
    """What a reporter said: personal, for those who handle the complaint."""

    category: str
    text: str
    place: str | None
    ward: str | None


class OpenComplaint(NamedTuple):
    """What is needed to find the rules that an open complaint is under."""

    id: str
    number: str
    policy: str
    category: str
    opened_at: datetime


class Register:
    """Gives complaints their numbers."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def number(
        self, complaint_id: str, first_run_id: str, channel: str, reference: str, at: datetime
    ) -> Registration:
        """The number of a complaint: the same one for the same run, however often it is asked for."""
        async with transaction(self._engine) as connection:
            if row := await _by_reference(connection, channel, reference):
                return _registration(row, first_run_id)
            number = await self._next_number(connection, at)
            values = {
                "id": complaint_id,
                "first_run_id": first_run_id,
                "number": number,
                "channel": channel,
                "reference": reference,
                "registered_at": at,
            }
            await connection.execute(insert(ComplaintRow).values(values))
        return Registration(number, None)

    async def _next_number(self, connection: AsyncConnection, at: datetime) -> str:
        day = at.astimezone(WIB).date()
        counted = await connection.execute(
            insert(DayCounterRow)
            .values(day=day, last=1)
            .on_conflict_do_update(index_elements=[DayCounterRow.day], set_={"last": DayCounterRow.last + 1})
            .returning(DayCounterRow.last)
        )
        return f"JK{day:%y%m%d}{counted.scalar_one():04d}"


class Recorder:
    """Keeps events: event, read model, audit trail and outbox in one transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def record(
        self,
        now: ComplaintView,
        events: Sequence[Event],
        messages: Sequence[NewMessage],
        opening: Opening | None = None,
    ) -> list[Event]:
        """Keeps what happened, once, however often it is told; returns nothing then.

        When other events stand in the place of these, nothing is kept, and what stands from there on is
        returned. The same events told again are kept already.
        """
        try:
            async with transaction(self._engine) as connection:
                await self._insert_events(connection, now.id, events)
                await connection.execute(insert(AuditRow), [_audit(now.id, event) for event in events])
                await connection.execute(
                    update(ComplaintRow)
                    .where(ComplaintRow.id == now.id, ComplaintRow.seq < now.seq)
                    .values(_standing(now, events) | (_facts(opening) if opening else {}))
                )
                await insert_messages(connection, now.id, messages)
                await insert_uses(connection, now.id, events, opening)
                for event in events:
                    if isinstance(event.body, NotDelivered):
                        await fall_back(connection, now.id, event.body.about)
        except _Taken:
            async with transaction(self._engine) as connection:
                there = await _events_from(connection, now.id, events[0].seq)
            return [] if there[: len(events)] == list(events) else there
        return []

    async def _insert_events(
        self, connection: AsyncConnection, complaint_id: str, events: Sequence[Event]
    ) -> None:
        inserted = await connection.execute(
            insert(EventRow).on_conflict_do_nothing().returning(EventRow.seq),
            [_event(complaint_id, event) for event in events],
        )
        if len(inserted.all()) < len(events):
            raise _Taken


class _Taken(Exception):
    """The place of an event is taken; the transaction must not go on."""


class Reads:
    """What lists, pages and commands read."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def by_number(self, number: str) -> ComplaintView | None:
        """The complaint with this number, None if there is none or it is not yet recorded."""
        return await self._one(ComplaintRow.number == number)

    async def by_id(self, complaint_id: str) -> ComplaintView | None:
        """The complaint with this workflow id."""
        return await self._one(ComplaintRow.id == complaint_id)

    async def find(
        self,
        *,
        unit: str | None = None,
        status: Status | None = None,
        overdue: bool = False,
        ward: str | None = None,
        channel: str | None = None,
        limit: int = 1000,
    ) -> list[ComplaintView]:
        """Complaints, the most urgent first. ``overdue``: a clock that still runs has run out."""
        query = select(ComplaintRow.__table__).where(ComplaintRow.seq > 0)
        for column, value in (
            (ComplaintRow.unit, unit),
            (ComplaintRow.status, status),
            (ComplaintRow.ward, ward),
            (ComplaintRow.channel, channel),
        ):
            if value is not None:
                query = query.where(column == value)
        if overdue:
            query = query.where(ComplaintRow.next_due_at < func.now())
        query = query.order_by(ComplaintRow.next_due_at.nulls_last(), ComplaintRow.number).limit(limit)
        async with transaction(self._engine) as connection:
            return [view_of(row) for row in await connection.execute(query)]

    async def said(self, number: str) -> Said | None:
        """What the reporter said, and where."""
        query = select(ComplaintRow.category, ComplaintRow.text, ComplaintRow.place, ComplaintRow.ward).where(
            ComplaintRow.number == number, ComplaintRow.seq > 0
        )
        async with transaction(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return Said(row.category or "", row.text or "", row.place, row.ward) if row else None

    async def every_open(self) -> list[OpenComplaint]:
        """Every complaint that is not closed, by number."""
        columns = (getattr(ComplaintRow, name) for name in OpenComplaint._fields)
        query = select(*columns).where(ComplaintRow.seq > 0, ComplaintRow.closed_at.is_(None))
        async with transaction(self._engine) as connection:
            return [
                OpenComplaint(*row) for row in await connection.execute(query.order_by(ComplaintRow.number))
            ]

    async def followers(self, number: str) -> list[str]:
        """The numbers of the complaints that follow this one."""
        query = select(ComplaintRow.number).where(ComplaintRow.parent == number).order_by(ComplaintRow.number)
        async with transaction(self._engine) as connection:
            return list((await connection.execute(query)).scalars())

    async def timeline(self, complaint_id: str, after: int = 0) -> list[Entry]:
        """What happened to a complaint, oldest first, from the event after ``after`` on."""
        query = (
            select(EventRow.seq, EventRow.at, EventRow.event, EventRow.actor, EventRow.detail)
            .where(EventRow.complaint_id == complaint_id, EventRow.seq > after)
            .order_by(EventRow.seq)
        )
        async with transaction(self._engine) as connection:
            return [
                Entry(seq=row.seq, at=row.at, event=row.event, by=row.actor, detail=row.detail)
                for row in await connection.execute(query)
            ]

    async def digests(self, channel: str, references: Iterable[str]) -> Mapping[str, str | None]:
        """Of these references of a channel, those that are in, with the digest of what they said."""
        query = select(ComplaintRow.reference, ComplaintRow.digest).where(
            tuple_(ComplaintRow.channel, ComplaintRow.reference).in_([(channel, one) for one in references])
        )
        async with transaction(self._engine) as connection:
            return {row.reference: row.digest for row in await connection.execute(query)}

    async def is_access_code(self, number: str, access_code: str) -> bool:
        """Whether this is the code that the reporter of the complaint was given."""
        query = select(ComplaintRow.access_code_hash).where(ComplaintRow.number == number)
        async with transaction(self._engine) as connection:
            kept = (await connection.execute(query)).scalar_one_or_none()
        return compare_digest(kept or "", access_code_hash(access_code))

    async def is_contact(self, number: str, contact: str) -> bool:
        """Whether the reporter of the complaint gave this address or telephone number."""
        query = select(ComplaintRow.reporter_contact).where(ComplaintRow.number == number)
        async with transaction(self._engine) as connection:
            kept = (await connection.execute(query)).scalar_one_or_none()
        return bool(kept) and compare_digest(
            (kept or "").strip().lower().encode(), contact.strip().lower().encode()
        )

    async def _one(self, condition: Any) -> ComplaintView | None:
        query = select(ComplaintRow.__table__).where(condition, ComplaintRow.seq > 0)
        async with transaction(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return view_of(row) if row else None


def access_code_hash(access_code: str) -> str:
    """How a code is kept. It has 50 random bits, so that a fast digest is enough."""
    return sha256(access_code.strip().upper().encode()).hexdigest()


async def _by_reference(connection: AsyncConnection, channel: str, reference: str) -> Row[Any] | None:
    query = select(ComplaintRow.__table__).where(
        ComplaintRow.channel == channel, ComplaintRow.reference == reference
    )
    return (await connection.execute(query)).one_or_none()


def _registration(row: Row[Any], first_run_id: str) -> Registration:
    if row.first_run_id == first_run_id:
        return Registration(row.number, None)
    existing = Receipt(
        reference=row.reference,
        digest=row.digest or "",
        number=row.number,
        access_code=None,
        status=Status(row.status or Status.WAITING),
        unit=row.unit or "",
        ward=row.ward,
        due_at=row.due_at,
    )
    return Registration(row.number, existing)


async def _events_from(connection: AsyncConnection, complaint_id: str, first: int) -> list[Event]:
    """The events of a complaint from one on, as they were told."""
    query = (
        select(EventRow.__table__)
        .where(EventRow.complaint_id == complaint_id, EventRow.seq >= first)
        .order_by(EventRow.seq)
    )
    return [
        Event(
            seq=row.seq,
            at=row.at,
            by=REPORTER if row.actor == REPORTER.code else Actor(code=row.actor, unit=row.actor_unit),
            via=row.via,
            command_id=row.command_id,
            body=row.body,
        )
        for row in await connection.execute(query)
    ]


def _event(complaint_id: str, event: Event) -> dict[str, Any]:
    line = entry(event)
    return {
        "complaint_id": complaint_id,
        "seq": event.seq,
        "at": event.at,
        "event": line.event,
        "actor": event.by.code,
        "actor_unit": event.by.unit,
        "via": event.via,
        "command_id": event.command_id,
        "detail": line.detail,
        "body": event.body.model_dump(mode="json"),
    }


def _audit(complaint_id: str, event: Event) -> dict[str, Any]:
    return {
        "complaint_id": complaint_id,
        "seq": event.seq,
        "at": event.at,
        "actor": event.by.code,
        "actor_unit": event.by.unit,
        "action": event.body.event,
        "via": event.via,
    }


def _standing(now: ComplaintView, events: Sequence[Event]) -> dict[str, Any]:
    closed = now.status is Status.CLOSED
    return {
        "status": now.status,
        "outcome": now.outcome,
        "unit": now.unit,
        "ward": now.ward,
        "ward_found_by": now.ward_found_by,
        "hops": now.hops,
        "escalation_level": now.escalation_level,
        "seq": now.seq,
        "opened_at": now.opened_at,
        "due_at": now.due_at,
        "next_due_at": now.next_due_at,
        "closed_at": func.coalesce(ComplaintRow.closed_at, events[-1].at) if closed else None,
        "updated_at": events[-1].at,
        "waits_for": now.waits_for,
        "outlook": now.outlook.model_dump(mode="json"),
        "parent": now.parent,
        "deadlines": [deadline.model_dump(mode="json") for deadline in now.deadlines],
    }


def _facts(opening: Opening) -> dict[str, Any]:
    intake = opening.intake
    return {
        "digest": intake.digest,
        "access_code_hash": access_code_hash(opening.access_code),
        "category": intake.category,
        "text": intake.text,
        "is_public": intake.public,
        "latitude": intake.point.latitude if intake.point else None,
        "longitude": intake.point.longitude if intake.point else None,
        "place": intake.place,
        "reporter_name": intake.reporter.name,
        "reporter_contact": intake.reporter.contact,
        "policy": opening.policy.name,
    }


def view_of(row: Row[Any]) -> ComplaintView:
    """Where the complaint of a row of ``complaint`` stands; the row has been recorded (``seq`` > 0)."""
    return ComplaintView(
        id=row.id,
        number=row.number,
        status=row.status,
        outcome=row.outcome,
        channel=row.channel,
        category=row.category,
        unit=row.unit,
        ward=row.ward,
        ward_found_by=row.ward_found_by,
        hops=row.hops,
        escalation_level=row.escalation_level,
        seq=row.seq,
        opened_at=row.opened_at,
        due_at=row.due_at,
        next_due_at=row.next_due_at,
        waits_for=row.waits_for,
        outlook=row.outlook,
        parent=row.parent,
        deadlines=tuple(DeadlineView.model_validate(deadline) for deadline in row.deadlines),
    )
