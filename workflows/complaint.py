"""One complaint as a durable workflow: wait, let the aggregate decide, record, tell people, end.

Every rule is in ``domain``. Here stands only when things happen, and that nothing is lost on the way.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from activities.contracts import (
    ANNOUNCE,
    ESCALATE,
    OPEN,
    RECORD,
    REGISTER,
    Deliver,
    DigestRule,
    Escalate,
    Open,
    Opened,
    Recorded,
    Register,
    Registered,
    recording,
)
from domain.calendar import WorkingCalendar
from domain.commands import AnyCommand, Command, Complete, Follow, Instruction, Reassign
from domain.complaint import Complaint
from domain.draft import Draft
from domain.errands import Errand
from domain.events import ClockMove, Event, PersonErased
from domain.notices import Audience, Notice
from domain.refusal import Refused
from domain.timeline import Entry, entry, erased
from domain.value import Value
from domain.view import ComplaintView, DeadlineView, Receipt, receipt, view
from durable import search_attributes, timeouts
from durable.contract import (
    COMPLAINT,
    COMPLETE,
    DEADLINES,
    PERFORM,
    PERFORM_LATER,
    REASSIGN,
    RECEIPT,
    RECEIPT_OF,
    RECOUNT,
    STATE,
    TIMELINE,
    Resumed,
    Start,
)

T = TypeVar("T")
NEVER = datetime.min.replace(tzinfo=UTC)
KEPT_ENTRIES = 200
"""Timeline entries kept in the workflow; the whole timeline is in the database."""


@workflow.defn(name=COMPLAINT)
class ComplaintWorkflow:
    """The durable shell of a ``domain.complaint.Complaint``."""

    @workflow.init
    def __init__(self, start: Start) -> None:
        resumed = start.resumed
        self._complaint = resumed.complaint if resumed else Complaint.blank(start.opening)
        self._timeline = list(resumed.timeline) if resumed else []
        self._receipt = receipt(self._complaint) if resumed else None
        self._seen: ComplaintView | None = None
        self._found_by = search_attributes.attributes(self._view())
        self._is_erased = False
        self._passed = NEVER
        self._opens_in_one = start.opens_in_one
        self._under_way: set[asyncio.Task[None]] = set()
        # Handlers and the main loop await activities; one at a time, or events would be out of order.
        self._turn = asyncio.Lock()

    @workflow.run
    async def run(self, start: Start) -> Receipt:
        """Lives until the complaint is closed, everything is recorded and everyone has been told."""
        if not start.resumed:
            await self._open()
        while self._complaint.seq and not self._complaint.is_over:
            await self._wait_for_deadline()
            if self._may_continue_as_new():
                workflow.continue_as_new(self._handover())
            await self._decide(lambda _: [])
        await workflow.wait_condition(lambda: not self._under_way and workflow.all_handlers_finished())
        return self._answer()

    # -- messages ---------------------------------------------------------------------------------

    @workflow.update(name=RECEIPT)
    async def receipt(self) -> Receipt:
        """The number and where the complaint went, as soon as both are safely recorded."""
        await workflow.wait_condition(lambda: self._receipt is not None)
        return self._answer()

    @workflow.update(name=PERFORM)
    async def perform(self, instruction: Instruction[Command]) -> ComplaintView:
        """Carries a command out; returns when it is recorded. The sender learns at once if it may not be."""
        await workflow.wait_condition(lambda: self._receipt is not None)
        with _refusals_to_sender():
            await self._decide(lambda complaint: complaint.handle(instruction, self._now()))
        return self._view()

    @perform.validator
    def _may_perform(self, instruction: Instruction[Command]) -> None:
        with _refusals_to_sender():
            self._complaint.handle(instruction, self._now())

    @workflow.signal(name=REASSIGN)
    async def reassign(self, instruction: Instruction[Reassign]) -> None:
        """Gives the complaint to another unit, for a sender that cannot wait."""
        await self._perform_later(instruction)

    @workflow.signal(name=COMPLETE)
    async def complete(self, instruction: Instruction[Complete]) -> None:
        """Reports completion, for a sender that cannot wait."""
        await self._perform_later(instruction)

    @workflow.signal(name=PERFORM_LATER)
    async def perform_later(self, instruction: Instruction[Command]) -> None:
        """Any other command, for a sender that cannot wait."""
        await self._perform_later(instruction)

    @workflow.query(name=RECEIPT_OF)
    def receipt_of(self) -> Receipt:
        """The receipt of a complaint that may be closed."""
        return self._answer()

    @workflow.query(name=STATE)
    def state(self) -> ComplaintView:
        """Where the complaint stands."""
        return self._view()

    @workflow.query(name=TIMELINE)
    def timeline(self) -> list[Entry]:
        """What has happened, oldest first: the latest 200 entries."""
        return self._timeline

    @workflow.query(name=DEADLINES)
    def deadlines(self) -> list[DeadlineView]:
        """Each clock, when it is due and how it stands."""
        return list(self._view().deadlines)

    @workflow.query(name=RECOUNT)
    def recount(self, calendar: WorkingCalendar) -> tuple[ClockMove, ...] | None:
        """Which ends another working calendar would move; None when this one is in force already."""
        if self._complaint.is_over or calendar == self._complaint.opening.policy.calendar:
            return None
        return self._complaint.recounted(calendar)

    # -- deciding ---------------------------------------------------------------------------------

    async def _open(self) -> None:
        """Gets a number and records the arrival, before anything else is heard."""
        if not self._opens_in_one:
            await self._open_in_two()
            return
        info = workflow.info()
        asked = Open(
            complaint_id=info.workflow_id,
            first_run_id=info.first_execution_run_id,
            opening=self._complaint.opening,
            at=workflow.now(),
        )
        opened = await _recorded(OPEN, asked, Opened, "give it a number and record its arrival")
        if opened.existing is None:
            draft = Draft(self._complaint)
            draft.take(opened.events)
            self._keep(draft, opened.told)
        self._receipt = opened.existing or receipt(self._complaint)

    async def _open_in_two(self) -> None:
        registered = await self._register()
        if registered.existing is None:
            await self._decide(lambda complaint: complaint.open(registered.number, self._now()))
        self._receipt = registered.existing or receipt(self._complaint)

    async def _perform_later(self, instruction: Instruction[AnyCommand]) -> None:
        await workflow.wait_condition(lambda: self._receipt is not None)

        def decision(complaint: Complaint) -> list[Event]:
            try:
                return complaint.handle(instruction, self._now())
            except Refused as refused:
                return complaint.refuse(instruction, refused, self._now())

        await self._decide(decision)

    async def _decide(self, decision: Callable[[Complaint], list[Event]]) -> None:
        """One decision at a time, recorded before it counts. Raises ``Refused`` if the decision does.

        Should the record be ahead of Temporal, which was restored from an older backup say, then what is on
        record counts, and the decision is made after it.
        """
        async with self._turn:
            while True:
                draft, refused = Draft(self._complaint), None
                self._pass_deadlines(draft)
                try:
                    draft.take(decision(draft.complaint))
                except Refused as no:
                    refused = no
                if not draft.events:
                    break
                recorded = await self._record(draft)
                if not recorded.instead:
                    self._keep(draft, recorded.told)
                    break
                draft = Draft(self._complaint)
                draft.take(recorded.instead)
                self._keep(draft)
        if refused:
            raise refused

    def _pass_deadlines(self, draft: Draft) -> None:
        """Deadlines that have passed come first."""
        while (due := draft.complaint.next_deadline()) and due.due_at <= self._now():
            draft.take(draft.complaint.expire(due, self._now()))

    # -- acting -----------------------------------------------------------------------------------

    async def _register(self) -> Registered:
        info, intake = workflow.info(), self._complaint.opening.intake
        asked = Register(
            complaint_id=info.workflow_id,
            first_run_id=info.first_execution_run_id,
            channel=intake.channel,
            reference=intake.reference,
            at=workflow.now(),
        )
        return await _recorded(REGISTER, asked, Registered, "give it a number")

    async def _record(self, draft: Draft) -> Recorded:
        """Keeps what was decided; or says what stands there already and must be taken in first.

        An ordinary activity: around a local one a query may move ``workflow.now()``, on replay only.
        """
        what = recording(draft, workflow.info().workflow_id)
        return await _recorded(RECORD, what, Recorded, ", ".join(event.body.event for event in draft.events))

    def _keep(self, draft: Draft, told: Sequence[str] = ()) -> None:
        """From here on it counts: operators see it, people and other complaints are told.

        ``told`` are the keys of notices that went out with the record.
        """
        self._complaint = draft.complaint
        if any(isinstance(event.body, PersonErased) for event in draft.events):
            self._is_erased, self._timeline = True, erased(self._timeline)
        self._timeline = [*self._timeline, *map(entry, draft.events)][-KEPT_ENTRIES:]
        self._show(self._view())
        self._tell([notice for notice in draft.notices if notice.key not in told])
        for errand in draft.errands:
            self._start(self._run_errand(errand))

    def _show(self, now: ComplaintView) -> None:
        """Search attributes cost an event and are changed only when they differ; details cost none."""
        found_by = search_attributes.attributes(now)
        if changes := search_attributes.changes(self._found_by, found_by):
            workflow.upsert_search_attributes(changes)
        self._found_by = found_by
        workflow.set_current_details(
            f"**{now.number}** {now.status}, held by {now.unit}, {now.hops} hops, "
            f"escalation level {now.escalation_level}\n\n{now.waits_for}"
        )

    def _tell(self, told: list[Notice]) -> None:
        """Starts the deliveries and does not wait: a mail server that hangs must not hold a complaint up."""
        supervisors = [notice for notice in told if notice.audience is Audience.SUPERVISOR]
        others = [notice for notice in told if notice.audience is not Audience.SUPERVISOR]
        if others:
            keys = tuple(notice.key for notice in others)
            self._start(
                self._deliver(ANNOUNCE, Deliver(complaint_id=workflow.info().workflow_id, keys=keys), others)
            )
        if supervisors:
            recipients = tuple(dict.fromkeys(notice.to for notice in supervisors))
            self._start(
                self._deliver(
                    ESCALATE, Escalate(recipients=recipients, rule=self._digest_rule()), supervisors
                )
            )

    def _digest_rule(self) -> DigestRule:
        policy = self._complaint.opening.policy
        return DigestRule(every=policy.digest_every, calendar=policy.calendar, within=policy.deliver_within)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        """Something that is not waited for, but that the complaint does not end without."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, activity: str, what: Deliver | Escalate, going: list[Notice]) -> None:
        try:
            await workflow.execute_activity(
                activity,
                what,
                start_to_close_timeout=timeouts.DELIVERY_ATTEMPT,
                schedule_to_close_timeout=self._complaint.opening.policy.deliver_within,
                retry_policy=timeouts.DELIVERY_RETRY,
                summary=", ".join(f"tell {notice.to} {notice.event}" for notice in going),
            )
        except ActivityError as failure:
            reason = str(failure.cause or failure)
            for seq in sorted({notice.seq for notice in going}):
                await self._decide(partial(Complaint.undelivered, about=seq, reason=reason, at=self._now()))

    async def _run_errand(self, errand: Errand) -> None:
        """Tells another complaint. One that is closed hears nothing; a parent that is, leads nobody."""
        other = workflow.get_external_workflow_handle(errand.to.id)
        try:
            await other.signal(PERFORM_LATER, errand.instruction)
        except FailureError:
            if isinstance(errand.instruction.command, Follow):
                why = f"{errand.to.number} is closed"
                await self._decide(partial(Complaint.orphaned, why=why, at=self._now()))

    async def _wait_for_deadline(self) -> None:
        """Sleeps until the nearest deadline. One that moves later is slept on; an earlier one wakes."""
        deadline = self._complaint.next_deadline()
        if deadline is None or deadline.due_at <= workflow.now():
            return
        try:
            await workflow.wait_condition(
                lambda: self._is_called_before(deadline.due_at),
                timeout=deadline.due_at - workflow.now(),
                timeout_summary=f"{deadline.clock} {deadline.stage} of {self._complaint.holder.code}",
            )
        except TimeoutError:
            self._passed = deadline.due_at

    def _now(self) -> datetime:
        """The moment of a decision: never before a deadline whose timer has fired (decision 52)."""
        return max(workflow.now(), self._passed)

    def _is_called_before(self, moment: datetime) -> bool:
        upcoming = self._complaint.next_deadline()
        return upcoming is None or upcoming.due_at < moment or self._may_continue_as_new()

    def _may_continue_as_new(self) -> bool:
        """Only between decisions and with nothing under way, so that nothing is cut off.

        After an erasure too: what was said stands in this run's history, which must end to be forgotten.
        """
        return (
            (self._is_erased or workflow.info().is_continue_as_new_suggested())
            and not self._complaint.is_over
            and not self._turn.locked()
            and not self._under_way
            and workflow.all_handlers_finished()
        )

    def _handover(self) -> Start:
        resumed = Resumed(complaint=self._complaint, timeline=tuple(self._timeline))
        return Start(opening=self._complaint.opening, resumed=resumed)

    # -- answering --------------------------------------------------------------------------------

    def _view(self) -> ComplaintView:
        """Where it stands; made anew only after an event, since nothing else changes it."""
        if self._seen is None or self._seen.seq != self._complaint.seq:
            self._seen = view(self._complaint, workflow.info().workflow_id)
        return self._seen

    def _answer(self) -> Receipt:
        if self._receipt is None:
            raise ApplicationError("The complaint has no number yet.", type="NOT_YET_OPEN")
        return self._receipt if self._complaint.seq == 0 else receipt(self._complaint)


async def _recorded(activity: str, what: Value, kind: type[T], summary: str) -> T:
    """Something that must be done, however long it takes."""
    done: T = await workflow.execute_activity(
        activity,
        what,
        result_type=kind,
        start_to_close_timeout=timeouts.RECORD_ATTEMPT,
        retry_policy=timeouts.RECORD_RETRY,
        summary=summary,
    )
    return done


@contextmanager
def _refusals_to_sender() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        raise ApplicationError(refused.message, type=refused.code, non_retryable=True) from None
