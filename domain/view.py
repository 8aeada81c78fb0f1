"""What readers see of a complaint: where it stands, its deadlines, what it waits for, its timeline.

Nothing here is personal data except ``Entry.detail``, which may quote a note.
"""

from datetime import datetime, timedelta

from domain.clocks import CLOSING, Clock, ClockKind, ClockState, Deadline, Pause, Stage
from domain.complaint import Complaint
from domain.events import (
    Asked,
    Breached,
    CalendarAdopted,
    Called,
    Closed,
    CommandRefused,
    Completed,
    Escalated,
    Event,
    EwsGranted,
    EwsRefused,
    EwsRequested,
    HopLimitReached,
    Moved,
    NotDelivered,
    Rated,
    Received,
    Reminded,
    Replied,
    Warned,
)
from domain.status import Outcome, Status
from domain.value import Value

LONGEST_DETAIL = 500
"""Characters of detail kept in a timeline entry; the whole note stands in the event itself."""

NOTABLE_LAG = timedelta(seconds=30)
"""A delay of the engine that is worth a word [O]."""


class DeadlineView(Value):
    """One clock as people read it: what it measures, when it is due, how it stands.

    ``pauses`` is the ledger of the times in which it stood still, ``paused_seconds`` their sum.
    """

    kind: ClockKind
    due_at: datetime
    state: ClockState
    paused_seconds: int = 0
    pauses: tuple[Pause, ...] = ()


class Entry(Value):
    """One line of the timeline."""

    seq: int
    at: datetime
    event: str
    by: str
    detail: str


class ComplaintView(Value):
    """Where a complaint stands. ``due_at`` is the citizen's: the end of the resolution clock.

    ``next_due_at`` is the nearest end of any running clock (past when overdue), None when none runs.
    ``waits_for`` says in one line, without personal data, what must happen next, by whom and when.
    """

    id: str
    number: str
    status: Status
    outcome: Outcome | None
    channel: str
    category: str
    unit: str
    ward: str | None
    ward_found_by: str
    hops: int
    escalation_level: int
    seq: int
    opened_at: datetime | None
    due_at: datetime | None
    next_due_at: datetime | None
    waits_for: str
    deadlines: tuple[DeadlineView, ...]


class Receipt(Value):
    """What a channel is answered with: enough to tell the reporter, and to follow the complaint.

    ``reference`` and ``digest`` are those of the intake that was taken, so that a channel which uses
    a reference again sees whether it said the same. ``access_code`` is None when it was given out
    by a workflow that is no longer kept.
    """

    reference: str
    digest: str
    number: str
    access_code: str | None
    status: Status
    unit: str
    ward: str | None
    due_at: datetime | None


def view(complaint: Complaint, complaint_id: str) -> ComplaintView:
    """The complaint as readers see it now."""
    intake, clocks = complaint.opening.intake, complaint.clocks
    resolution = clocks.get(ClockKind.RESOLUTION)
    return ComplaintView(
        id=complaint_id,
        number=complaint.number,
        status=complaint.status,
        outcome=complaint.outcome,
        channel=intake.channel,
        category=intake.category,
        unit=complaint.holder.code,
        ward=complaint.found.ward,
        ward_found_by=complaint.found.found_by,
        hops=complaint.hops,
        escalation_level=complaint.escalation_level,
        seq=complaint.seq,
        opened_at=complaint.opened_at,
        due_at=resolution.due_at if resolution else None,
        next_due_at=min((clock.due_at for clock in clocks.values() if clock.runs), default=None),
        waits_for=waits_for(complaint),
        deadlines=tuple(_deadline(clock) for clock in clocks.values()),
    )


def receipt(complaint: Complaint) -> Receipt:
    """The answer to whoever handed the complaint in."""
    resolution = complaint.clocks.get(ClockKind.RESOLUTION)
    return Receipt(
        reference=complaint.opening.intake.reference,
        digest=complaint.opening.intake.digest,
        number=complaint.number,
        access_code=complaint.opening.access_code,
        status=complaint.status,
        unit=complaint.holder.code,
        ward=complaint.found.ward,
        due_at=resolution.due_at if resolution else None,
    )


def waits_for(complaint: Complaint) -> str:
    """One sentence: who must do what, and what happens if nobody does."""
    if complaint.is_over:
        return f"Nothing: closed as {complaint.outcome}."
    deadline = complaint.next_deadline()
    if deadline is None:
        return "To be opened."
    there = deadline.due_at.astimezone(complaint.opening.policy.calendar.zone)
    return f"{_duty(complaint)} {_otherwise(deadline, f'{there:%Y-%m-%d %H:%M:%S %Z}')}"


def entry(event: Event) -> Entry:
    """An event as a line of the timeline. What the engine did late says by how much: that was ours."""
    detail = _detail(event)
    if (lag := _lag(event)) >= NOTABLE_LAG:
        detail = f"{detail} (done {lag // timedelta(seconds=1)} s late, because the service was down)"
    return Entry(
        seq=event.seq,
        at=event.at,
        event=event.body.event,
        by=event.by.code,
        detail=detail[:LONGEST_DETAIL],
    )


def _lag(event: Event) -> timedelta:
    """How long after its moment the engine did what the clocks demanded."""
    if isinstance(event.body, Breached | Escalated | Reminded):
        return event.at - event.body.due_at
    return timedelta()


def _deadline(clock: Clock) -> DeadlineView:
    return DeadlineView(
        kind=clock.kind,
        due_at=clock.due_at,
        state=clock.state,
        paused_seconds=round(clock.stood.total_seconds()),
        pauses=clock.pauses,
    )


def _duty(complaint: Complaint) -> str:
    holder = complaint.holder.name
    match complaint.status:
        case Status.IN_PROGRESS:
            return f"{holder} must complete it."
        case Status.FOLLOW_UP_REJECTED:
            return f"{holder} must work on it again."
        case Status.AWAITING_REPORTER:
            return "The reporter must answer."
        case Status.AWAITING_VALIDATION:
            return f"{complaint.validator.name if complaint.validator else holder} must validate it."
        case Status.RESOLVED:
            return "It is resolved; the reporter may still speak."
        case _:
            return f"{holder} must take it up."


def _otherwise(deadline: Deadline, when: str) -> str:
    match deadline.stage:
        case Stage.WARNING:
            return f"A warning about the {deadline.clock} time goes out at {when}."
        case Stage.BREACH if deadline.clock in CLOSING:
            return f"It is closed at {when}."
        case Stage.BREACH:
            return f"The {deadline.clock} time ends at {when}."
        case Stage.ESCALATION:
            return f"Step {deadline.step} of the ladder is taken at {when}."
        case Stage.REMINDER:
            return f"The top of the ladder is reminded at {when}."


def _detail(event: Event) -> str:
    match event.body:
        case Received(holder=holder, found=found):
            where = f"in ward {found.ward}" if found.ward else "without a ward"
            return f"received by {holder.name}, {where} ({found.found_by})"
        case Moved(sender=sender, to=to, reason=reason, note=note):
            because = f" because of {reason}" if reason else ""
            return _with_note(f"from {sender.name} to {to.name}{because}", note)
        case HopLimitReached(hops=hops, to=to):
            coordinator = to.name if to else "who is not named"
            return f"moved {hops} times; from here only the coordinator, {coordinator}, may move it"
        case Completed(unit=unit, validator=validator, note=note, evidence=evidence):
            return _with_note(f"{unit.name} shows {len(evidence)} evidence; {validator.name} validates", note)
        case Closed(outcome=outcome, note=note):
            return _with_note(f"outcome {outcome}", note)
        case Warned(clock=clock, unit=unit, due_at=due_at) | Breached(clock=clock, unit=unit, due_at=due_at):
            return f"{clock} time of {unit.name}, due {due_at:%Y-%m-%dT%H:%M:%SZ}"
        case Escalated(clock=clock, unit=unit, step=step, to=to):
            return f"step {step}: {to.name} is told that the {clock} time of {unit.name} ran out"
        case Reminded(clock=clock, unit=unit, count=count, to=to):
            whom = to.name if to else unit.name
            return f"reminder {count} to {whom}: the {clock} time of {unit.name} ran out"
        case CommandRefused(command=command, code=code, message=message):
            return f"{command}: {code}: {message}"
        case NotDelivered(about=about, reason=reason):
            return f"the notice about event {about} could not be delivered: {reason}"
        case Asked(question=question, stops_clock=stops):
            return _with_note("the clock stands still" if stops else "the clock goes on", question)
        case Replied(answer=answer):
            return answer
        case EwsRequested(until=until, of=of, note=note):
            whom = of.name if of else "nobody"
            return _with_note(f"until {until:%Y-%m-%dT%H:%M:%SZ}, to be decided by {whom}", note)
        case EwsGranted(until=until, note=note) | EwsRefused(until=until, note=note):
            return _with_note(f"until {until:%Y-%m-%dT%H:%M:%SZ}", note)
        case Called(step=step, to=to, note=note):
            return _with_note(f"step {step} by hand: {to.name}", note)
        case CalendarAdopted(moves=moves, reason=reason):
            moved = ", ".join(f"{move.clock} to {move.after:%Y-%m-%dT%H:%M:%SZ}" for move in moves)
            return _with_note(f"moves {moved}" if moved else "moves nothing that runs", reason)
        case Rated(score=score, note=note):
            return _with_note(f"{score} of 5", note)
        case body:
            return body.note


def _with_note(text: str, note: str) -> str:
    return f"{text}: {note}" if note else text
