"""Letters to supervisors: what is pending for one of them is gathered and goes out as one.

The messages themselves stay in the outbox; a digest is gathered under an id, so that an attempt that is
repeated finds what it gathered before. As with single messages, an attempt that broke off in mid-sending
leaves it ``unconfirmed``, and nothing is said twice. Once a letter went out nothing more is gathered for it:
what came meanwhile would be in no letter.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from store.database import Database
from store.engine import transaction
from store.messages import LONGEST_ERROR, Message, opened_messages, select_messages
from store.tables import DigestRow, MessageRow

SHOWN = 200
"""Messages that a digest lists one by one; the others it counts."""


class Gathered(NamedTuple):
    """What one letter is about: how many messages, the first of them, and what became of the letter."""

    items: int
    first: Sequence[Message]
    state: str


class GatheredMore(RuntimeError):
    """Another attempt gathered more for this letter meanwhile; the next attempt has all of it."""


class About(NamedTuple):
    """The complaint and the event that a message was about."""

    complaint_id: str
    seq: int


class Digests:
    """Gathers, claims and marks digests."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine

    async def gather(self, digest_id: str, recipient: str) -> Gathered:
        """What was gathered under this id before, and while its letter is pending all that is pending too."""
        async with transaction(self._engine) as connection:
            await connection.execute(
                insert(DigestRow).values(id=digest_id, recipient=recipient).on_conflict_do_nothing()
            )
            letter = select(DigestRow.state).where(DigestRow.id == digest_id).with_for_update()
            state = await connection.scalar(letter)
            if state == "pending":
                await connection.execute(
                    update(MessageRow)
                    .where(
                        MessageRow.recipient == recipient,
                        MessageRow.audience == "supervisor",
                        MessageRow.state == "pending",
                        MessageRow.digest_id.is_(None),
                    )
                    .values(digest_id=digest_id)
                )
            count = await _items(connection, digest_id)
            rows = await select_messages(
                connection, MessageRow.digest_id == digest_id, order=MessageRow.created_at, limit=SHOWN
            )
        first = await opened_messages(self._engine.vault, rows)
        return Gathered(count, first, state or "pending")

    async def begin(self, digest_id: str, recipient: str, kind: str) -> str:
        """A letter of another kind, which gathers no messages; returns what became of it so far."""
        values = {"id": digest_id, "recipient": recipient, "kind": kind}
        async with transaction(self._engine) as connection:
            await connection.execute(insert(DigestRow).values(values).on_conflict_do_nothing())
            state = await connection.scalar(select(DigestRow.state).where(DigestRow.id == digest_id))
        return state or "pending"

    async def put_in_mailbox(self, digest_id: str, subject: str, body: str, items: int) -> None:
        """Sending to the mailbox in the database is one transaction, hence exactly once.

        Raises ``GatheredMore``.
        """
        async with transaction(self._engine) as connection:
            if await _change(connection, digest_id, ("pending",), **_kept(subject, body, items)):
                await _is_all(connection, digest_id, items)
            await _settle(connection, digest_id, ("pending",), "sent", "mailbox")

    async def claim(self, digest_id: str, subject: str, body: str, items: int, medium: str) -> bool:
        """Whether this attempt may send it. A claim that died before makes it ``unconfirmed``.

        Raises ``GatheredMore``.
        """
        state = case((DigestRow.state == "pending", "sending"), else_="unconfirmed")
        values = {**_kept(subject, body, items), "medium": medium, "state": state}
        async with transaction(self._engine) as connection:
            changed = await _change(
                connection, digest_id, ("pending", "sending"), attempts=DigestRow.attempts + 1, **values
            )
            if changed == "unconfirmed":
                await _settle(connection, digest_id, ("unconfirmed",), "unconfirmed", medium)
            elif changed == "sending":
                await _is_all(connection, digest_id, items)
        return changed == "sending"

    async def mark_pending(self, digest_id: str, reason: str) -> None:
        """It did not go out; it is to be tried again."""
        async with transaction(self._engine) as connection:
            await _change(
                connection, digest_id, ("sending",), state="pending", last_error=reason[:LONGEST_ERROR]
            )

    async def settle(self, digest_id: str, state: str, medium: str, reason: str | None = None) -> None:
        """It is ``sent``, ``failed`` or ``unconfirmed``, and with it every message in it."""
        async with transaction(self._engine) as connection:
            await _settle(connection, digest_id, ("pending", "sending"), state, medium, reason)

    async def about(self, digest_id: str) -> list[About]:
        """What the messages of a digest were about, each event once."""
        query = select(MessageRow.complaint_id, MessageRow.seq).where(MessageRow.digest_id == digest_id)
        async with transaction(self._engine) as connection:
            return [About(*row) for row in await connection.execute(query.distinct())]


async def _items(connection: AsyncConnection, digest_id: str) -> int:
    query = select(func.count()).select_from(MessageRow).where(MessageRow.digest_id == digest_id)
    return await connection.scalar(query) or 0


async def _is_all(connection: AsyncConnection, digest_id: str, items: int) -> None:
    """The letter's row is locked: whoever gathers for it waits, and then finds it gone."""
    if await _items(connection, digest_id) != items:
        raise GatheredMore(f"there is more for {digest_id} than the {items} of this attempt")


def _kept(subject: str, body: str, items: int) -> dict[str, Any]:
    """What is kept of a letter. One about a single message says what that message says, which is sealed."""
    return {"subject": subject, "body": "" if items == 1 else body, "items": items}


async def _change(
    connection: AsyncConnection, digest_id: str, states: Sequence[str], **values: Any
) -> str | None:
    statement = (
        update(DigestRow).where(DigestRow.id == digest_id, DigestRow.state.in_(states)).values(**values)
    )
    changed: str | None = (
        await connection.execute(statement.returning(DigestRow.state))
    ).scalar_one_or_none()
    return changed


async def _settle(
    connection: AsyncConnection,
    digest_id: str,
    states: Sequence[str],
    state: str,
    medium: str,
    reason: str | None = None,
) -> None:
    said: dict[str, Any] = {"state": state, "medium": medium, "last_error": reason and reason[:LONGEST_ERROR]}
    if state == "sent":
        said["sent_at"] = func.now()
    if await _change(connection, digest_id, states, **said):
        told = update(MessageRow).where(MessageRow.digest_id == digest_id)
        await connection.execute(told.values(attempts=MessageRow.attempts + 1, **said))
