"""Who is to be told about an event. How the word goes out is the business of ``notify``."""

from enum import StrEnum

from domain.complaint import Complaint
from domain.events import (
    Accepted,
    Asked,
    Breached,
    Called,
    Closed,
    Completed,
    Escalated,
    Event,
    EwsGranted,
    EwsRefused,
    EwsRequested,
    FollowUpRejected,
    HopLimitReached,
    Merged,
    Moved,
    NotDelivered,
    ParentReopened,
    ParentResolved,
    ProgressNoted,
    Rated,
    Received,
    Reminded,
    Reopened,
    Replied,
    Separated,
    Validated,
    Warned,
)
from domain.status import Outcome
from domain.value import Value


class Audience(StrEnum):
    """What sort of recipient: it decides the words, the medium and the urgency."""

    UNIT = "unit"
    REPORTER = "reporter"
    SUPERVISOR = "supervisor"


class Notice(Value):
    """One message to send: about which event, to whom. ``to`` is a unit's code, or "reporter"."""

    seq: int
    event: str
    audience: Audience
    to: str

    @property
    def key(self) -> str:
        """Names this delivery within its complaint: the same notice has the same key, always."""
        return f"{self.seq}/{self.to}"


def notices(event: Event, complaint: Complaint) -> list[Notice]:
    """Who is told about an event that has just been applied to the complaint; may be nobody."""
    return [
        Notice(seq=event.seq, event=event.body.event, audience=audience, to=to)
        for audience, to in _recipients(event, complaint)
    ]


def _recipients(event: Event, complaint: Complaint) -> list[tuple[Audience, str]]:
    reporter = (Audience.REPORTER, "reporter")
    holder = (Audience.UNIT, complaint.holder.code)
    match event.body:
        case Received() | Moved() | Separated():
            return [holder, reporter]
        case Merged() | ParentResolved() | ParentReopened():
            return [reporter]
        case Accepted() | ProgressNoted():
            return [reporter]
        case Completed(validator=validator):
            return [(Audience.UNIT, validator.code)]
        case Asked():
            return [reporter]
        case Replied() | EwsRefused() | Reopened() | Rated():
            return [holder]
        case EwsGranted():
            return [holder, reporter]
        case Called(to=to):
            return [(Audience.SUPERVISOR, to.code)]
        case EwsRequested(of=to) if to:
            return [(Audience.SUPERVISOR, to.code)]
        case Closed(outcome=Outcome.REJECTED):
            return [holder, reporter]
        case Validated():
            return [holder, reporter]
        case FollowUpRejected():
            return [holder]
        case Closed(event="withdrawn"):
            return [holder, reporter]
        case Closed():
            return [reporter]
        case NotDelivered(about=about) if about not in complaint.gave_up:
            return [(Audience.UNIT, complaint.opening.desk.code)]
        case Warned(unit=unit) | Breached(unit=unit):
            return [(Audience.UNIT, unit.code)]
        case Escalated(to=to):
            return [(Audience.SUPERVISOR, to.code)]
        case Reminded(to=to) | HopLimitReached(to=to) if to:
            return [(Audience.SUPERVISOR, to.code)]
        case _:
            return []
