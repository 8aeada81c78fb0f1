"""The paths that need more than clients: a record that is ahead, media that fail, a very long life, nonsense.

``record_histories.py`` runs them on a server that suggests continue-as-new at 100 events, with ``ROUTES``.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy

from activities.contracts import DigestRule
from domain.commands import (
    REPORTER,
    SERVICE,
    Accept,
    Close,
    ErasePerson,
    Merge,
    Other,
    Progress,
    Reassign,
    Validate,
    Withdraw,
)
from domain.intake import Opening, complaint_id
from domain.organisation import Supervisor, Unit, UnitKind
from domain.period import Period, PeriodKind
from domain.person import WARN_BEFORE, WITHIN, Decision, PersonRequest, Right
from domain.policy import Policy, Span, SpanUnit
from domain.view import view
from durable import timeouts
from durable.complaints import Complaints
from durable.contract import (
    ALERTS,
    COMPLAINT,
    DIGEST,
    INTEGRITY,
    PERFORM_LATER,
    REPORT,
    REPORT_DUE,
    RETENTION,
    WAKE,
    DigestStart,
    Start,
    report_id,
)
from durable.persons import PersonRequests
from store.complaints import Recorder
from store.database import Database
from tests.city import (
    ASISTEN_KOTA,
    BIRO,
    DESK,
    DINAS,
    KELURAHAN,
    POLICY,
    SEKRETARIS,
    Life,
    officer,
    opening,
)
from tests.workflows.paths import DONE, LURAH, QUICK, Path, Told, start

DEAF, BOXED, DEAF_SUPERVISOR, DEAF_COORDINATOR = "KEL-DEAF", "KEL-BOXED", "ASKO-DEAF", "ASDA-EKO"
ROUTES = (
    f'{DEAF} = ["nonsense://x"]\n{BOXED} = ["mailbox://"]\n'
    f'{DEAF_SUPERVISOR} = ["nonsense://x"]\n{DEAF_COORDINATOR} = ["nonsense://x"]\n'
)
"""Units whose letters no medium takes, or whose letters go by an activity of their own."""

SUGGEST_AT = 100
"""Events at which the server suggests to continue as new."""

NOTES = 40
ONCE = QUICK.model_copy(update={"resolution": POLICY.resolution, "remind_every": timedelta(days=1)})
"""Quick to respond, and then quiet."""


class Scene(NamedTuple):
    """What a rare path acts upon."""

    client: Client
    engine: Database

    @property
    def complaints(self) -> Complaints:
        return Complaints(self.client)


async def long_life_first_run(scene: Scene) -> Told:
    path = await _long_life(scene)
    described = await scene.client.get_workflow_handle(path.id).describe()
    return Told(path.id, described.raw_description.workflow_execution_info.first_run_id)


async def long_life_later_run(scene: Scene) -> Told:
    path = await _long_life(scene)
    described = await scene.client.get_workflow_handle(path.id).describe()
    assert described.run_id != described.raw_description.workflow_execution_info.first_run_id
    return Told(path.id)


async def _long_life(scene: Scene) -> Path:
    path = await _opened(scene, start())
    await path.send(Accept(), LURAH)
    for number in range(NOTES):
        await path.send(Progress(note=f"Catatan {number}."), LURAH, f"note-{number}")
        await asyncio.sleep(0.05)  # it continues when nothing is under way
    await path.send(Withdraw(), REPORTER)
    return path


async def adopted_from_the_record(scene: Scene) -> Told:
    """Somebody's acceptance is on record, Temporal does not know it: the next command comes after it."""
    path = await _opened(scene, start())
    await _accepted_on_record_only(scene, path)
    await path.send(Reassign(to=DINAS), officer(DESK))
    assert await path.seen() == ["received", "accepted", "reassigned"]
    return await _withdrawn(path)


async def refused_by_the_record(scene: Scene) -> Told:
    """What Temporal's state allows, the record forbids: an update that was accepted is refused."""
    path = await _opened(scene, start())
    await _accepted_on_record_only(scene, path)
    await path.refused(Accept(), LURAH)
    return await _withdrawn(path)


async def refused_signal_after_the_record(scene: Scene) -> Told:
    path = await _opened(scene, start())
    await _accepted_on_record_only(scene, path)
    await path.leave(Accept(), LURAH)
    await path.until("command_refused")
    return await _withdrawn(path)


async def _accepted_on_record_only(scene: Scene, path: Path) -> None:
    before = await path.complaints.state(path.id)
    assert before.opened_at is not None
    life = Life(path.start, before.opened_at)
    life.complaint.number = before.number
    life.now += timedelta(milliseconds=1)
    life.send(Accept(), LURAH, "of the dead")
    await Recorder(scene.engine).record(view(life.complaint, path.id), life.events[1:], [])


async def undelivered(scene: Scene) -> Told:
    path = await _opened(scene, _of(_unit(DEAF)))
    await path.until("not_delivered")
    return await _withdrawn(path)


async def undelivered_after_the_end(scene: Scene) -> Told:
    """The last letter is found undeliverable when the complaint is over."""
    path = await _opened(scene, _of(_unit(DEAF)))
    await path.until("not_delivered")
    await path.send(Withdraw(), REPORTER)
    await path.until("not_delivered", 2)
    return Told(path.id)


async def told_by_activity(scene: Scene) -> Told:
    path = await _opened(scene, _of(_unit(BOXED), ONCE))
    await path.until("escalated")
    await path.send(Accept(), officer(_unit(BOXED)))
    return await _withdrawn(path)


async def letter_given_up(scene: Scene) -> Told:
    """The digest of a supervisor whom nothing reaches."""
    path = await _of_a_deaf_supervisor(scene)
    await _withdrawn(path)
    return Told(f"digest-{DEAF_SUPERVISOR}")


async def of_a_letter_given_up(scene: Scene) -> Told:
    return await _withdrawn(await _of_a_deaf_supervisor(scene))


async def _of_a_deaf_supervisor(scene: Scene) -> Path:
    above = ASISTEN_KOTA.model_copy(update={"code": DEAF_SUPERVISOR})
    path = await _opened(scene, _of(KELURAHAN.model_copy(update={"ladder": (above,)}), ONCE))
    await path.until("not_delivered")
    return path


async def flood_first_run(scene: Scene) -> Told:
    handle_id = await _flood(scene)
    described = await scene.client.get_workflow_handle(handle_id).describe()
    return Told(handle_id, described.raw_description.workflow_execution_info.first_run_id)


async def flood_later_run(scene: Scene) -> Told:
    return Told(await _flood(scene))


async def _flood(scene: Scene) -> str:
    """A digest that is woken so often that it continues as new."""
    recipient = f"ASKO-{uuid4().hex}"
    handle = await scene.client.start_workflow(
        DIGEST,
        DigestStart(
            recipient=recipient,
            rule=DigestRule(
                every=Span(amount=4, unit=SpanUnit.SECONDS),
                calendar=POLICY.calendar,
                within=timedelta(seconds=20),
            ),
        ),
        id=f"digest-{recipient}",
        task_queue="complaints",
        start_signal=WAKE,
    )
    for _ in range(2 * SUGGEST_AT):
        await handle.signal(WAKE)
    await handle.result()
    return handle.id


async def last_resort(scene: Scene) -> Told:
    """A unit without a ladder: the last resort is told."""
    path = await _opened(scene, _of(KELURAHAN.model_copy(update={"ladder": ()})))
    await path.until("reminded")
    return await _withdrawn(path)


async def ladder_is_shorter(scene: Scene) -> Told:
    """Two supervisors for three steps, and the first of them in the middle of things."""
    unit = KELURAHAN.model_copy(update={"ladder": (ASISTEN_KOTA, SEKRETARIS)})
    path = await _opened(scene, _of(unit, ONCE))
    await path.until("escalated", 2)
    await path.send(Accept(), LURAH)
    return await _withdrawn(path)


async def many_at_once(scene: Scene) -> Told:
    """Updates and signals that arrive together, with the opening still under way."""
    begun = start()
    path = Path(scene.complaints, begun)
    opened = asyncio.create_task(path.open())
    for _ in range(100):
        try:
            await path.leave(Accept(), LURAH)
        except Exception:  # noqa: BLE001 - not started yet
            await asyncio.sleep(0.01)
        else:
            break
    await opened
    await path.until("accepted")
    notes = [path.send(Progress(note=f"Bersama {number}."), LURAH) for number in range(6)]
    later = [path.leave(Progress(note=f"Kemudian {number}."), LURAH) for number in range(4)]
    await asyncio.gather(*notes, *later)
    await path.until("progress_noted", 10)
    return await _withdrawn(path)


async def known_reference(scene: Scene) -> Told:
    """The same reference again when Temporal has forgotten the first: it finds the number and ends."""
    return await _known_reference(scene, opens_in_one=False)


async def known_reference_opened_in_one(scene: Scene) -> Told:
    return await _known_reference(scene, opens_in_one=True)


async def _known_reference(scene: Scene, *, opens_in_one: bool) -> Told:
    path = await _opened(scene, start())
    await _withdrawn(path)
    await scene.client.get_workflow_handle(path.id).result()
    again = await scene.client.start_workflow(
        COMPLAINT,
        Start(opening=path.start, opens_in_one=opens_in_one),
        id=path.id,
        task_queue="complaints",
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )
    await again.result()
    return Told(path.id)


async def told_a_closed_follower(scene: Scene) -> Told:
    """News for a follower that is closed: it hears nothing, and nobody minds."""
    parent, child = await _opened(scene, start()), await _opened(scene, start())
    await child.send(Merge(parent=await parent.itself()), LURAH)
    await parent.until("followed")
    await child.send(Withdraw(), REPORTER)
    await scene.client.get_workflow_handle(child.id).result()
    await parent.send(Accept(), LURAH)
    await parent.send(DONE, LURAH)
    await parent.send(Validate(accepted=True), officer(BIRO))
    await parent.send(Close(), REPORTER)
    return Told(parent.id)


async def merged_into_nothing(scene: Scene) -> Told:
    """The parent was never there: the follower goes its own way again."""
    path = await _opened(scene, start())
    nobody = Other(number="JK2601010001", id=complaint_id("jaki", uuid4().hex))
    await path.send(Merge(parent=nobody), LURAH)
    await path.until("separated")
    return await _withdrawn(path)


async def spoken_to_in_nonsense(scene: Scene) -> Told:
    """Messages that are no commands, straight to Temporal: nothing is lost, nothing is stuck."""
    path = await _opened(scene, start())
    handle = scene.client.get_workflow_handle(path.id)
    await handle.signal(PERFORM_LATER, {"nonsense": True})
    await handle.signal(PERFORM_LATER, "nonsense")
    await handle.signal("no such signal", 1)
    await path.send(Accept(), LURAH)
    return await _withdrawn(path)


async def alerts_sent(scene: Scene) -> Told:
    handle = await scene.client.start_workflow(ALERTS, id=f"alerts-{uuid4().hex}", task_queue="complaints")
    await handle.result()
    return Told(handle.id)


async def _opened(scene: Scene, begun: Opening) -> Path:
    path = Path(scene.complaints, begun)
    await path.open()
    return path


async def _withdrawn(path: Path) -> Told:
    await path.send(Withdraw(), REPORTER)
    return Told(path.id)


def _unit(code: str) -> Unit:
    return Unit(
        code=code,
        name=code,
        kind=UnitKind.KELURAHAN,
        parent="KEC",
        ward="31.71.01.1001",
        ladder=(Supervisor(code="ASKO", name="Asisten", kind=UnitKind.ASISTEN),),
    )


def _of(unit: Unit, policy: Policy = QUICK) -> Opening:
    return opening(policy=policy, reference=uuid4().hex).model_copy(update={"kelurahan": unit})


async def erased_first_run(scene: Scene) -> Told:
    path = await _erased(scene)
    described = await scene.client.get_workflow_handle(path.id).describe()
    return Told(path.id, described.raw_description.workflow_execution_info.first_run_id)


async def erased_later_run(scene: Scene) -> Told:
    path = await _erased(scene)
    await path.send(Accept(), LURAH)
    return await _withdrawn(path)


async def _erased(scene: Scene) -> Path:
    """The run in whose history the words stand ends at once, and another goes on."""
    path = await _opened(scene, start())
    handle = scene.client.get_workflow_handle(path.id)
    first = (await handle.describe()).run_id
    await path.send(ErasePerson(), SERVICE)
    while (await handle.describe()).run_id == first:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.05)
    return path


async def person_erased(scene: Scene) -> Told:
    path = await _opened(scene, start())
    usual, timeouts.SEALING_TURNED = timeouts.SEALING_TURNED, timedelta(seconds=1)
    asked = await _asked(scene, path, Right.ERASE)
    await _decided(scene, asked, granted=True)
    timeouts.SEALING_TURNED = usual
    return asked


async def person_corrected(scene: Scene) -> Told:
    path = await _opened(scene, start())
    asked = await _asked(scene, path, Right.CORRECT, name="Siti")
    return await _decided(scene, asked, granted=True)


async def person_refused(scene: Scene) -> Told:
    path = await _opened(scene, start())
    return await _decided(scene, await _asked(scene, path, Right.ERASE), granted=False)


async def person_urgent(scene: Scene) -> Told:
    """Undecided when it becomes urgent."""
    path = await _opened(scene, start())
    asked = await _asked(scene, path, Right.RESTRICT, age=WITHIN - WARN_BEFORE - timedelta(seconds=2))
    await asyncio.sleep(3)
    return await _decided(scene, asked, granted=True)


async def person_late(scene: Scene) -> Told:
    """Undecided for longer than the law gives."""
    path = await _opened(scene, start())
    asked = await _asked(scene, path, Right.ACCESS, age=WITHIN + timedelta(hours=1))
    await asyncio.sleep(1)
    return await _decided(scene, asked, granted=True)


async def _asked(
    scene: Scene, path: Path, right: Right, age: timedelta = timedelta(), name: str | None = None
) -> Told:
    now = datetime.now(UTC)
    number = (await path.itself()).number
    request = PersonRequest(id=uuid4().hex, right=right, numbers=(number,), asked_at=now - age, name=name)
    await PersonRequests(scene.client, "complaints").ask(request)
    return Told(f"person-{request.id}")


async def _decided(scene: Scene, asked: Told, *, granted: bool) -> Told:
    decision = Decision(granted=granted, by="o-x", at=datetime.now(UTC), reason="Bukan pelapornya.")
    await PersonRequests(scene.client, "complaints").decide(asked.id.removeprefix("person-"), decision)
    await scene.client.get_workflow_handle(asked.id).result()
    return asked


async def retention_over(scene: Scene) -> Told:
    handle = await scene.client.start_workflow(
        RETENTION, id=f"retention-{uuid4().hex}", task_queue="complaints"
    )
    await handle.result()
    return Told(handle.id)


async def integrity_looked_at(scene: Scene) -> Told:
    handle = await scene.client.start_workflow(
        INTEGRITY, id=f"integrity-{uuid4().hex}", task_queue="complaints"
    )
    await handle.result()
    return Told(handle.id)


async def report_sent(scene: Scene) -> Told:
    """To all coordinators but one, whose letter is given up."""
    period = Period.ended_before(PeriodKind.DAY, datetime(2020, 1, 2, tzinfo=UTC))
    handle = await scene.client.start_workflow(REPORT, period, id=report_id(period), task_queue="complaints")
    assert await handle.result() > 1
    return Told(handle.id)


async def report_due(scene: Scene) -> Told:
    return await _report_due(scene, PeriodKind.WEEK)


async def report_due_again(scene: Scene) -> Told:
    await _report_due(scene, PeriodKind.DAY)
    return await _report_due(scene, PeriodKind.DAY)


async def _report_due(scene: Scene, kind: PeriodKind) -> Told:
    handle = await scene.client.start_workflow(
        REPORT_DUE, kind, id=f"report-{uuid4().hex}", task_queue="complaints"
    )
    name = await handle.result()
    await scene.client.get_workflow_handle(f"report-{name}").result()
    return Told(handle.id)


RARE_PATHS: tuple[Callable[[Scene], Awaitable[Told]], ...] = (
    long_life_first_run,
    long_life_later_run,
    adopted_from_the_record,
    refused_by_the_record,
    refused_signal_after_the_record,
    undelivered,
    undelivered_after_the_end,
    told_by_activity,
    letter_given_up,
    of_a_letter_given_up,
    flood_first_run,
    flood_later_run,
    last_resort,
    ladder_is_shorter,
    many_at_once,
    known_reference,
    known_reference_opened_in_one,
    told_a_closed_follower,
    merged_into_nothing,
    spoken_to_in_nonsense,
    alerts_sent,
    erased_first_run,
    erased_later_run,
    person_erased,
    person_corrected,
    person_refused,
    person_urgent,
    person_late,
    retention_over,
    integrity_looked_at,
    report_sent,
    report_due,
    report_due_again,
)
