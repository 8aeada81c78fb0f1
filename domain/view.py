"""What readers see of a complaint: where it stands, its deadlines, what happens next. Nothing personal."""

from datetime import datetime

from domain.clocks import Clock, ClockKind, ClockState, Pause
from domain.complaint import Complaint
from domain.outlook import NextAlarm, Outlook, next_alarm, outlook, sentence
from domain.status import Outcome, Status
from domain.value import Value


class DeadlineView(Value):
    """One clock as people read it: what it measures, when it is due, how it stands.

    ``pauses`` is the ledger of the times in which it stood still, ``paused_seconds`` their sum;
    ``next`` is what it does next by itself, when and to whom.
    """

    kind: ClockKind
    due_at: datetime
    state: ClockState
    paused_seconds: int = 0
    pauses: tuple[Pause, ...] = ()
    next: NextAlarm | None = None


class ComplaintView(Value):
    """Where a complaint stands. ``due_at`` is the citizen's: the end of the resolution clock.

    ``next_due_at`` is the nearest end of any running clock (past when overdue), None when none runs.
    ``waits_for`` says in one line, without personal data, what must happen next, by whom and when;
    ``outlook`` says the same in parts. ``parent`` is the number of the complaint that it follows.
    ``validator`` is the code of the unit that has to check a completion, ``ews_until`` the later end that
    was asked for and is not decided.
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
    outlook: Outlook
    parent: str | None = None
    validator: str | None = None
    ews_until: datetime | None = None
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
    resolution, coming = clocks.get(ClockKind.RESOLUTION), outlook(complaint)
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
        waits_for=_waits_for(complaint, coming),
        outlook=coming,
        parent=complaint.parent.number if complaint.parent else None,
        validator=complaint.validator.code if complaint.validator else None,
        ews_until=complaint.ews,
        deadlines=tuple(_deadline(complaint, clock) for clock in clocks.values()),
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


def _waits_for(complaint: Complaint, coming: Outlook) -> str:
    """One sentence: who must do what, and what happens if nobody does."""
    if complaint.is_over:
        return f"Nothing: closed as {complaint.outcome}."
    if not complaint.seq:
        return "To be opened."
    return sentence(coming, complaint.opening.policy.calendar.zone)


def _deadline(complaint: Complaint, clock: Clock) -> DeadlineView:
    return DeadlineView(
        kind=clock.kind,
        due_at=clock.due_at,
        state=clock.state,
        paused_seconds=round(clock.stood.total_seconds()),
        pauses=clock.pauses,
        next=next_alarm(complaint, clock.kind),
    )
