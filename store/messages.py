"""The outbox: every message that is to be sent, and what became of it.

A message is claimed before it is sent (``pending`` → ``sending``) and marked afterwards. One that is found
``sending`` by a later attempt was claimed by an attempt that died: whether it went out is unknown, so it
becomes ``unconfirmed``, is never sent again, and is shown to a human.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, case, func, literal, null, or_, select, text, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.notices import Audience
from domain.timeline import ERASED
from domain.value import Value
from store.database import Database
from store.engine import transaction
from store.personal import COMPLAINT, MESSAGE, parsed
from store.reply_marks import reply_mark
from store.tables import ComplaintRow, DigestRow, MessageRow
from store.vault import Vault

LONGEST_ERROR = 300


class NewMessage(Value):
    """A message: to whom, about what, in which words. ``in_mailbox``: keeping it there is sending it."""

    key: str
    seq: int
    event: str
    audience: str
    recipient: str
    subject: str
    body: str
    in_mailbox: bool = False


class Message(NewMessage):
    """A message as it is kept. ``number`` is that of its complaint, ``contact`` that of the reporter."""

    complaint_id: str
    number: str
    contact: str | None
    state: str
    medium: str | None
    attempts: int
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None


OF_A_LETTER = ("recipient", "medium", "sent_at", "subject")


class Sent(Value):
    """A letter that went out. A digest about many complaints has no number; ``items`` says how many.

    A report has 0 of them.
    """

    number: str | None
    seq: int | None
    event: str
    audience: str
    recipient: str
    medium: str
    sent_at: datetime
    subject: str
    body: str
    items: int


class Messages:
    """Claims, marks and lists messages."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine

    async def get(self, complaint_id: str, keys: Sequence[str]) -> list[Message]:
        """The messages with these keys, in the order in which they arose."""
        return await self._select(MessageRow.complaint_id == complaint_id, MessageRow.key.in_(keys))

    async def reply_mark(self, complaint_id: str) -> str:
        """The mark that letters to the complaint's reporter carry."""
        return await reply_mark(self._engine.vault, complaint_id)

    async def of(self, complaint_id: str) -> list[Message]:
        """Every message of a complaint."""
        return await self._select(MessageRow.complaint_id == complaint_id)

    async def sent(self, number: str | None = None, limit: int = 1000) -> list[Sent]:
        """What was sent, the latest last; about one complaint, or every letter as it went out."""
        ours: list[Any] = [MessageRow.sent_at.is_not(None)]
        if number:
            ours.append(ComplaintRow.number == number)
        else:
            ours.append(or_(MessageRow.digest_id.is_(None), DigestRow.items == 1))
        single = (
            select(
                ComplaintRow.number,
                *(getattr(MessageRow, name) for name in ("seq", "event", "audience", *OF_A_LETTER)),
                MessageRow.sealed,
                null().label("body"),
                literal(1).label("items"),
            )
            .join(ComplaintRow, ComplaintRow.id == MessageRow.complaint_id)
            .outerjoin(DigestRow, DigestRow.id == MessageRow.digest_id)
            .where(*ours)
        )
        many = select(
            null().label("number"),
            null().label("seq"),
            DigestRow.kind.label("event"),
            literal("supervisor").label("audience"),
            *(getattr(DigestRow, name) for name in OF_A_LETTER),
            null().label("sealed"),
            DigestRow.body,
            DigestRow.items,
        ).where(DigestRow.sent_at.is_not(None), DigestRow.items != 1, literal(number is None))
        query = union_all(single, many).order_by(text("sent_at DESC")).limit(limit)
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(query)).mappings().all()
        bodies = await self._engine.vault.open(MESSAGE, [row["sealed"] for row in rows])
        sent = [
            Sent.model_validate({name: row[name] for name in Sent.model_fields} | _body(row, body))
            for row, body in zip(rows, bodies, strict=True)
        ]
        return sent[::-1]

    async def claim(self, message: Message, medium: str) -> bool:
        """Whether this attempt may send it. A claim that died before makes it ``unconfirmed``."""
        state = case((MessageRow.state == "pending", "sending"), else_="unconfirmed")
        changed = await self._change(
            message, ("pending", "sending"), state=state, medium=medium, attempts=MessageRow.attempts + 1
        )
        return changed == "sending"

    async def mark_sent(self, message: Message) -> None:
        """It went out."""
        await self._change(
            message, ("sending", "unconfirmed"), state="sent", sent_at=func.now(), last_error=None
        )

    async def put_in_mailbox(self, message: Message) -> None:
        """Sending to the mailbox in the database is one statement, hence exactly once."""
        await self._change(
            message,
            ("pending",),
            state="sent",
            medium="mailbox",
            sent_at=func.now(),
            attempts=MessageRow.attempts + 1,
        )

    async def mark_pending(self, message: Message, reason: str) -> None:
        """It did not go out; it is to be tried again."""
        await self._change(message, ("sending",), state="pending", last_error=reason[:LONGEST_ERROR])

    async def mark_failed(self, message: Message, reason: str) -> None:
        """It did not go out and never will."""
        await self._change(message, ("sending",), state="failed", last_error=reason[:LONGEST_ERROR])

    async def mark_unconfirmed(self, message: Message, reason: str) -> None:
        """Whether it went out is not known; it is never sent again."""
        await self._change(message, ("sending",), state="unconfirmed", last_error=reason[:LONGEST_ERROR])

    async def _change(self, message: Message, states: Sequence[str], **values: Any) -> str | None:
        statement = (
            update(MessageRow)
            .where(
                MessageRow.complaint_id == message.complaint_id,
                MessageRow.key == message.key,
                MessageRow.state.in_(states),
            )
            .values(**values)
            .returning(MessageRow.state)
        )
        async with transaction(self._engine) as connection:
            return (await connection.execute(statement)).scalar_one_or_none()

    async def _select(
        self, *conditions: Any, order: Any = MessageRow.seq, limit: int = 1000
    ) -> list[Message]:
        async with transaction(self._engine) as connection:
            rows = await select_messages(connection, *conditions, order=order.desc(), limit=limit)
        return await opened_messages(self._engine.vault, rows)


async def select_messages(
    connection: AsyncConnection, *conditions: Any, order: Any, limit: int
) -> Sequence[RowMapping]:
    """Rows of messages, to be opened; of too many those that come first by ``order``."""
    query = (
        select(MessageRow.__table__, ComplaintRow.number, ComplaintRow.sealed.label("reporter"))
        .join(ComplaintRow, ComplaintRow.id == MessageRow.complaint_id)
        .where(*conditions)
        .order_by(order, MessageRow.complaint_id, MessageRow.seq, MessageRow.key)
        .limit(limit)
    )
    return (await connection.execute(query)).mappings().all()


async def opened_messages(vault: Vault, rows: Sequence[RowMapping]) -> list[Message]:
    """Messages that can be read, in the order in which they arose."""
    bodies = await vault.open(MESSAGE, [row["sealed"] for row in rows])
    # Only who writes to the reporter needs the address.
    to_reporter = [row["reporter"] if row["audience"] == Audience.REPORTER else None for row in rows]
    people = await vault.open(COMPLAINT, to_reporter)
    found = [
        Message.model_validate({**row, **_body(row, body), "contact": parsed(person).contact})
        for row, body, person in zip(rows, bodies, people, strict=True)
    ]
    return sorted(found, key=lambda one: (one.sent_at or one.created_at, one.complaint_id, one.seq, one.key))


async def sealed_messages(
    vault: Vault, complaint_id: str, messages: Sequence[NewMessage]
) -> list[dict[str, Any]]:
    """The rows of new messages, but for when they were sent; subjects are not personal and stay plain."""
    return [
        _row(complaint_id, message)
        | {"sealed": await vault.seal(complaint_id, MESSAGE, message.body.encode())}
        for message in messages
    ]


async def insert_messages(connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Puts messages into the outbox in the caller's transaction; those that are there stay as they are."""
    if rows:
        await connection.execute(insert(MessageRow).values(list(rows)).on_conflict_do_nothing())


def _body(row: Mapping[Any, Any], opened: bytes | None) -> dict[str, str]:
    if row["sealed"] is None:
        return {"body": row.get("body") or ""}
    return {"body": ERASED if opened is None else opened.decode()}


def _row(complaint_id: str, message: NewMessage) -> dict[str, Any]:
    sent = {"state": "sent", "medium": "mailbox", "attempts": 1}
    waiting = {"state": "pending", "medium": None, "attempts": 0}
    said = message.model_dump(exclude={"in_mailbox", "body"})
    return {"complaint_id": complaint_id, **said, **(sent if message.in_mailbox else waiting)}


async def fall_back(connection: AsyncConnection, complaint_id: str, seq: int) -> None:
    """Messages that no medium took go to the mailbox, where their recipients can read them."""
    await connection.execute(
        update(MessageRow)
        .where(
            MessageRow.complaint_id == complaint_id,
            MessageRow.seq == seq,
            MessageRow.state.in_(("pending", "failed", "bounced")),
        )
        .values(state="sent", medium="mailbox", sent_at=func.now())
    )
