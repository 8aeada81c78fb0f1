"""Mail from the wire to the complaint: real SMTP, real IMAP, real PostgreSQL and Temporal."""

import asyncio
import imaplib
import smtplib
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from sqlalchemy import text
from temporalio.client import Client

from channels.attachments.taking import Attachments
from channels.email.imap import Mailbox, MailboxUnreachable, MailboxUrl, _put_away, _uids
from channels.email.inbox import Desk, Inbox, keep
from channels.email.rounds import go_round
from channels.email.smtp import MOST_CONNECTIONS, MailListener
from channels.front_door import FrontDoor
from channels.reply import Replies
from domain.commands import Accept, Actor, Ask
from domain.evidence import Purpose
from domain.intake import Intake
from domain.reply_mark import marked
from domain.status import Status
from durable.complaints import Complaints
from jakarta.load import load_jakarta
from runtime.free_port import free_port
from store.attachments import AttachmentCatalogue
from store.complaints import Reads
from store.contents import Contents
from store.database import Database
from store.engine import transaction
from store.incoming_mail import IncomingMails, MailEntry
from store.messages import Messages
from tests.channels.test_mail import REPORT
from tests.city import instruction
from tests.imap_server import PASSWORD, USER, ImapServer
from tests.keys import a_key_ring
from tests.pictures import jpeg
from tests.program import until

DESK = Desk("email", "lainnya", frozenset({"lapor@kota.example"}))


class Post(NamedTuple):
    """All that a mail meets."""

    mails: IncomingMails
    inbox: Inbox
    reads: Reads
    complaints: Complaints
    messages: Messages
    files: Attachments
    port: int

    def send(self, mail: EmailMessage, envelope: str = "budi@contoh.example") -> None:
        """Hands a mail over as another mail server would."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as server:
            server.send_message(mail, from_addr=envelope, to_addrs=["lapor@kota.example"])

    async def deliver(self, mail: EmailMessage, envelope: str = "budi@contoh.example") -> MailEntry:
        """Hands it over, lets the service work, and tells what became of it."""
        await asyncio.to_thread(self.send, mail, envelope)
        await self.inbox.work()
        return (await self.mails.listed(limit=1))[0]

    async def ask(self, number: str) -> None:
        """Opens a question to the reporter of a complaint."""
        found = await self.reads.by_number(number)
        assert found is not None
        actor = Actor(code="petugas", unit=found.unit)
        for command in (Accept(), Ask(question="Di mana?")):
            await self.complaints.perform(found.id, instruction(command, actor, uuid4().hex))

    async def subject(self, number: str) -> str:
        """The subject of our letter to the reporter, as a mail program puts it above an answer."""
        found = await self.reads.by_number(number)
        assert found is not None
        return f"Re: {marked(f'{number}: pertanyaan', await self.messages.reply_mark(found.id))}"

    async def status(self, number: str) -> Status:
        found = await self.reads.by_number(number)
        assert found is not None
        return found.status


@pytest.fixture
async def post(engine: Database, complaints: Complaints, tmp_path: Path) -> AsyncIterator[Post]:
    mails, reads = IncomingMails(engine), Reads(engine)
    files = Attachments(Contents.at(None, tmp_path / "files"), AttachmentCatalogue(engine))
    door = FrontDoor(load_jakarta(), complaints, "dki-2025")
    inbox = Inbox(mails, door, Replies(complaints, reads), files, DESK)
    listener = MailListener(mails, DESK.own)
    port = await listener.start("127.0.0.1", 0)
    yield Post(mails, inbox, reads, complaints, Messages(engine), files, port)
    await listener.stop()


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    server = ImapServer()
    yield server
    server.stop()


def letter(text: str = "Lampu mati.", sender: str = "budi@contoh.example", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    told = {"From": f"Budi <{sender}>", "Subject": "Lampu", "Message-ID": f"<{uuid4().hex}@contoh.example>"}
    for name, value in {**told, **{key.replace("_", "-"): value for key, value in headers.items()}}.items():
        mail[name] = value
    mail.set_content(text)
    return mail


async def test_a_mail_becomes_a_complaint_and_twice_is_once(post: Post) -> None:
    mail = letter("Lampu jalan mati.")
    taken = await post.deliver(mail)
    assert taken.state == "taken"
    assert taken.number is not None
    found = await post.reads.by_number(taken.number)
    assert found is not None
    assert (found.channel, found.category) == ("email", "lainnya")
    said = await post.reads.said(taken.number)
    assert said is not None
    assert said.text == "Lampu\n\nLampu jalan mati."
    assert await post.reads.is_contact(taken.number, "Budi@contoh.example")
    assert (await post.deliver(mail)).id == taken.id


async def test_a_message_id_used_again_for_another_text_goes_to_the_desk(post: Post) -> None:
    identity = f"<{uuid4().hex}@contoh.example>"
    taken = await post.deliver(letter(Message_ID=identity))
    other = await post.deliver(letter("Lain.", Message_ID=identity))
    assert (other.state, other.number) == ("for_desk", taken.number)


async def test_who_brings_the_mark_of_our_letter_back_is_the_reporter(post: Post) -> None:
    taken = await post.deliver(letter())
    assert taken.number is not None
    await post.ask(taken.number)
    subject = await post.subject(taken.number)
    assert (await post.deliver(letter("Di depan SD.\n\n> Di mana?", Subject=subject))).state == "reply"
    assert await post.status(taken.number) is Status.IN_PROGRESS
    found = await post.reads.by_number(taken.number)
    assert found is not None
    assert (await post.reads.timeline(found.id))[-1].detail == "Di depan SD."
    late = await post.deliver(letter("Lagi.", Subject=subject))
    assert (late.state, late.number) == ("for_desk", taken.number)
    assert "WRONG_STATE" in (late.why or "")


async def test_the_address_of_the_reporter_alone_proves_nothing(post: Post) -> None:
    first = letter()
    taken, other = await post.deliver(first), await post.deliver(letter("Lampu lain."))
    assert taken.number is not None
    assert other.number is not None
    await post.ask(taken.number)
    of_another = (await post.subject(other.number)).replace(other.number, taken.number)
    for forged in (
        letter("Sudah beres.", Subject=f"Re: {taken.number}: pertanyaan"),
        letter("Sudah beres.", In_Reply_To=str(first["Message-ID"])),
        letter("Sudah beres.", Subject=of_another),
        letter("Sudah beres.", Subject=f"Re: {taken.number} [balas:{'A' * 16}]"),
    ):
        settled = await post.deliver(forged)
        assert (settled.state, settled.number) == ("for_desk", taken.number)
    assert await post.status(taken.number) is Status.AWAITING_REPORTER


async def test_a_stranger_needs_the_access_code_which_is_not_kept_in_the_answer(post: Post) -> None:
    door = FrontDoor(load_jakarta(), post.complaints, "dki-2025")

    receipt = await door.submit(
        Intake(channel="jaki", reference=uuid4().hex, category="sampah", text="Sampah.")
    )
    assert receipt.access_code is not None
    await post.ask(receipt.number)
    subject = f"Re: {receipt.number}"
    stranger = await post.deliver(letter("Saya tahu.", sender="lain@contoh.example", Subject=subject))
    assert (stranger.state, stranger.number) == ("for_desk", receipt.number)
    mine = letter(f"Tanah-Abang. {receipt.access_code}", sender="lain@contoh.example", Subject=subject)
    assert (await post.deliver(mine)).state == "reply"
    found = await post.reads.by_number(receipt.number)
    assert found is not None
    assert (await post.reads.timeline(found.id))[-1].detail == "Tanah-Abang."


async def test_an_unknown_number_goes_to_the_desk(post: Post) -> None:
    entry = await post.deliver(letter(Subject="JK2001010001"))
    assert (entry.state, entry.why) == ("for_desk", "no complaint has this number")


async def test_a_photo_that_is_attached_belongs_to_the_complaint(post: Post) -> None:
    """The photo is taken once although it comes twice; a script with it is not taken at all."""
    mail = letter("Lihat foto.")
    for _ in range(2):
        mail.add_attachment(jpeg(), maintype="image", subtype="jpeg", filename="../../foto.jpg")
    mail.add_attachment(b"<script>alert(1)</script>", maintype="text", subtype="html", filename="x.html")
    taken = await post.deliver(mail)
    assert taken.number is not None
    (file,) = await post.files.of(taken.number)
    assert (file.attachment.media_type, file.use.purpose) == ("image/jpeg", Purpose.REPORTED)
    said = await post.reads.said(taken.number)
    assert said is not None
    assert "(Lampiran surel: 3 berkas.)" in said.text


async def test_machines_are_recorded_and_make_no_complaint(post: Post) -> None:
    assert (await post.deliver(letter(Auto_Submitted="auto-replied"))).state == "automatic"
    assert (await post.deliver(letter(), envelope="")).state == "automatic"
    assert (await post.deliver(letter(sender="lapor@kota.example"))).state == "automatic"


def report(number: str) -> bytes:
    identity = b"<" + uuid4().hex.encode() + b"@"
    return REPORT.replace(b"JK2611020001", number.encode()).replace(b"<bounce@", identity)


async def mailed(post: Post, engine: Database) -> tuple[str, str]:
    """Id and number of a complaint whose reporter was told by mail, as it looks in the database."""
    taken = await post.deliver(letter())
    assert taken.number is not None
    found = await post.reads.by_number(taken.number)
    assert found is not None
    identity = found.id

    async def is_sent() -> bool:
        return any(
            one.audience == "reporter" and one.state == "sent" for one in await post.messages.of(identity)
        )

    await until(is_sent)
    async with transaction(engine) as connection:
        told = "UPDATE message SET medium = 'mailto' WHERE complaint_id = :id AND audience = 'reporter'"
        await connection.execute(text(told), {"id": identity})
    return identity, taken.number


async def bounce(post: Post, raw: bytes) -> MailEntry:
    assert await keep(post.mails, raw, "imap")
    await post.inbox.work()
    (entry,) = await post.mails.listed(limit=1)
    assert entry.state == "bounce"
    return entry


async def test_a_bounce_is_told_to_the_complaint_and_to_the_desk_once(post: Post, engine: Database) -> None:
    identity, number = await mailed(post, engine)
    entry = await bounce(post, report(number))
    assert (entry.number, entry.why) == (number, "a message to the reporter did not arrive (5.1.1)")

    async def is_told() -> bool:
        """The timeline says so, and a human at the desk is told."""
        timeline = [one.event for one in await post.reads.timeline(identity)]
        return "not_delivered" in timeline and "not_delivered" in {
            one.event for one in await post.messages.of(identity)
        }

    await until(is_told)
    again = await bounce(post, report(number))
    assert again.why == "a message to another did not arrive (5.1.1)"
    timeline = [one for one in await post.complaints.timeline(identity) if one.event == "not_delivered"]
    assert len(timeline) == 1
    assert "5.1.1" in timeline[0].detail
    assert "budi" not in timeline[0].detail.lower()


async def test_what_is_only_in_the_mailbox_or_went_to_another_has_not_bounced(
    post: Post, engine: Database
) -> None:
    identity, number = await mailed(post, engine)
    other = await bounce(post, report(number).replace(b"Budi@", b"Siti@"))
    async with transaction(engine) as connection:
        await connection.execute(
            text("UPDATE message SET medium = 'mailbox' WHERE complaint_id = :id"), {"id": identity}
        )
    kept = await bounce(post, report(number))
    assert {other.why, kept.why} == {"a message to another did not arrive (5.1.1)"}
    assert "not_delivered" not in [one.event for one in await post.complaints.timeline(identity)]


async def test_a_bounce_that_could_not_be_told_is_told_later(post: Post, engine: Database) -> None:
    identity, number = await mailed(post, engine)
    nowhere = await Client.connect(f"127.0.0.1:{free_port()}", lazy=True)
    away = Replies(Complaints(nowhere, patience=timedelta(seconds=1)), post.reads)
    door = FrontDoor(load_jakarta(), post.complaints, "dki-2025")
    await keep(post.mails, report(number), "imap")
    await Inbox(post.mails, door, away, post.files, DESK).work()
    (entry,) = await post.mails.listed(limit=1)
    assert (entry.state, entry.attempts) == ("new", 1)
    async with transaction(engine) as connection:
        await connection.execute(text("UPDATE incoming_mail SET next_try_at = now() WHERE state = 'new'"))
    await post.inbox.work()

    async def is_told() -> bool:
        return "not_delivered" in [one.event for one in await post.complaints.timeline(identity)]

    await until(is_told)


class Choosy(IncomingMails):
    """Fails to write down what became of one mail."""

    def __init__(self, engine: Database, bad: int) -> None:
        super().__init__(engine)
        self._bad = bad

    async def settle(self, identity: int, state: str, why: str | None, number: str | None) -> None:
        await super().settle(identity, state, "\x00" if identity == self._bad else why, number)


async def test_a_mail_that_cannot_be_settled_delays_no_other(post: Post, engine: Database) -> None:
    for _ in range(2):
        await keep(post.mails, letter(Auto_Submitted="auto-replied").as_bytes(), "smtp")
    good, bad = await post.mails.listed(limit=2)
    door = FrontDoor(load_jakarta(), post.complaints, "dki-2025")
    replies = Replies(post.complaints, post.reads)
    assert await Inbox(Choosy(engine, bad.id), door, replies, post.files, DESK).work() == 1
    states = {one.id: (one.state, one.attempts) for one in await post.mails.listed(limit=2)}
    assert states == {good.id: ("automatic", 0), bad.id: ("new", 1)}
    await post.mails.settle(bad.id, "automatic", None, None)


async def test_smtp_takes_nothing_for_others_and_nothing_too_large(post: Post) -> None:
    def refused() -> None:
        with smtplib.SMTP("127.0.0.1", post.port, timeout=20) as server:
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                server.send_message(letter(), "budi@contoh.example", ["orang@lain.example"])
            server.ehlo()
            assert server.docmd("MAIL", f"FROM:<a@b.example> SIZE={26 * 1024 * 1024}")[0] == 552

    await asyncio.to_thread(refused)


async def test_smtp_lets_in_so_many_at_once_and_the_next_when_one_has_left(post: Post) -> None:
    doors = [await asyncio.open_connection("127.0.0.1", post.port) for _ in range(MOST_CONNECTIONS + 1)]
    greetings = [(await reader.readline())[:3] for reader, _ in doors]
    assert greetings == [b"220"] * MOST_CONNECTIONS + [b"421"]
    assert await doors[-1][0].read() == b"", "and it is closed"
    for _, writer in doors:
        writer.close()

    async def let_in() -> bool:
        reader, writer = await asyncio.open_connection("127.0.0.1", post.port)
        greeting = await reader.readline()
        writer.close()
        return greeting.startswith(b"220")

    await until(let_in)


async def test_without_the_database_smtp_says_451_and_imap_leaves_the_mail(imap: ImapServer) -> None:
    away = Database.at(f"postgresql+psycopg://x:x@127.0.0.1:{free_port()}/x", a_key_ring())
    listener = MailListener(IncomingMails(away))
    port = await listener.start("127.0.0.1", 0)

    def refused() -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as server:
            with pytest.raises(smtplib.SMTPDataError) as told:
                server.send_message(letter(), "budi@contoh.example", ["lapor@kota.example"])
            assert told.value.smtp_code == 451

    await asyncio.to_thread(refused)
    imap.put(letter().as_bytes())
    with pytest.raises(ConnectionError):
        await Mailbox(url(imap), IncomingMails(away)).fetch()
    assert imap.count("INBOX") == 1
    await listener.stop()


def url(imap: ImapServer, password: str = "rahasia%2F%3F%40") -> MailboxUrl:
    return MailboxUrl.parse(f"imap://{USER}:{password}@127.0.0.1:{imap.port}/INBOX")


async def test_mail_is_fetched_by_imap_once_and_moved(post: Post, imap: ImapServer) -> None:
    assert url(imap).password == PASSWORD
    mail = letter("Lewat kotak.").as_bytes()
    imap.put(mail)
    imap.put(b"\xff\xfe")
    box = Mailbox(url(imap), post.mails)
    assert await box.fetch() == 2
    assert (imap.count("INBOX"), imap.count("Tuntas")) == (0, 2)
    await post.inbox.work()
    states = {one.state for one in await post.mails.listed(limit=2)}
    assert "taken" in states
    imap.put(mail)
    assert await box.fetch() == 1
    assert len({one.id for one in await post.mails.listed(state="new")}) == 0


async def test_a_mailbox_that_refuses_or_is_away_is_one_sentence_without_the_secret(
    post: Post, imap: ImapServer
) -> None:
    with pytest.raises(MailboxUnreachable, match="refused us") as told:
        await Mailbox(url(imap, "salah-sekali"), post.mails).fetch()
    assert "salah-sekali" not in str(told.value)
    gone = MailboxUrl.parse(f"imap://{USER}:x@127.0.0.1:{free_port()}")
    with pytest.raises(MailboxUnreachable, match="not reachable"):
        await Mailbox(gone, post.mails).fetch()
    with pytest.raises(ValueError, match="another folder"):
        MailboxUrl.parse("imap://x:y@contoh.example/Masuk?done=Masuk")
    with pytest.raises(ValueError, match="ASCII"):
        MailboxUrl.parse("imap://x:y@contoh.example/M%C3%A4rz")
    with pytest.raises(ValueError, match="imaps://"):
        MailboxUrl.parse("http://contoh.example")


async def test_a_mail_that_cannot_become_anything_now_waits_and_delays_no_other(
    client: Client, post: Post
) -> None:
    nobody = Complaints(client, task_queue="nobody-listens", patience=timedelta(seconds=1))
    door = FrontDoor(load_jakarta(), nobody, "dki-2025")
    waiting = Inbox(post.mails, door, Replies(nobody, post.reads), post.files, DESK)
    await keep(post.mails, letter("Menunggu.").as_bytes(), "smtp")
    await keep(post.mails, letter(Auto_Submitted="auto-replied").as_bytes(), "smtp")
    assert await waiting.work() == 1
    latest = await post.mails.listed(limit=2)
    assert [one.state for one in latest] == ["automatic", "new"]
    assert (latest[1].attempts, latest[1].last_error) == (1, "NoAnswer")


@pytest.mark.parametrize("capabilities", [("UIDPLUS",), ()])
async def test_a_server_that_cannot_move_copies(imap: ImapServer, capabilities: tuple[str, ...]) -> None:
    imap.put(letter().as_bytes())
    client = imaplib.IMAP4("127.0.0.1", imap.port, timeout=5)
    client.login(USER, PASSWORD)
    client.select("INBOX")
    client.create("Tuntas")
    client.capabilities = capabilities
    (uid,) = _uids(client)
    assert _put_away(client, uid, "Tuntas")
    client.logout()
    assert (imap.count("INBOX"), imap.count("Tuntas")) == (0, 1)


async def test_the_rounds_go_on_when_the_mailbox_is_away(post: Post) -> None:
    stop = asyncio.Event()
    gone = Mailbox(MailboxUrl.parse(f"imap://{USER}:x@127.0.0.1:{free_port()}"), post.mails)
    rounds = asyncio.create_task(go_round(post.inbox, gone, stop))
    await asyncio.to_thread(post.send, letter("Tetap diterima."))

    async def is_settled() -> bool:
        return (await post.mails.listed(limit=1))[0].state == "taken"

    await until(is_settled)
    stop.set()
    await asyncio.wait_for(rounds, 10)
