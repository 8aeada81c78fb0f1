"""What has happened to a complaint. Events are the only way its state changes, and all are kept."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.calendar import WorkingCalendar
from domain.clocks import ClockKind
from domain.commands import Actor, Evidence, HandBackReason, Other
from domain.organisation import Supervisor, Unit
from domain.place import Point, WardFound
from domain.refusal import RefusalCode
from domain.status import Outcome
from domain.value import Value


class Received(Value):
    """It arrived, was given a number and reached its first holder."""

    event: Literal["received"] = "received"
    number: str
    holder: Unit
    found: WardFound


class Accepted(Value):
    """The holder took it up."""

    event: Literal["accepted"] = "accepted"
    note: str = ""


class Moved(Value):
    """It has another holder. ``hops`` counts this move too; ``found`` is a better location, if given."""

    event: Literal["coordinated", "disposed", "handed_back", "reassigned"]
    sender: Unit
    to: Unit
    hops: int
    reason: HandBackReason | None = None
    point: Point | None = None
    found: WardFound | None = None
    note: str = ""


class HopLimitReached(Value):
    """From here on only the coordinator may move it; ``to`` is the coordinator who is told."""

    event: Literal["hop_limit_reached"] = "hop_limit_reached"
    hops: int
    to: Supervisor | None


class ProgressNoted(Value):
    """The holder noted progress."""

    event: Literal["progress_noted"] = "progress_noted"
    note: str
    photos: tuple[Evidence, ...] = ()


class Completed(Value):
    """The holder says it is done; ``validator`` is the other unit that checks."""

    event: Literal["completed"] = "completed"
    unit: Unit
    validator: Unit
    note: str
    evidence: tuple[Evidence, ...]


class Validated(Value):
    """The check found it done: the complaint is resolved."""

    event: Literal["validated"] = "validated"
    unit: str
    note: str = ""


class FollowUpRejected(Value):
    """The check found it not done: the unit must work again."""

    event: Literal["follow_up_rejected"] = "follow_up_rejected"
    unit: str
    note: str = ""


class Closed(Value):
    """Nothing more can happen."""

    event: Literal["closed", "withdrawn"] = "closed"
    outcome: Outcome
    note: str = ""


class Asked(Value):
    """The reporter is asked. ``stops_clock``: the resolution clock stands still until the reply."""

    event: Literal["asked"] = "asked"
    question: str
    stops_clock: bool


class Replied(Value):
    """The reporter answered."""

    event: Literal["replied"] = "replied"
    answer: str


class EwsRequested(Value):
    """The holder asked ``of`` for a later end."""

    event: Literal["ews_requested"] = "ews_requested"
    until: datetime
    of: Supervisor | None
    note: str


class EwsGranted(Value):
    """The resolution clock ends later: at ``until``."""

    event: Literal["ews_granted"] = "ews_granted"
    until: datetime
    note: str = ""


class EwsRefused(Value):
    """The resolution clock ends when it was to end."""

    event: Literal["ews_refused"] = "ews_refused"
    until: datetime
    note: str = ""


class Called(Value):
    """Somebody called the next supervisor by hand."""

    event: Literal["called"] = "called"
    step: int
    to: Supervisor
    note: str


class Rated(Value):
    """The reporter said how content they are, 1 to 5."""

    event: Literal["rated"] = "rated"
    score: int
    note: str = ""


class Reopened(Value):
    """The reporter said that it is not done."""

    event: Literal["reopened"] = "reopened"
    note: str


class Merged(Value):
    """It follows another complaint from here on."""

    event: Literal["merged"] = "merged"
    parent: Other
    note: str = ""


class Followed(Value):
    """Another complaint follows this one; or may not, and why."""

    event: Literal["followed"] = "followed"
    follower: Other
    declined: str = ""


class Separated(Value):
    """It no longer follows ``parent`` and goes its own way. ``why`` is a sentence for its timeline."""

    event: Literal["separated"] = "separated"
    parent: Other
    why: str


class ParentResolved(Value):
    """What it follows was found done; the work was done at ``moment``."""

    event: Literal["parent_resolved"] = "parent_resolved"
    parent: Other
    moment: datetime


class ParentReopened(Value):
    """What it follows is worked on again."""

    event: Literal["parent_reopened"] = "parent_reopened"
    parent: Other


class ClockMove(Value):
    """The end of a clock, before and after."""

    clock: ClockKind
    before: datetime
    after: datetime


class CalendarAdopted(Value):
    """Another working calendar holds from here on; ``moves`` are the ends that it moves."""

    event: Literal["calendar_adopted"] = "calendar_adopted"
    calendar: WorkingCalendar
    moves: tuple[ClockMove, ...]
    reason: str


class ReporterCorrected(Value):
    """The reporter's name and contact are these from here on."""

    event: Literal["reporter_corrected"] = "reporter_corrected"
    name: str | None
    contact: str | None


class ProcessingRestricted(Value):
    """What the reporter said is used for the complaint only; ``restricted`` false lifts that."""

    event: Literal["processing_restricted"] = "processing_restricted"
    restricted: bool


class PersonErased(Value):
    """Everything personal was erased: what was said, where in words, by whom, and every file."""

    event: Literal["person_erased"] = "person_erased"


class Warned(Value):
    """A clock is about to run out for ``unit``."""

    event: Literal["warned"] = "warned"
    clock: ClockKind
    unit: Unit
    due_at: datetime


class Breached(Value):
    """A clock ran out while ``unit`` was waited for."""

    event: Literal["breached"] = "breached"
    clock: ClockKind
    unit: Unit
    due_at: datetime


class Escalated(Value):
    """A step of the ladder: ``to`` is told that ``unit`` is late. ``due_at`` is the step's own moment."""

    event: Literal["escalated"] = "escalated"
    clock: ClockKind
    unit: Unit
    step: int
    to: Supervisor
    due_at: datetime


class Reminded(Value):
    """Still overdue after the whole ladder: its top is reminded. ``due_at`` is the reminder's own moment."""

    event: Literal["reminded"] = "reminded"
    clock: ClockKind
    unit: Unit
    count: int
    to: Supervisor | None
    due_at: datetime


class CommandRefused(Value):
    """Somebody who could not wait for an answer asked for what may not be."""

    event: Literal["command_refused"] = "command_refused"
    command: str
    code: RefusalCode
    message: str


class NotDelivered(Value):
    """A notice could not be delivered within the policy's patience: a human must see to it."""

    event: Literal["not_delivered"] = "not_delivered"
    about: int
    reason: str


Body = Annotated[
    Received
    | Accepted
    | Moved
    | HopLimitReached
    | ProgressNoted
    | Completed
    | Validated
    | FollowUpRejected
    | Closed
    | Asked
    | Replied
    | EwsRequested
    | EwsGranted
    | EwsRefused
    | Called
    | Rated
    | Reopened
    | Merged
    | Followed
    | Separated
    | ParentResolved
    | ParentReopened
    | CalendarAdopted
    | ReporterCorrected
    | ProcessingRestricted
    | PersonErased
    | Warned
    | Breached
    | Escalated
    | Reminded
    | CommandRefused
    | NotDelivered,
    Field(discriminator="event"),
]


class Event(Value):
    """A fact: what happened (``body``), when (UTC), by whom and from where.

    ``seq`` counts from 1 without gaps.
    """

    seq: int
    at: datetime
    by: Actor
    via: str
    command_id: str | None = None
    body: Body
