"""Supervisors are told of the first lateness at once and of the rest together; nothing is left out."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHistory
from temporalio.testing import ActivityEnvironment
from temporalio.worker import Worker

from activities.contracts import DigestRule, Escalate
from activities.escalate import Escalation
from domain.intake import Opening, complaint_id
from domain.policy import Policy, Span, SpanUnit
from durable.complaints import Complaints
from durable.contract import DIGEST, WAKE, DigestStart
from durable.digests import report_undelivered, wake_digest
from jakarta.load import load_jakarta
from notify.media import Routes
from runtime.settings import Settings
from runtime.stack import Stack
from runtime.temporal_client import connect
from store.complaints import Reads
from store.database import Database
from store.digests import Digests, GatheredMore
from store.engine import transaction
from store.messages import Messages
from store.tables import DigestRow, MessageRow
from tests.city import ASISTEN_KOTA, CALENDAR, KELURAHAN, POLICY, opening
from tests.mail_server import MailServer
from tests.workflows.paths import QUICK
from tests.workflows.short_lived_server import short_lived
from tests.workflows.test_weeks import skipping
from worker import hosted_by, plugin

LATE = 60
SIGNALED = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
MINUTE = timedelta(minutes=1)
RULE = DigestRule(
    every=Span(amount=1, unit=SpanUnit.SECONDS), calendar=CALENDAR, within=timedelta(seconds=20)
)


def start(supervisor: str, policy: Policy = QUICK) -> Opening:
    """A complaint of a kelurahan that answers to one supervisor only."""
    above = ASISTEN_KOTA.model_copy(update={"code": supervisor})
    unit = KELURAHAN.model_copy(update={"ladder": (above,)})
    return opening(reference=uuid4().hex, policy=policy).model_copy(update={"kelurahan": unit})


async def late(complaints: Complaints, supervisor: str, policy: Policy = QUICK) -> str:
    begun = start(supervisor, policy)
    await complaints.open(begun)
    return complaint_id("jaki", begun.intake.reference)


async def states(engine: Database, supervisor: str) -> Counter[str]:
    query = select(MessageRow.state).where(MessageRow.recipient == supervisor)
    async with transaction(engine) as connection:
        return Counter((await connection.execute(query)).scalars())


async def letters(engine: Database, supervisor: str) -> tuple[int, int]:
    """How many letters went out, and how many notices were in them."""
    query = select(func.count(), func.coalesce(func.sum(DigestRow.items), 0)).where(
        DigestRow.recipient == supervisor, DigestRow.state == "sent", DigestRow.items > 0
    )
    async with transaction(engine) as connection:
        row = (await connection.execute(query)).one()
    return row[0], row[1]


async def until(ask: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(900):
        if await ask():
            return
        await asyncio.sleep(0.1)
    pytest.fail("it never came true")


async def test_sixty_breaches_at_once_make_a_handful_of_letters_and_none_is_left_out(
    complaints: Complaints, engine: Database
) -> None:
    supervisor = f"ASKO-{uuid4().hex}"
    opened = await asyncio.gather(*(late(complaints, supervisor) for _ in range(LATE)))

    async def all_told() -> bool:
        escalated = [
            [entry.event for entry in await Reads(engine).timeline(identity)].count("escalated")
            for identity in opened
        ]
        told = await states(engine, supervisor)
        return min(escalated) >= 1 and set(told) == {"sent"} and told["sent"] >= LATE

    await until(all_told)
    count, notices = await letters(engine, supervisor)
    assert notices >= LATE
    assert count <= 12, "one at once, then one every two seconds"
    shown = [one for one in await Messages(engine).sent() if one.recipient == supervisor]
    assert len(shown) == count
    for identity in opened:
        assert any(one.recipient == supervisor for one in await Messages(engine).of(identity))


async def test_a_flood_of_escalations_is_a_signal_or_two_to_the_digest(
    client: Client, worker: Worker, engine: Database
) -> None:
    recipient = f"ASKO-{uuid4().hex}"
    escalation = Escalation(Digests(engine), Routes("mailbox://"), wake_digest, report_undelivered)
    at_work = ActivityEnvironment(client)
    at_work.info = replace(at_work.info, task_queue="complaints")
    what = Escalate(recipients=(recipient,), rule=RULE)
    await asyncio.gather(*(at_work.run(escalation.escalate, what) for _ in range(1000)))
    handle = client.get_workflow_handle(f"digest-{recipient}")
    history = await handle.fetch_history()
    signals = [event for event in history.events if event.event_type == SIGNALED]
    assert 1 <= len(signals) <= 2, "one for the first, one for all who came while it was on its way"
    assert (await handle.describe()).raw_description.workflow_execution_info.priority.priority_key == 1
    assert await handle.result() == 0


async def test_a_single_notice_keeps_its_own_words_and_several_share_a_letter(
    complaints: Complaints, engine: Database
) -> None:
    supervisor = f"ASKO-{uuid4().hex}"
    once = QUICK.model_copy(update={"resolution": POLICY.resolution, "remind_every": timedelta(days=1)})
    identity = await late(complaints, supervisor, once)
    await until(lambda: _told(engine, supervisor, 1))
    first = next(one for one in await Messages(engine).sent() if one.recipient == supervisor)
    number = (await complaints.state(identity)).number
    assert first.subject == f"{number}: eskalasi tingkat 1"
    assert (first.number, first.items) == (number, 1)


async def _told(engine: Database, supervisor: str, count: int) -> bool:
    return (await states(engine, supervisor))["sent"] >= count


async def test_the_rest_waits_fifteen_minutes_of_office_time(engine: Database) -> None:
    """Two breaches five minutes apart, then one at night: the second letter waits, so does the third."""
    supervisor = f"ASKO-{uuid4().hex}"
    policy = POLICY.model_copy(update={"calendar": CALENDAR})
    async with skipping(engine) as (environment, complaints):
        opened = []
        for pause in (0, 5, 60):
            await environment.sleep(pause * MINUTE)
            opened.append(await late(complaints, supervisor, policy))
        await environment.sleep(timedelta(days=4))
        async with transaction(engine) as connection:
            query = select(DigestRow.id).where(DigestRow.recipient == supervisor)
            runs = {identity.split("/")[1] for identity in (await connection.execute(query)).scalars()}
        handles = [environment.client.get_workflow_handle(f"digest-{supervisor}", run_id=run) for run in runs]
        histories = [await handle.fetch_history() for handle in handles]
        sent = sorted(moment for history in histories for moment in _letters_sent(history))
        assert 2 <= len(sent) <= len(opened)
        for before, after in pairwise(sent):
            assert after >= policy.digest_every.after(before, policy.calendar)
        first = (await complaints.timeline(opened[0]))[3].at
        assert min(sent) - first < MINUTE


def _letters_sent(history: WorkflowHistory) -> list[datetime]:
    return [
        event.event_time.ToDatetime(tzinfo=CALENDAR.zone)
        for event in history.events
        if event.activity_task_scheduled_event_attributes.activity_type.name == "send_digest"
    ]


async def test_a_letter_arrives_by_mail_with_every_number(
    servers: Stack, engine: Database, mail_server: MailServer, tmp_path: Path
) -> None:
    supervisor, queue = f"ASKO-{uuid4().hex}", uuid4().hex
    routes = tmp_path / "routes.toml"
    routes.write_text(f'{supervisor} = ["{mail_server.url.replace("{to}", "asisten@contoh.id")}"]\n')
    settings = Settings(home=servers.home, notify_routes=routes, task_queue=queue)
    client = await connect(settings, plugins=[plugin(engine, settings, load_jakarta())])
    async with hosted_by(client, queue):
        complaints = Complaints(client, queue)
        opened = await asyncio.gather(*(late(complaints, supervisor) for _ in range(4)))
        numbers = [(await complaints.state(identity)).number for identity in opened]
        await until(lambda: _told(engine, supervisor, 4))
        text = "".join(f"{mail['subject']} {mail.get_payload()}" for mail in mail_server.mails)
        assert len(mail_server.mails) == (await letters(engine, supervisor))[0]
        for number in numbers:
            assert number in text


async def test_a_letter_that_nobody_can_deliver_is_on_every_timeline(
    servers: Stack, engine: Database, tmp_path: Path
) -> None:
    supervisor, queue = f"ASKO-{uuid4().hex}", uuid4().hex
    routes = tmp_path / "routes.toml"
    routes.write_text(f'{supervisor} = ["nonsense://x"]\n')
    settings = Settings(home=servers.home, notify_routes=routes, task_queue=queue)
    client = await connect(settings, plugins=[plugin(engine, settings, load_jakarta())])
    async with hosted_by(client, queue):
        complaints = Complaints(client, queue)
        opened = await asyncio.gather(*(late(complaints, supervisor) for _ in range(3)))
        for identity in opened:

            async def is_shown(identity: str = identity) -> bool:
                return "not_delivered" in {entry.event for entry in await complaints.timeline(identity)}

            await until(is_shown)

        async def can_be_read() -> bool:
            return set(await states(engine, supervisor)) == {"sent"}

        await until(can_be_read)


async def test_an_attempt_that_died_in_mid_sending_is_unconfirmed_and_not_repeated(
    complaints: Complaints, engine: Database
) -> None:
    supervisor = f"ASKO-{uuid4().hex}"
    await late(complaints, supervisor)
    await until(lambda: _told(engine, supervisor, 1))
    digests = Digests(engine)
    await _unsay(engine, supervisor)
    gathered = await digests.gather("d1", supervisor)
    assert gathered.items >= 1
    assert (await digests.gather("d1", supervisor)).items == gathered.items, "gathering again is safe"
    assert (await digests.gather("d2", supervisor)).items == 0, "no notice is in two letters"
    assert await digests.claim("d1", "s", "b", gathered.items, "mailto")
    assert not await digests.claim("d1", "s", "b", gathered.items, "mailto")
    assert set(await states(engine, supervisor)) == {"unconfirmed"}
    assert (await digests.gather("d1", supervisor)).state == "unconfirmed"


async def test_what_comes_after_a_letter_went_out_is_in_the_next_one(
    complaints: Complaints, engine: Database
) -> None:
    """Its worker died between the letter and Temporal: the attempt is repeated, and takes nothing along."""
    supervisor = f"ASKO-{uuid4().hex}"
    once = QUICK.model_copy(update={"resolution": POLICY.resolution, "remind_every": timedelta(days=1)})
    await late(complaints, supervisor, once)
    await until(lambda: _told(engine, supervisor, 1))
    digests, sent, following = Digests(engine), f"sent-{supervisor}", f"following-{supervisor}"
    assert (await digests.gather(sent, supervisor)).items == 0
    await digests.put_in_mailbox(sent, "s", "b", 0)
    await _unsay(engine, supervisor)
    again = await digests.gather(sent, supervisor)
    assert (again.items, again.state) == (0, "sent")
    following_items = (await digests.gather(following, supervisor)).items
    assert following_items >= 1
    with pytest.raises(GatheredMore):
        await digests.put_in_mailbox(following, "s", "b", following_items - 1)
    with pytest.raises(GatheredMore):
        await digests.claim(following, "s", "b", following_items - 1, "mailto")
    await digests.put_in_mailbox(following, "s", "b", following_items)
    assert set(await states(engine, supervisor)) == {"sent"}


async def _unsay(engine: Database, supervisor: str) -> None:
    """Makes what a supervisor was told pending again, in no letter."""
    async with transaction(engine) as connection:
        await connection.execute(
            update(MessageRow)
            .where(MessageRow.recipient == supervisor)
            .values(state="pending", sent_at=None, digest_id=None)
        )


async def test_a_flood_continues_as_new_and_keeps_its_rest(engine: Database) -> None:
    async with short_lived(plugin(engine, Settings(), load_jakarta()), 100) as client:
        rule = RULE.model_copy(update={"every": Span(amount=8, unit=SpanUnit.SECONDS)})
        handle = await client.start_workflow(
            DIGEST,
            DigestStart(recipient="NOBODY", rule=rule),
            id="digest-NOBODY",
            task_queue="complaints",
            start_signal=WAKE,
        )
        for _ in range(200):
            await handle.signal(WAKE)
        described = await handle.describe()
        assert described.raw_description.workflow_execution_info.first_run_id != described.run_id
        assert await handle.result() == 0
        runs = [execution async for execution in client.list_workflows("WorkflowType = 'Digest'")]
        histories = [
            await client.get_workflow_handle(run.id, run_id=run.run_id).fetch_history() for run in runs
        ]
        sent = sorted(moment for history in histories for moment in _letters_sent(history))
        assert 2 <= len(sent) <= 4, "one at once, and one for all that came in each eight seconds"
        assert all(after - before >= timedelta(seconds=8) for before, after in pairwise(sent))


async def test_waking_twice_is_waking_once(client: Client, worker: Worker) -> None:
    recipient = f"ASKO-{uuid4().hex}"
    handles = await asyncio.gather(
        *(
            client.start_workflow(
                DIGEST,
                DigestStart(recipient=recipient, rule=RULE),
                id=f"digest-{recipient}",
                task_queue="complaints",
                start_signal=WAKE,
            )
            for _ in range(5)
        ),
        return_exceptions=True,
    )
    assert all(not isinstance(handle, BaseException) for handle in handles)
    assert await client.get_workflow_handle(f"digest-{recipient}").result() == 0
