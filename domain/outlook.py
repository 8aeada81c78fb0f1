"""What happens next: who has to do what, and what the clocks do, when and to whom, if nobody does."""

from datetime import datetime, tzinfo
from enum import StrEnum

from domain.clocks import CLOSING, ClockKind, Stage
from domain.complaint import Complaint
from domain.status import Status
from domain.value import Value

REPORTER = "reporter"


class Duty(StrEnum):
    """What the complaint waits for."""

    TAKE_UP = "take_up"
    COMPLETE = "complete"
    WORK_AGAIN = "work_again"
    ANSWER = "answer"
    VALIDATE = "validate"
    RESOLVE_PARENT = "resolve_parent"
    SPEAK = "speak"
    NOTHING = "nothing"


DUTIES = {
    Status.IN_PROGRESS: Duty.COMPLETE,
    Status.FOLLOW_UP_REJECTED: Duty.WORK_AGAIN,
    Status.AWAITING_REPORTER: Duty.ANSWER,
    Status.AWAITING_VALIDATION: Duty.VALIDATE,
    Status.FOLLOWING: Duty.RESOLVE_PARENT,
    Status.RESOLVED: Duty.SPEAK,
    Status.CLOSED: Duty.NOTHING,
}
"""In any other state it waits to be taken up."""

SENTENCES = {
    Duty.TAKE_UP: "{who} must take it up.",
    Duty.COMPLETE: "{who} must complete it.",
    Duty.WORK_AGAIN: "{who} must work on it again.",
    Duty.ANSWER: "The reporter must answer.",
    Duty.VALIDATE: "{who} must validate it.",
    Duty.RESOLVE_PARENT: "It follows {who} and is resolved with it.",
    Duty.SPEAK: "It is resolved; the reporter may still speak.",
}


class NextAlarm(Value):
    """What a clock does next if nobody acts: ``stage`` at ``at``, told ``to`` (a name, or "reporter").

    ``step`` counts the ladder's steps, or the reminders, from 1. ``closes``: the complaint ends then.
    """

    clock: ClockKind
    stage: Stage
    at: datetime
    step: int
    to: str
    closes: bool


class Outlook(Value):
    """What the complaint waits for: ``who`` (a name, a number, or "reporter") has which ``duty``."""

    duty: Duty
    who: str
    next: NextAlarm | None


def outlook(complaint: Complaint) -> Outlook:
    """What happens next, as the complaint stands."""
    duty = DUTIES.get(complaint.status, Duty.TAKE_UP)
    deadline = complaint.next_deadline()
    return Outlook(
        duty=duty,
        who=_who(complaint, duty),
        next=next_alarm(complaint, deadline.clock) if deadline else None,
    )


def next_alarm(complaint: Complaint, clock: ClockKind) -> NextAlarm | None:
    """What one clock does next, and whom it tells."""
    deadline = complaint.alarm_of(clock)
    if deadline is None:
        return None
    return NextAlarm(
        clock=clock,
        stage=deadline.stage,
        at=deadline.due_at,
        step=deadline.step,
        to=REPORTER if clock in CLOSING else complaint.told_at(deadline),
        closes=clock in CLOSING,
    )


def sentence(coming: Outlook, zone: tzinfo) -> str:
    """In one line, in English: who must do what, and what happens otherwise."""
    said = SENTENCES[coming.duty].format(who=coming.who)
    return f"{said} {_otherwise(coming.next, zone)}" if coming.next else said


def _who(complaint: Complaint, duty: Duty) -> str:
    if duty is Duty.VALIDATE and complaint.validator:
        return complaint.validator.name
    if duty is Duty.RESOLVE_PARENT and complaint.parent:
        return complaint.parent.number
    return REPORTER if duty in {Duty.ANSWER, Duty.SPEAK} else complaint.holder.name


def _otherwise(alarm: NextAlarm, zone: tzinfo) -> str:
    when = f"{alarm.at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"
    match alarm.stage:
        case Stage.WARNING:
            return f"A warning about the {alarm.clock} time goes to {alarm.to} at {when}."
        case Stage.BREACH if alarm.closes:
            return f"It is closed at {when}."
        case Stage.BREACH:
            return f"The {alarm.clock} time of {alarm.to} ends at {when}."
        case Stage.ESCALATION:
            return f"Step {alarm.step} of the ladder, {alarm.to}, is told at {when}."
        case Stage.REMINDER:
            return f"{alarm.to} is reminded at {when}."
