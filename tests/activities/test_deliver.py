"""Deliveries through the whole engine: a real mail server that falters, and a complaint that goes on."""

import asyncio
from uuid import uuid4

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.contracts import Deliver
from activities.deliver import Delivery
from domain.commands import Accept
from domain.intake import Reporter, complaint_id
from domain.reply_mark import marked
from domain.status import Status
from durable.complaints import Complaints
from jakarta.load import load_jakarta
from notify.media import Routes
from runtime.settings import Settings
from runtime.stack import Stack
from runtime.temporal_client import connect
from store.database import Database
from store.messages import Messages
from tests.city import KELURAHAN, instruction, officer, opening
from tests.mail_server import MailServer
from worker import hosted_by, plugin


async def open_one(complaints: Complaints) -> str:
    start = opening(reference=uuid4().hex, reporter=Reporter(contact="warga@contoh.id"))
    await complaints.open(start)
    return complaint_id("jaki", start.intake.reference)


async def test_a_mail_server_that_defers_holds_nothing_up_and_gets_each_mail_once(
    servers: Stack, engine: Database, mail_server: MailServer
) -> None:
    """Deferred with 451 at first, taken later; meanwhile the complaint is worked on."""
    settings = Settings(home=servers.home, notify_url=mail_server.url, task_queue="mail")
    client = await connect(settings, plugins=[plugin(engine, settings, load_jakarta())])
    async with hosted_by(client, "mail"):
        complaints = Complaints(client, "mail")
        mail_server.answer = "451 busy"
        identity = await open_one(complaints)
        state = await complaints.perform(identity, instruction(Accept(), officer(KELURAHAN), "a"))
        assert state.status is Status.IN_PROGRESS
        assert mail_server.mails == []
        mail_server.answer = "250 OK"
        for _ in range(100):
            messages = await Messages(engine).of(identity)
            if all(message.state == "sent" for message in messages):
                break
            await asyncio.sleep(0.1)
        assert {message.state for message in messages} == {"sent"}
        subjects = sorted(str(mail["subject"]) for mail in mail_server.mails)
        mailed = [message for message in messages if message.medium == "mailto"]
        mark = await Messages(engine).reply_mark(identity)
        assert subjects == sorted(marked(message.subject, mark) for message in mailed)
        assert {message.audience for message in mailed} == {"reporter"}
        assert {message.recipient for message in messages if message.medium == "mailbox"} == {"KEL"}


async def test_delivering_again_sends_nothing_again(
    complaints: Complaints, engine: Database, mail_server: MailServer
) -> None:
    identity = await open_one(complaints)
    messages = Messages(engine)
    await _all_in(messages, identity)
    delivery = Delivery(messages, Routes(mail_server.url))
    what = Deliver(complaint_id=identity, keys=tuple(one.key for one in await messages.of(identity)))
    await ActivityEnvironment().run(delivery.announce, what)
    assert mail_server.mails == [], "they were sent to the mailbox before"


async def test_an_attempt_that_died_in_mid_sending_is_shown_and_not_repeated(
    complaints: Complaints, engine: Database, mail_server: MailServer
) -> None:
    identity, messages = await open_one(complaints), Messages(engine)
    await _all_in(messages, identity)
    from sqlalchemy import update

    from store.engine import transaction
    from store.tables import MessageRow

    async with transaction(engine) as connection:
        await connection.execute(
            update(MessageRow).where(MessageRow.complaint_id == identity).values(state="sending")
        )
    delivery = Delivery(messages, Routes(mail_server.url))
    with pytest.raises(ApplicationError, match="not known whether it was sent") as failure:
        await ActivityEnvironment().run(
            delivery.announce, Deliver(complaint_id=identity, keys=("1/KEL", "1/reporter"))
        )
    assert failure.value.non_retryable
    assert mail_server.mails == []


async def test_a_mail_taken_too_late_is_shown_and_not_sent_again(
    complaints: Complaints, engine: Database, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity, messages = await open_one(complaints), Messages(engine)
    await _all_in(messages, identity)
    from sqlalchemy import update

    from store.engine import transaction
    from store.tables import MessageRow

    async with transaction(engine) as connection:
        await connection.execute(
            update(MessageRow)
            .where(MessageRow.complaint_id == identity)
            .values(state="pending", sent_at=None, medium=None)
        )
    monkeypatch.setattr("notify.media.SEND_WITHIN", 0.2)
    mail_server.delay_s = 0.5
    delivery = Delivery(messages, Routes(mail_server.url))
    for _ in range(2):
        with pytest.raises(ApplicationError, match="not known whether") as failure:
            await ActivityEnvironment().run(
                delivery.announce, Deliver(complaint_id=identity, keys=("1/reporter",))
            )
        assert failure.value.non_retryable
    for _ in range(100):
        if mail_server.mails:
            break
        await asyncio.sleep(0.1)
    assert len(mail_server.mails) == 1
    assert {one.key: one.state for one in await messages.of(identity)}["1/reporter"] == "unconfirmed"


async def test_a_medium_that_will_never_do_is_on_the_timeline(servers: Stack, engine: Database) -> None:
    settings = Settings(home=servers.home, notify_url="nonsense://x", task_queue="nonsense")
    client = await connect(settings, plugins=[plugin(engine, settings, load_jakarta())])
    async with hosted_by(client, "nonsense"):
        complaints = Complaints(client, "nonsense")
        identity = await open_one(complaints)
        for _ in range(100):
            timeline = await complaints.timeline(identity)
            if len(timeline) == 3:
                break
            await asyncio.sleep(0.1)
        assert [entry.event for entry in timeline] == ["received", "not_delivered", "not_delivered"]
        assert "nonsense is not a medium" in timeline[1].detail
        letters = await Messages(engine).of(identity)
        assert [letter.recipient for letter in letters] == ["KEL", "reporter", "DESK"], (
            "a human is told, once"
        )
        assert {(letter.state, letter.medium) for letter in letters} == {("sent", "mailbox")}


async def _all_in(messages: Messages, identity: str) -> None:
    for _ in range(100):
        there = await messages.of(identity)
        if there and all(message.state == "sent" for message in there):
            return
        await asyncio.sleep(0.05)
    pytest.fail("the notices never went out")
