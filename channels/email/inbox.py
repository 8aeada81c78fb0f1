"""The mailbox of the service: mail is kept in the database first, and becomes something afterwards."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

import structlog
from pydantic import ValidationError

from channels.attachments.taking import Attachments
from channels.bad_input import sentence
from channels.email.automatic import Bounce
from channels.email.mail import Mail, NotUnderstood, fingerprint, id_hash, read
from channels.front_door import FrontDoor
from channels.reply import NotTaken, Replies, Sender
from domain.commands import Evidence
from domain.intake import Intake, Reporter
from domain.refusal import Refused

MOST_FILES = 10
"""Files of one mail that become part of the complaint."""

BATCH = 50
"""Mails that one round looks at."""

TAKEN, REPLY, BOUNCE, AUTOMATIC, FOR_DESK = "taken", "reply", "bounce", "automatic", "for_desk"


class KeptMail(Protocol):
    """A mail in the database that has not become anything yet."""

    @property
    def id(self) -> int:
        """Under which it is kept."""
        ...

    @property
    def fingerprint(self) -> str:
        """By which it is known."""
        ...

    @property
    def from_nobody(self) -> bool:
        """Whether its envelope named no sender."""
        ...


class MailStore(Protocol):
    """Where mail is kept. Every method raises ``ConnectionError`` when the database is away."""

    async def keep(
        self, raw: bytes, fingerprint: str, message_id_hash: str | None, came_by: str, *, from_nobody: bool
    ) -> bool:
        """Keeps a mail; False when it is there already."""
        ...

    async def due(self, limit: int) -> Sequence[KeptMail]:
        """Mails that should become something now, the oldest first."""
        ...

    async def raw(self, identity: int) -> bytes | None:
        """A mail as it came."""
        ...

    async def settle(self, identity: int, state: str, why: str | None, number: str | None) -> None:
        """Writes down what became of a mail."""
        ...

    async def put_off(self, identity: int, reason: str) -> None:
        """It could not become anything now; it is tried again, each time a little later."""
        ...

    async def numbers_of(self, message_id_hashes: Sequence[str]) -> list[str]:
        """The numbers of the complaints that mails with these Message-IDs became or answered."""
        ...

    async def mailed_to(self, number: str, recipient: str) -> tuple[str, int] | None:
        """The complaint's id and the event of which its reporter was told last by mail to this address.

        None when nothing was mailed there.
        """
        ...

    async def mark_bounced(self, complaint_id: str, seq: int, status: str) -> None:
        """Marks the message to the reporter about an event as not arrived."""
        ...


class Became(NamedTuple):
    """What a mail became, why, and of which complaint."""

    state: str
    why: str | None = None
    number: str | None = None


class Desk(NamedTuple):
    """Under which channel and category mails become complaints, and our own addresses in lower case."""

    channel: str
    category: str
    own: frozenset[str]


class Inbox:
    """Keeps mail, and makes of it complaints, replies, or work for the desk."""

    def __init__(
        self, store: MailStore, door: FrontDoor, replies: Replies, files: Attachments, desk: Desk
    ) -> None:
        self._store = store
        self._files = files
        self._door = door
        self._replies = replies
        self._desk = desk
        self._log = structlog.get_logger("mail")

    async def work(self) -> int:
        """Makes something of each mail that is due; how many were settled. One that fails delays no other."""
        settled = 0
        for kept in await self._store.due(BATCH):
            try:
                became = await self._become(kept)
                await self._store.settle(kept.id, *became)
            except Exception as error:  # noqa: BLE001 - whatever it is, the mail is kept and tried again
                self._log.warning("mail_put_off", mail=kept.id, error=type(error).__name__)
                await self._store.put_off(kept.id, type(error).__name__)
            else:
                self._log.info("mail_settled", mail=kept.id, state=became.state, number=became.number)
                settled += 1
        return settled

    async def _become(self, kept: KeptMail) -> Became:
        try:
            raw = await self._store.raw(kept.id) or b""
            # In a thread: a large mail takes seconds, and SMTP is answered meanwhile.
            mail = await asyncio.to_thread(read, raw, self._desk.own, from_nobody=kept.from_nobody)
            if mail.bounce:
                return await self._bounce(mail.bounce)
            if mail.automatic:
                return Became(AUTOMATIC, mail.automatic, mail.numbers[0] if len(mail.numbers) == 1 else None)
            numbers = mail.numbers or tuple(
                await self._store.numbers_of([id_hash(one) for one in mail.thread])
            )
            if len(numbers) > 1:
                return Became(FOR_DESK, "it names more than one complaint")
            if numbers:
                return await self._reply(mail, numbers[0], kept.fingerprint)
            return await self._complaint(mail)
        except (NotUnderstood, Refused) as refused:
            return Became(FOR_DESK, str(refused))
        except ValidationError as error:
            return Became(FOR_DESK, sentence(error))

    async def _complaint(self, mail: Mail) -> Became:
        intake = Intake(
            channel=self._desk.channel,
            reference=mail.reference,
            category=self._desk.category,
            text=mail.said,
            reporter=Reporter(name=mail.name, contact=mail.sender),
            attachments=await self._take(mail.attachments),
        )
        receipt = await self._door.submit(intake)
        if receipt.digest not in {"", intake.digest}:
            return Became(FOR_DESK, "its Message-ID came before with another text", receipt.number)
        return Became(TAKEN, None, receipt.number)

    async def _take(self, contents: Sequence[bytes]) -> tuple[Evidence, ...]:
        """Photos and documents; logos, calendars and whatever else is not taken stay in the kept mail."""
        taken: dict[str, Evidence] = {}
        for content in contents:
            if len(taken) == MOST_FILES:
                break
            with suppress(Refused):
                file = await self._files.take(_whole(content), self._desk.channel, datetime.now(UTC))
                taken[file.uri] = file
        return tuple(taken.values())

    async def _reply(self, mail: Mail, number: str, identity: str) -> Became:
        try:
            sender = Sender(marks=mail.marks)
            await self._replies.hand_in(number, mail.text, sender, "email", f"mail/{identity[:40]}")
        except NotTaken as reason:
            return Became(FOR_DESK, str(reason), number)
        return Became(REPLY, None, number)

    async def _bounce(self, bounce: Bounce) -> Became:
        status = bounce.status or "without status"
        if not bounce.number:
            return Became(BOUNCE, f"a delivery report ({status}) about no complaint")
        if not bounce.is_final:
            return Became(BOUNCE, "a delivery is late; the sending server goes on trying", bounce.number)
        about = await self._store.mailed_to(bounce.number, bounce.recipient)
        if about is None:
            return Became(BOUNCE, f"a message to another did not arrive ({status})", bounce.number)
        await self._store.mark_bounced(*about, status)
        await self._replies.not_arrived(*about, f"the server of the recipient refused it: {status}")
        return Became(BOUNCE, f"a message to the reporter did not arrive ({status})", bounce.number)


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def keep(store: MailStore, raw: bytes, came_by: str, *, from_nobody: bool = False) -> bool:
    """Keeps a mail. When this returns, it is in the database. False when it was there already."""
    known = await asyncio.to_thread(fingerprint, raw)
    return await store.keep(raw, known.digest, known.message_id_hash, came_by, from_nobody=from_nobody)
