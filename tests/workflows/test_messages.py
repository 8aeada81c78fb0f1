"""What clients may rely on: updates, signals, queries and the start, on a real server and database."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.workflow import _Definition

from domain.clocks import ClockKind
from domain.commands import (
    REPORTER,
    Accept,
    Actor,
    AnyCommand,
    Close,
    Complete,
    Progress,
    Reassign,
    Validate,
    Withdraw,
)
from domain.intake import Opening, complaint_id
from domain.refusal import RefusalCode, Refused
from domain.status import Outcome, Status
from domain.view import Receipt, view
from durable.complaints import Complaints
from durable.contract import COMPLAINT, PERFORM, Start
from durable.queues import COMPLAINTS
from durable.signals import ARGUMENTS
from store.complaints import Reads, Recorder
from store.database import Database
from tests.city import BIRO, DESK, DINAS, KELURAHAN, PHOTO, Life, instruction, officer, opening
from workflows.complaint import ComplaintWorkflow
from workflows.digest import DigestWorkflow

LURAH = officer(KELURAHAN)
DONE = Complete(note="Selesai.", evidence=(PHOTO,))


class Case:
    """One complaint of a test: opened, and spoken to."""

    def __init__(self, complaints: Complaints, start: Opening) -> None:
        self.complaints = complaints
        self.start = start
        self.id = complaint_id(start.intake.channel, start.intake.reference)

    async def send(self, command: AnyCommand, actor: Actor, identity: str | None = None) -> Status:
        order = instruction(command, actor, identity or uuid4().hex)
        return (await self.complaints.perform(self.id, order)).status

    async def seen(self) -> list[str]:
        return [entry.event for entry in await self.complaints.timeline(self.id)]


@pytest.fixture
async def case(complaints: Complaints) -> Case:
    case = Case(complaints, opening(reference=uuid4().hex))
    await complaints.open(case.start)
    return case


async def test_a_complaint_lives_from_a_channel_to_closed(
    case: Case, engine: Database, client: Client
) -> None:
    steps: list[tuple[AnyCommand, Actor, Status]] = [
        (Accept(), LURAH, Status.IN_PROGRESS),
        (Progress(note="Di lokasi."), LURAH, Status.IN_PROGRESS),
        (DONE, LURAH, Status.AWAITING_VALIDATION),
        (Validate(accepted=True), officer(BIRO), Status.RESOLVED),
        (Close(), REPORTER, Status.CLOSED),
    ]
    for command, actor, status in steps:
        assert await case.send(command, actor) is status
    await client.get_workflow_handle(case.id).result()
    recorded = await Reads(engine).timeline(case.id)
    names = ["received", "accepted", "progress_noted", "completed", "validated", "closed"]
    assert [entry.event for entry in recorded] == names
    assert await case.seen() == names
    stored = await Reads(engine).by_id(case.id)
    assert stored == await case.complaints.state(case.id)
    assert (stored.status, stored.outcome, stored.next_due_at) == (Status.CLOSED, Outcome.RESOLVED, None)


async def test_twenty_starts_of_one_reference_are_one_complaint(complaints: Complaints) -> None:
    reference = uuid4().hex
    receipts = await asyncio.gather(*(complaints.open(opening(reference=reference)) for _ in range(20)))
    assert len({receipt.number for receipt in receipts}) == 1
    assert {receipt.access_code for receipt in receipts} == {"KODE-1234"}


async def test_a_start_after_the_end_finds_the_old_complaint(case: Case, client: Client) -> None:
    before = await case.complaints.open(case.start)
    await case.send(Withdraw(), REPORTER)
    await client.get_workflow_handle(case.id).result()
    assert (await case.complaints.open(case.start)).number == before.number


async def test_a_complaint_that_temporal_forgot_is_not_begun_again(
    case: Case, client: Client, engine: Database
) -> None:
    """After retention nothing hinders the same id from starting; the database still knows it."""
    before = await case.complaints.open(case.start)
    await case.send(Withdraw(), REPORTER)
    await client.get_workflow_handle(case.id).result()
    recorded = await Reads(engine).timeline(case.id)
    again: Receipt = await client.execute_workflow(
        COMPLAINT,
        Start(opening=case.start),
        id=case.id,
        task_queue=COMPLAINTS,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        result_type=Receipt,
    )
    assert (again.number, again.status, again.access_code) == (before.number, Status.CLOSED, None)
    assert await Reads(engine).timeline(case.id) == recorded


async def test_what_a_dead_worker_had_recorded_counts(case: Case, engine: Database) -> None:
    """It had decided and recorded, and died before Temporal knew: the next decision comes after that one."""
    before = await case.complaints.state(case.id)
    life = Life(case.start)
    life.complaint.number = before.number
    life.now += timedelta(hours=1)
    life.send(Accept(), LURAH, "of the dead")
    recorded = await Recorder(engine).record(view(life.complaint, case.id), life.events[1:], [])
    assert recorded == []
    assert await case.send(Reassign(to=DINAS), officer(DESK)) is Status.WAITING
    assert await case.seen() == ["received", "accepted", "reassigned"]
    timeline = await Reads(engine).timeline(case.id)
    assert timeline == await case.complaints.timeline(case.id)
    assert timeline[1].at == life.now
    assert await case.send(Accept(), LURAH, "of the dead") is Status.WAITING, "its sender may ask again"


async def test_a_decision_that_what_is_on_record_forbids_is_refused(case: Case, engine: Database) -> None:
    life = Life(case.start)
    life.send(Accept(), LURAH, "of the dead")
    await Recorder(engine).record(view(life.complaint, case.id), life.events[1:], [])
    with pytest.raises(Refused) as refused:
        await case.send(Accept(), LURAH)
    assert refused.value.code is RefusalCode.WRONG_STATE
    assert await case.seen() == ["received", "accepted"]
    assert await case.send(Progress(note="Di lokasi."), LURAH) is Status.IN_PROGRESS


async def test_what_may_not_be_is_refused_before_history(case: Case, client: Client) -> None:
    length = (await client.get_workflow_handle(case.id).describe()).history_length
    with pytest.raises(Refused) as refused:
        await case.send(DONE, LURAH)
    assert refused.value.code is RefusalCode.WRONG_STATE
    history = await client.get_workflow_handle(case.id).fetch_history()
    accepted = [
        event
        for event in history.events
        if event.HasField("workflow_execution_update_accepted_event_attributes")
    ]
    assert len(accepted) == 1, "only the receipt was accepted"
    assert length <= len(history.events)


async def test_the_same_command_id_is_carried_out_once(case: Case) -> None:
    await case.send(Accept(), LURAH)
    for _ in range(3):
        await case.send(Progress(note="Sekali."), LURAH, "the-same")
    assert (await case.seen()).count("progress_noted") == 1


async def test_signals_act_and_what_they_may_not_is_on_the_timeline(case: Case) -> None:
    later = case.complaints.perform_later
    await later(case.id, instruction(Reassign(to=DINAS), officer(DESK), "s1"))
    await later(case.id, instruction(DONE, LURAH, "s2"))
    await later(case.id, instruction(Accept(), officer(DINAS), "s3"))
    await later(case.id, instruction(DONE, officer(DINAS), "s4"))
    await later(case.id, instruction(DONE, officer(DINAS), "s4"))
    await _until(case.seen, ["received", "reassigned", "command_refused", "accepted", "completed"])


async def test_a_payload_that_is_no_command_is_refused_and_harms_nothing(case: Case, client: Client) -> None:
    handle = client.get_workflow_handle(case.id)
    with pytest.raises(Exception, match="update"):
        await handle.execute_update(PERFORM, {"command": {"kind": "explode"}})
    await handle.signal("perform_later", {"nonsense": True})
    assert await case.send(Accept(), LURAH) is Status.IN_PROGRESS


async def test_queries_tell_state_timeline_and_deadlines(case: Case) -> None:
    state = await case.complaints.state(case.id)
    assert (state.status, state.unit, state.hops, state.escalation_level) == (Status.WAITING, "KEL", 0, 0)
    assert {deadline.kind for deadline in await case.complaints.deadlines(case.id)} == {
        ClockKind.RESPONSE,
        ClockKind.RESOLUTION,
    }
    assert "Kelurahan Gambir must take it up." in state.waits_for


async def test_one_timer_is_pending_and_says_what_for(case: Case, client: Client) -> None:
    handle = client.get_workflow_handle(case.id)
    await case.send(Accept(), LURAH)
    history = await handle.fetch_history()
    started = [event for event in history.events if event.HasField("timer_started_event_attributes")]
    ended = [event for event in history.events if event.HasField("timer_canceled_event_attributes")]
    assert len(started) - len(ended) == 1
    (summary,) = await client.data_converter.decode([started[0].user_metadata.summary])
    assert summary.startswith("response warning of KEL")


async def test_operators_find_it_by_search_attributes(case: Case, client: Client) -> None:
    number = (await case.complaints.state(case.id)).number
    await case.send(Accept(), LURAH)

    async def found() -> list[str]:
        query = f"ComplaintNumber = '{number}' AND ComplaintStatus = 'IN_PROGRESS' AND Unit = 'KEL'"
        return [execution.id async for execution in client.list_workflows(query)]

    await _until(found, [case.id])


async def test_search_attributes_are_upserted_only_when_they_change(case: Case, client: Client) -> None:
    await case.send(Accept(), LURAH)
    for _ in range(3):
        await case.send(Progress(note="Lagi."), LURAH)
    history = await client.get_workflow_handle(case.id).fetch_history()
    upserts = [
        event
        for event in history.events
        if event.HasField("upsert_workflow_search_attributes_event_attributes")
    ]
    assert len(upserts) == 2, "one for the number, one for the acceptance, none for progress"


async def test_an_unknown_complaint_is_named_as_such(complaints: Complaints) -> None:
    with pytest.raises(Refused) as refused:
        await complaints.state("complaint-jaki-nowhere")
    assert refused.value.code is RefusalCode.UNKNOWN_NUMBER


async def _until(ask: Callable[[], Awaitable[object]], expected: object) -> None:
    """Asks until the answer is what is expected; the last answer is what fails."""
    for _ in range(100):
        if (answer := await ask()) == expected:
            return
        await asyncio.sleep(0.1)
    assert answer == expected


async def test_a_signal_with_nothing_or_too_much_in_it_is_dropped_and_harms_nothing(
    case: Case, client: Client
) -> None:
    handle = client.get_workflow_handle(case.id)
    for name in ARGUMENTS:
        await handle.signal(name)
        await handle.signal(name, None)
        await handle.signal(name, args=[1, 2])
    assert await case.send(Accept(), LURAH) is Status.IN_PROGRESS
    assert await case.seen() == ["received", "accepted"]
    history = await handle.fetch_history()
    assert not [e for e in history.events if e.HasField("workflow_task_failed_event_attributes")]


def test_every_signal_handler_is_told_apart_by_its_arguments() -> None:
    """A new signal belongs into ``ARGUMENTS``."""
    known = {}
    for kind in (ComplaintWorkflow, DigestWorkflow):
        for name, signal in _Definition.must_from_class(kind).signals.items():
            known[name] = len(signal.arg_types or ())
    assert known == ARGUMENTS
