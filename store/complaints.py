"""The complaints in PostgreSQL: numbers, the record of events, and what lists and pages read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any, NamedTuple

from sqlalchemy import Numeric, Row, Update, cast, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.events import Event, NotDelivered, PersonErased, ProcessingRestricted, ReporterCorrected
from domain.intake import Opening
from domain.place import PRIVATE_DECIMALS
from domain.search import ANYTHING, Search
from domain.standing import Standing
from domain.status import Status
from domain.timeline import Entry
from domain.view import ComplaintView, DeadlineView, Receipt
from domain.wib import WIB
from store.attachments import use_rows
from store.database import Database
from store.engine import one_statement, transaction
from store.events import events_of, lines_of, sealed_events
from store.messages import NewMessage, fall_back, sealed_messages
from store.opening import sealed_opening
from store.personal import (
    COMPLAINT,
    CONTACT,
    NAME,
    PLACE,
    Personal,
    parsed,
    personal_of,
    plain_contact,
    plain_words,
)
from store.record import Taken, keep
from store.reply_marks import reply_mark
from store.search import conditions_of
from store.standings import told_standings
from store.tables import ComplaintRow, DayCounterRow
from store.words import blind_words, words_of

ERASURE = {
    "sealed": None,
    "opening": None,
    "contact_index": None,
    "name_index": None,
    "place_index": None,
    "words": None,
    "digest": None,
    "is_public": False,
    "latitude": func.round(cast(ComplaintRow.latitude, Numeric), PRIVATE_DECIMALS),
    "longitude": func.round(cast(ComplaintRow.longitude, Numeric), PRIVATE_DECIMALS),
}
"""What is left in the row of an erased person's complaint; it is counted still."""


NUMBER = text("""
WITH counted AS (
    INSERT INTO day_counter (day, last)
    SELECT CAST(:day AS date), 1 WHERE NOT EXISTS (SELECT FROM complaint WHERE id = :id)
    ON CONFLICT (day) DO UPDATE SET last = day_counter.last + 1
    RETURNING CAST(last AS text) AS place
)
INSERT INTO complaint (id, first_run_id, number, channel, reference, registered_at)
SELECT :id, :first_run_id, CAST(:prefix AS text) || lpad(place, greatest(4, length(place)), '0'),
    :channel, :reference, :registered_at
FROM counted
RETURNING number
""")
"""Gives the next number of a day to a complaint that has none. One that fails uses no number up."""


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
        day = at.astimezone(WIB).date()
        values = {
            "id": complaint_id,
            "first_run_id": first_run_id,
            "channel": channel,
            "reference": reference,
            "registered_at": at,
            "day": day,
            "prefix": f"JK{day:%y%m%d}",
        }
        async with one_statement(self._engine) as connection:
            number = (await connection.execute(NUMBER, values)).scalar_one_or_none()
        if number is not None:
            return Registration(number, None)
        query = select(ComplaintRow.__table__).where(ComplaintRow.id == complaint_id)
        async with one_statement(self._engine) as connection:
            row = (await connection.execute(query)).one()
        return _registration(row, first_run_id, reference)

    async def skip_numbers(self, at: datetime, many: int) -> None:
        """Leaves so many numbers of a day out: those given out since a backup are not given again."""
        day = at.astimezone(WIB).date()
        async with transaction(self._engine) as connection:
            await connection.execute(
                insert(DayCounterRow)
                .values(day=day, last=many)
                .on_conflict_do_update(
                    index_elements=[DayCounterRow.day], set_={"last": DayCounterRow.last + many}
                )
            )


class Recorder:
    """Keeps events: event, read model, audit trail and outbox in one transaction."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine

    async def record(
        self,
        now: ComplaintView,
        events: Sequence[Event],
        messages: Sequence[NewMessage],
        opening: Opening | None = None,
        stands: Standing | None = None,
    ) -> list[Event]:
        """Keeps what happened, once, however often it is told; returns nothing then.

        When other events stand in the place of these, nothing is kept, and what stands from there on is
        returned. The same events told again are kept already.
        """
        vault = self._engine.vault
        rows = await sealed_events(vault, now.id, events)
        facts = await self.opened(now.id, opening) if opening else {}
        changed = {} if opening else await self._changed(now.id, events)
        undelivered = [event.body.about for event in events if isinstance(event.body, NotDelivered)]
        more = {
            **told_standings(now.id, events, stands),
            "messages": await sealed_messages(vault, now.id, messages),
            "uses": use_rows(now.id, events, opening),
        }
        alone = not changed and not undelivered
        try:
            async with (one_statement if alone else transaction)(self._engine) as connection:
                if changed:
                    await connection.execute(_if_later(now).values(changed))
                await keep(connection, {"id": now.id, **standing(now, events), **facts}, rows, more)
                for about in undelivered:
                    await fall_back(connection, now.id, about)
        except Taken:
            there = await events_of(self._engine, now.id, first=events[0].seq)
            return [] if there[: len(events)] == list(events) else there
        return []

    async def _changed(self, complaint_id: str, events: Sequence[Event]) -> dict[str, Any]:
        """What events about the person change in the row."""
        values: dict[str, Any] = {}
        for event in events:
            match event.body:
                case ReporterCorrected(name=name, contact=contact):
                    who = {"name": name, "contact": contact}
                    values |= await self._sealed(
                        (await self._personal(complaint_id)).model_copy(update=who), complaint_id
                    )
                case ProcessingRestricted(restricted=restricted):
                    values["restricted"] = restricted
                case PersonErased():
                    values |= ERASURE | {"reference": complaint_id}
                case _:
                    pass
        return values

    async def _personal(self, complaint_id: str) -> Personal:
        async with transaction(self._engine) as connection:
            query = select(ComplaintRow.sealed).where(ComplaintRow.id == complaint_id)
            sealed = (await connection.execute(query)).scalar_one_or_none()
        return parsed(await self._engine.vault.open_one(COMPLAINT, sealed))

    async def _sealed(self, personal: Personal, complaint_id: str) -> dict[str, Any]:
        """What is personal, sealed, with the blind indexes by which it is found."""
        vault = self._engine.vault
        return {
            "sealed": await vault.seal(complaint_id, COMPLAINT, personal.model_dump_json().encode()),
            "contact_index": personal.contact and await vault.index(CONTACT, plain_contact(personal.contact)),
            "name_index": personal.name and await vault.index(NAME, plain_words(personal.name)),
            "place_index": personal.place and await vault.index(PLACE, plain_words(personal.place)),
        }

    async def opened(self, complaint_id: str, opening: Opening) -> dict[str, Any]:
        """What the row keeps of the opening, and of its words."""
        (words,) = await blind_words(self._engine, [words_of(personal_of(opening.intake))])
        return await self.facts(complaint_id, opening, words)

    async def facts(self, complaint_id: str, opening: Opening, words: str) -> dict[str, Any]:
        """The same when what stands for the words is known already."""
        intake = opening.intake
        return {
            "digest": intake.digest,
            "access_code_hash": access_code_hash(opening.access_code),
            "category": intake.category,
            "is_public": intake.public,
            "latitude": intake.point.latitude if intake.point else None,
            "longitude": intake.point.longitude if intake.point else None,
            "policy": opening.policy.name,
            "opening": await sealed_opening(self._engine.vault, complaint_id, opening),
            "words": words,
            **await self._sealed(personal_of(intake), complaint_id),
        }


class Reads:
    """What lists, pages and commands read."""

    def __init__(self, engine: Database) -> None:
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
        search: Search = ANYTHING,
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
        query = query.where(*await conditions_of(self._engine, search))
        query = query.order_by(ComplaintRow.next_due_at.nulls_last(), ComplaintRow.number).limit(limit)
        async with transaction(self._engine) as connection:
            return [view_of(row) for row in await connection.execute(query)]

    async def said(self, number: str) -> Said | None:
        """What the reporter said, and where."""
        query = select(ComplaintRow.category, ComplaintRow.sealed, ComplaintRow.ward).where(
            ComplaintRow.number == number, ComplaintRow.seq > 0
        )
        async with transaction(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        personal = parsed(await self._engine.vault.open_one(COMPLAINT, row.sealed))
        return Said(row.category or "", personal.text, personal.place, row.ward)

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
        return [line.entry for line in await lines_of(self._engine, complaint_id, first=after + 1)]

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
        query = select(ComplaintRow.contact_index).where(ComplaintRow.number == number)
        async with transaction(self._engine) as connection:
            kept = (await connection.execute(query)).scalar_one_or_none()
        given = await self._engine.vault.index(CONTACT, plain_contact(contact))
        return kept is not None and compare_digest(kept, given)

    async def is_reply_mark(self, complaint_id: str, mark: str) -> bool:
        """Whether this is the mark that letters to the complaint's reporter carry."""
        return compare_digest(await reply_mark(self._engine.vault, complaint_id), mark.upper())

    async def _one(self, condition: Any) -> ComplaintView | None:
        query = select(ComplaintRow.__table__).where(condition, ComplaintRow.seq > 0)
        async with transaction(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return view_of(row) if row else None


def access_code_hash(access_code: str) -> str:
    """How a code is kept. It has 50 random bits, so that a fast digest is enough."""
    return sha256(access_code.strip().upper().encode()).hexdigest()


def _registration(row: Row[Any], first_run_id: str, reference: str) -> Registration:
    """The reference of an erased person's complaint is no longer kept: it is the one that has the same id."""
    if row.first_run_id == first_run_id:
        return Registration(row.number, None)
    existing = Receipt(
        reference=reference if row.reference == row.id else row.reference,
        digest=row.digest or "",
        number=row.number,
        access_code=None,
        status=Status(row.status or Status.WAITING),
        unit=row.unit or "",
        ward=row.ward,
        due_at=row.due_at,
    )
    return Registration(row.number, existing)


def standing(now: ComplaintView, events: Sequence[Event]) -> dict[str, Any]:
    """What the row says of where a complaint stands, after events of which the last is the latest."""
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
        "closed_at": events[-1].at if closed else None,
        "updated_at": events[-1].at,
        "waits_for": now.waits_for,
        "outlook": now.outlook.model_dump(mode="json"),
        "parent": now.parent,
        "validator": now.validator,
        "ews_until": now.ews_until,
        "deadlines": [deadline.model_dump(mode="json") for deadline in now.deadlines],
    }


def _if_later(now: ComplaintView) -> Update:
    """A late repeat does not turn the clock back."""
    return update(ComplaintRow).where(ComplaintRow.id == now.id, ComplaintRow.seq < now.seq)


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
        validator=row.validator,
        ews_until=row.ews_until,
        deadlines=tuple(DeadlineView.model_validate(deadline) for deadline in row.deadlines),
    )
