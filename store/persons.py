"""What is held about a person: found by blind indexes, shown in full, and forgotten."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.events import Event
from domain.person import Decision, PersonRequest, RequestEntry, RequestState
from domain.view import ComplaintView
from store.complaints import Recorder, view_of
from store.database import Database
from store.engine import transaction
from store.events import lines_of
from store.incoming_posts import POST
from store.messages import Messages
from store.personal import COMPLAINT, CONTACT, NAME, parsed, plain_contact, plain_words
from store.tables import (
    AttachmentRow,
    AttachmentUseRow,
    AuditRow,
    ComplaintRow,
    EventRow,
    IncomingMailRow,
    IncomingPostRow,
    PersonRequestRow,
)

PORTION = 200


class Held(NamedTuple):
    """A complaint of a person."""

    id: str
    number: str
    status: str
    opened_at: datetime
    restricted: bool


class Persons:
    """Finds, tells, and forgets; and keeps the requests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, *, contact: str | None = None, name: str | None = None) -> list[Held]:
        """The complaints with this contact, or with exactly this name, the newest first."""
        vault, conditions = self._database.vault, []
        if contact:
            found = await vault.index(CONTACT, plain_contact(contact))
            conditions.append(ComplaintRow.contact_index == found)
        if name:
            conditions.append(ComplaintRow.name_index == await vault.index(NAME, plain_words(name)))
        return await self._held(and_(*conditions)) if conditions else []

    async def numbered(self, numbers: Sequence[str]) -> list[Held]:
        """The complaints with these numbers."""
        return await self._held(ComplaintRow.number.in_(numbers))

    async def closed_before(self, moment: datetime) -> list[Held]:
        """Closed complaints that still have something personal, the oldest first; at most 200."""
        old = and_(ComplaintRow.closed_at < moment, ComplaintRow.reference != ComplaintRow.id)
        query = _held(old).order_by(ComplaintRow.closed_at).limit(PORTION)
        async with transaction(self._database) as connection:
            return [Held(*row) for row in await connection.execute(query)]

    async def everything(self, number: str) -> dict[str, Any]:
        """All that is held about the person of a complaint, with the trail of who processed it."""
        async with transaction(self._database) as connection:
            row = (
                await connection.execute(select(ComplaintRow.__table__).where(ComplaintRow.number == number))
            ).one()
            trail = (
                await connection.execute(
                    select(AuditRow.at, AuditRow.actor, AuditRow.actor_unit, AuditRow.action, AuditRow.via)
                    .where(AuditRow.complaint_id == row.id)
                    .order_by(AuditRow.id)
                )
            ).all()
            files = (await connection.execute(_files(row.id))).mappings().all()
            mails = (await connection.execute(_mails(number))).mappings().all()
            posts = (
                await connection.execute(
                    select(IncomingPostRow.__table__).where(IncomingPostRow.number == number)
                )
            ).all()
        vault = self._database.vault
        said = await vault.open(POST, [post.sealed for post in posts])
        return {
            "number": number,
            "channel": row.channel,
            "reference": row.reference,
            "category": row.category,
            "status": row.status,
            "opened_at": row.opened_at,
            "closed_at": row.closed_at,
            "public": row.is_public,
            "restricted": row.restricted,
            "latitude": row.latitude,
            "longitude": row.longitude,
            **parsed(await vault.open_one(COMPLAINT, row.sealed)).model_dump(),
            "timeline": [line.entry.model_dump() for line in await lines_of(self._database, row.id)],
            "messages": [_letter(one) for one in await Messages(self._database).of(row.id)],
            "files": [dict(one) for one in files],
            "mails": [dict(one) for one in mails],
            "messenger_posts": [json.loads(one) for one in said if one],
            "processing": [dict(one._mapping) for one in trail],  # noqa: SLF001 - a documented name
        }

    async def standing(self, number: str) -> ComplaintView:
        """Where a complaint stands."""
        async with transaction(self._database) as connection:
            query = select(ComplaintRow.__table__).where(ComplaintRow.number == number)
            return view_of((await connection.execute(query)).one())

    async def record_on_closed(self, now: ComplaintView, event: Event) -> None:
        """Adds an event to the record of a complaint whose workflow has ended, if it is not there yet."""
        async with transaction(self._database) as connection:
            known = await connection.scalar(
                select(EventRow.seq).where(
                    EventRow.complaint_id == now.id, EventRow.command_id == event.command_id
                )
            )
        if known is None:
            await Recorder(self._database).record(now.model_copy(update={"seq": event.seq}), [event], [])

    async def erased_at(self, complaint_id: str) -> datetime | None:
        """When a complaint's person was erased; None when that is not on record."""
        query = select(func.max(EventRow.at)).where(
            EventRow.complaint_id == complaint_id, EventRow.event == "person_erased"
        )
        async with transaction(self._database) as connection:
            at: datetime | None = await connection.scalar(query)
        return at

    async def turn_keys(self, complaint_id: str) -> None:
        """A new key for a complaint; the old one still opens."""
        await self._database.vault.turn(complaint_id)

    async def forget(self, complaint_id: str, number: str) -> list[str]:
        """Destroys the old keys, blanks what came in, and drops the files that no other complaint has.

        Returns the digests of the files whose contents are to be deleted.
        """
        await self._database.vault.forget(complaint_id, but_current=True)
        async with transaction(self._database) as connection:
            for table in (IncomingMailRow, IncomingPostRow):
                await connection.execute(update(table).where(table.number == number).values(sealed=None))
            return await _drop_files(connection, complaint_id)

    async def note(
        self,
        request: PersonRequest,
        state: RequestState,
        decision: Decision | None,
        *,
        late: bool,
        done_at: datetime | None,
    ) -> None:
        """Writes down where a request stands."""
        values = {
            "id": request.id,
            "right": request.right,
            "numbers": list(request.numbers),
            "asked_at": request.asked_at,
            "due_at": request.due_at,
            "state": state,
            "decided_by": decision and decision.by,
            "decided_at": decision and decision.at,
            "reason": decision and decision.reason,
            "late": late,
            "done_at": done_at,
        }
        statement = insert(PersonRequestRow).values(values)
        async with transaction(self._database) as connection:
            await connection.execute(
                statement.on_conflict_do_update(index_elements=[PersonRequestRow.id], set_=values)
            )

    async def requests(self, *, undone: bool = False, limit: int = 200) -> list[RequestEntry]:
        """The requests, the most urgent first."""
        query = select(PersonRequestRow.__table__)
        if undone:
            query = query.where(PersonRequestRow.done_at.is_(None))
        query = query.order_by(PersonRequestRow.done_at.is_not(None), PersonRequestRow.due_at).limit(limit)
        async with transaction(self._database) as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [RequestEntry.model_validate(dict(row)) for row in rows]

    async def _held(self, condition: Any) -> list[Held]:
        query = _held(condition).order_by(ComplaintRow.opened_at.desc())
        async with transaction(self._database) as connection:
            return [Held(*row) for row in await connection.execute(query)]


def _held(condition: Any) -> Any:
    columns = (getattr(ComplaintRow, name) for name in Held._fields)
    return select(*columns).where(ComplaintRow.seq > 0, condition)


def _files(complaint_id: str) -> Any:
    return (
        select(AttachmentRow.__table__, AttachmentUseRow.purpose, AttachmentUseRow.at)
        .join(AttachmentUseRow, AttachmentUseRow.sha256 == AttachmentRow.sha256)
        .where(AttachmentUseRow.complaint_id == complaint_id)
        .order_by(AttachmentUseRow.at)
    )


def _mails(number: str) -> Any:
    columns = ("id", "came_by", "received_at", "state", "settled_at")
    return select(*(getattr(IncomingMailRow, name) for name in columns)).where(
        IncomingMailRow.number == number
    )


def _letter(message: Any) -> dict[str, Any]:
    wanted = {"audience", "recipient", "medium", "sent_at", "subject", "body", "state"}
    told: dict[str, Any] = message.model_dump(include=wanted)
    return told


async def _drop_files(connection: AsyncConnection, complaint_id: str) -> list[str]:
    mine = delete(AttachmentUseRow).where(AttachmentUseRow.complaint_id == complaint_id)
    digests = set((await connection.execute(mine.returning(AttachmentUseRow.sha256))).scalars())
    shared = select(AttachmentUseRow.sha256).where(AttachmentUseRow.sha256 == AttachmentRow.sha256).exists()
    gone = delete(AttachmentRow).where(AttachmentRow.sha256.in_(digests), ~shared)
    return sorted((await connection.execute(gone.returning(AttachmentRow.sha256))).scalars())
