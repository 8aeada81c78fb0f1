"""Mail that came in: kept whole, each once, with what became of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.value import Value
from store.database import Database
from store.engine import transaction
from store.messages import LONGEST_ERROR
from store.personal import CONTACT, plain_contact
from store.tables import ComplaintRow, IncomingMailRow, MessageRow

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
"""Between two tries to make something of a mail; each wait is twice the one before."""

WENT_OUT, BOUNCED = ("sent", "unconfirmed"), "bounced"
MAIL, MAILS = "mail", "mails"
"""What a kept mail is to the vault, and the owner of its key."""

MAILBOX = "mailbox"
"""The medium of messages that stay in the database, and so cannot come back."""


class KeptMail(NamedTuple):
    """A mail that has not become anything yet. Without its content: fifty large ones fill the memory."""

    id: int
    fingerprint: str
    from_nobody: bool


class MailEntry(Value):
    """A mail as it is listed: nothing of what it says."""

    id: int
    received_at: datetime
    came_by: str
    state: str
    why: str | None
    number: str | None
    attempts: int
    last_error: str | None
    settled_at: datetime | None


class IncomingMails:
    """Keeps and lists mail. Every method raises ``DatabaseUnreachable`` when the database is away."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine

    async def keep(
        self, raw: bytes, fingerprint: str, message_id_hash: str | None, came_by: str, *, from_nobody: bool
    ) -> bool:
        """Keeps a mail; False when it is there already. When this returns, it is committed."""
        values = {
            "sealed": await self._engine.vault.seal(MAILS, MAIL, raw),
            "fingerprint": fingerprint,
            "message_id_hash": message_id_hash,
            "came_by": came_by,
            "from_nobody": from_nobody,
        }
        statement = (
            insert(IncomingMailRow).values(values).on_conflict_do_nothing().returning(IncomingMailRow.id)
        )
        async with transaction(self._engine) as connection:
            return (await connection.execute(statement)).scalar_one_or_none() is not None

    async def due(self, limit: int) -> Sequence[KeptMail]:
        """Mails that should become something now, the oldest first."""
        columns = (getattr(IncomingMailRow, name) for name in KeptMail._fields)
        query = (
            select(*columns)
            .where(IncomingMailRow.state == "new", IncomingMailRow.next_try_at <= func.now())
            .order_by(IncomingMailRow.next_try_at, IncomingMailRow.id)
            .limit(limit)
        )
        async with transaction(self._engine) as connection:
            return [KeptMail(*row) for row in await connection.execute(query)]

    async def settle(self, identity: int, state: str, why: str | None, number: str | None) -> None:
        """Writes down what became of a mail; the first says it."""
        statement = (
            update(IncomingMailRow)
            .where(IncomingMailRow.id == identity, IncomingMailRow.state == "new")
            .values(state=state, why=why, number=number, settled_at=func.now())
        )
        async with transaction(self._engine) as connection:
            await connection.execute(statement)

    async def handle(self, identity: int, officer: str, number: str | None) -> bool:
        """Takes a mail off the desk, and keeps who did; False when it does not wait there."""
        statement = (
            update(IncomingMailRow)
            .where(IncomingMailRow.id == identity, IncomingMailRow.state == "for_desk")
            .values(
                state="handled",
                why=func.concat(IncomingMailRow.why, f"; handled by {officer}"),
                number=func.coalesce(number, IncomingMailRow.number),
                settled_at=func.now(),
            )
            .returning(IncomingMailRow.id)
        )
        async with transaction(self._engine) as connection:
            return (await connection.execute(statement)).scalar_one_or_none() is not None

    async def put_off(self, identity: int, reason: str) -> None:
        """It is tried again: after ten seconds, then after twice as long each time, at most an hour."""
        wait = func.least(FIRST_WAIT * func.power(2, func.least(IncomingMailRow.attempts, 20)), LONGEST_WAIT)
        statement = (
            update(IncomingMailRow)
            .where(IncomingMailRow.id == identity, IncomingMailRow.state == "new")
            .values(
                attempts=IncomingMailRow.attempts + 1,
                last_error=reason[:LONGEST_ERROR],
                next_try_at=func.now() + wait,
            )
        )
        async with transaction(self._engine) as connection:
            await connection.execute(statement)

    async def numbers_of(self, message_id_hashes: Sequence[str]) -> list[str]:
        """The numbers of the complaints that mails with these Message-IDs became or answered."""
        query = (
            select(IncomingMailRow.number)
            .where(
                IncomingMailRow.message_id_hash.in_(message_id_hashes),
                IncomingMailRow.state.in_(("taken", "reply", "handled")),
                IncomingMailRow.number.is_not(None),
            )
            .distinct()
        )
        async with transaction(self._engine) as connection:
            return [number for (number,) in await connection.execute(query) if number]

    async def mailed_to(self, number: str, recipient: str) -> tuple[str, int] | None:
        """The complaint's id and the event of which its reporter was told last by mail to this address.

        One that has bounced is found again, so that a report whose telling broke off is told when it is
        tried again. None when nothing was mailed there.
        """
        whose = await self._engine.vault.index(CONTACT, plain_contact(recipient))
        query = (
            select(MessageRow.complaint_id, MessageRow.seq)
            .join(ComplaintRow, ComplaintRow.id == MessageRow.complaint_id)
            .where(
                ComplaintRow.number == number,
                ComplaintRow.contact_index == whose,
                MessageRow.audience == "reporter",
                MessageRow.medium != MAILBOX,
                MessageRow.state.in_((*WENT_OUT, BOUNCED)),
            )
            .order_by(MessageRow.seq.desc())
            .limit(1)
        )
        async with transaction(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return (row.complaint_id, row.seq) if row else None

    async def mark_bounced(self, complaint_id: str, seq: int, status: str) -> None:
        """Marks the message to the reporter about an event as not arrived."""
        statement = (
            update(MessageRow)
            .where(
                MessageRow.complaint_id == complaint_id,
                MessageRow.seq == seq,
                MessageRow.audience == "reporter",
                MessageRow.state.in_(WENT_OUT),
            )
            .values(state=BOUNCED, last_error=f"the server of the recipient refused it: {status}")
        )
        async with transaction(self._engine) as connection:
            await connection.execute(statement)

    async def listed(self, state: str | None = None, limit: int = 200) -> list[MailEntry]:
        """The latest mails, the latest first."""
        columns = (getattr(IncomingMailRow, name) for name in MailEntry.model_fields)
        query = select(*columns).order_by(IncomingMailRow.id.desc()).limit(limit)
        if state:
            query = query.where(IncomingMailRow.state == state)
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [MailEntry.model_validate(dict(row)) for row in rows]

    async def raw(self, identity: int) -> bytes | None:
        """A mail as it came: personal, for the desk."""
        query = select(IncomingMailRow.sealed).where(IncomingMailRow.id == identity)
        async with transaction(self._engine) as connection:
            sealed = (await connection.execute(query)).scalar_one_or_none()
        return await self._engine.vault.open_one(MAIL, sealed)
