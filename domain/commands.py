"""What people may ask of a complaint, and the one table of who may ask it when."""

from enum import StrEnum
from typing import Annotated, Generic, Literal, NamedTuple, Self, TypeVar

from pydantic import AwareDatetime, Field, model_validator

from domain.calendar import WorkingCalendar
from domain.organisation import Unit
from domain.place import Point, WardFound
from domain.status import Outcome, Status
from domain.text import Name, NeededNote, Note, unkept
from domain.value import Value


class Evidence(Value):
    """A picture or document that shows the work: where it is kept, and the digest of its content."""

    uri: Name
    sha256: str | None = None


class HandBackReason(StrEnum):
    """The three reasons of Pergub 39/2019 art. 9."""

    NOT_OUR_AUTHORITY = "not_our_authority"
    WRONG_LOCATION = "wrong_location"
    UNCLEAR_LOCATION = "unclear_location"


class Accept(Value):
    """The holder takes the complaint up."""

    kind: Literal["accept"] = "accept"
    note: Note = ""


class Coordinate(Value):
    """The holder passes it to a unit of equal rank."""

    kind: Literal["coordinate"] = "coordinate"
    to: Unit
    note: Note = ""


class Dispose(Value):
    """The holder delegates it to its own sub-unit."""

    kind: Literal["dispose"] = "dispose"
    to: Unit
    note: Note = ""


class HandBack(Value):
    """The holder gives it back. ``to`` is a better unit; ``found`` a better location, whose unit is ``to``.

    With neither it goes to ``fallback``, the holder's own kecamatan, or else to the channel's desk.
    """

    kind: Literal["hand_back"] = "hand_back"
    reason: HandBackReason
    to: Unit | None = None
    point: Point | None = None
    found: WardFound | None = None
    fallback: Unit | None = None
    note: Note = ""


class Reassign(Value):
    """The desk or a coordinator gives it to any unit."""

    kind: Literal["reassign"] = "reassign"
    to: Unit
    note: Note = ""


class Progress(Value):
    """The holder notes what has been done so far."""

    kind: Literal["progress"] = "progress"
    note: NeededNote
    photos: tuple[Evidence, ...] = Field(default=(), max_length=20)


class Complete(Value):
    """The holder says it is done, and shows it."""

    kind: Literal["complete"] = "complete"
    note: NeededNote
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=20)


class Validate(Value):
    """The validator accepts or rejects a completion."""

    kind: Literal["validate"] = "validate"
    accepted: bool
    note: Note = ""


class Ask(Value):
    """The holder needs something from the reporter; the first question of a holder stops the clock."""

    kind: Literal["ask"] = "ask"
    question: NeededNote


class Reply(Value):
    """The reporter answers, or the desk for them."""

    kind: Literal["reply"] = "reply"
    answer: NeededNote


class RequestEws(Value):
    """The holder of a hard case asks for a later end, *Estimasi Waktu Selesai*, and says why."""

    kind: Literal["request_ews"] = "request_ews"
    until: AwareDatetime
    note: NeededNote


class DecideEws(Value):
    """The coordinator grants or refuses a later end."""

    kind: Literal["decide_ews"] = "decide_ews"
    granted: bool
    note: Note = ""


class Escalate(Value):
    """Somebody calls the next supervisor before any clock does."""

    kind: Literal["escalate"] = "escalate"
    note: NeededNote


class Reject(Value):
    """It is not a complaint (art. 1): the desk or a coordinator ends it and says why."""

    kind: Literal["reject"] = "reject"
    note: NeededNote


class Rate(Value):
    """The reporter says how content they are: 1 (not at all) to 5 (very)."""

    kind: Literal["rate"] = "rate"
    score: int = Field(ge=1, le=5)
    note: Note = ""


class Reopen(Value):
    """The reporter says that it is not done: once, within the feedback window."""

    kind: Literal["reopen"] = "reopen"
    note: NeededNote


class Other(Value):
    """Another complaint: its number, and the id of its workflow."""

    number: Name
    id: Name


class Merge(Value):
    """It is about the same thing as another: it follows that one, its parent, from now on."""

    kind: Literal["merge"] = "merge"
    parent: Other
    note: Note = ""


class Separate(Value):
    """It is about something else after all: it leaves its parent and goes its own way."""

    kind: Literal["separate"] = "separate"
    note: NeededNote


class Follow(Value):
    """Said by a complaint that was merged, to its parent."""

    kind: Literal["follow"] = "follow"
    follower: Other


class ParentNews(StrEnum):
    """What a parent tells those that follow it."""

    DECLINED = "declined"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    ENDED = "ended"


class HearParent(Value):
    """Said by a parent to a complaint that follows it. ``moment``: when the work was done, if resolved."""

    kind: Literal["hear_parent"] = "hear_parent"
    parent: Other
    news: ParentNews
    outcome: Outcome | None = None
    moment: AwareDatetime


class ReportUndelivered(Value):
    """Said by whoever delivers: a notice about event ``about`` could not be delivered."""

    kind: Literal["report_undelivered"] = "report_undelivered"
    about: int
    reason: Note


class AdoptCalendar(Value):
    """The working calendar has changed, by a new holiday say: what has not passed is counted anew."""

    kind: Literal["adopt_calendar"] = "adopt_calendar"
    calendar: WorkingCalendar
    reason: NeededNote


class CorrectReporter(Value):
    """The reporter's name and contact are these (UU 27/2022, art. 6)."""

    kind: Literal["correct_reporter"] = "correct_reporter"
    name: Name | None = None
    contact: Name | None = None


class RestrictProcessing(Value):
    """What the reporter said is kept, and from here on used for nothing but the complaint itself (art. 11).

    ``restricted`` false lifts it.
    """

    kind: Literal["restrict_processing"] = "restrict_processing"
    restricted: bool = True


class ErasePerson(Value):
    """Everything personal goes; the case stays and is counted (art. 8)."""

    kind: Literal["erase_person"] = "erase_person"


class Withdraw(Value):
    """The reporter takes the complaint back."""

    kind: Literal["withdraw"] = "withdraw"
    note: Note = ""


class Close(Value):
    """The reporter is content, or the desk says so for them: no need to wait for the feedback window."""

    kind: Literal["close"] = "close"
    note: Note = ""


AnyCommand = (
    Accept
    | Coordinate
    | Dispose
    | HandBack
    | Reassign
    | Progress
    | Complete
    | Validate
    | Ask
    | Reply
    | RequestEws
    | DecideEws
    | Escalate
    | Reject
    | Rate
    | Reopen
    | Merge
    | Separate
    | Follow
    | HearParent
    | ReportUndelivered
    | AdoptCalendar
    | CorrectReporter
    | RestrictProcessing
    | ErasePerson
    | Withdraw
    | Close
)
Command = Annotated[AnyCommand, Field(discriminator="kind")]


class Actor(Value):
    """Who acts: an officer of a unit, the reporter, or the service itself."""

    code: Name
    unit: str | None = None
    is_reporter: bool = False


REPORTER = Actor(code="reporter", is_reporter=True)
SERVICE = Actor(code="tuntas")

C_co = TypeVar("C_co", covariant=True)


class Instruction(Value, Generic[C_co]):
    """A command with its sender. The same ``id`` twice is the same command; ``via`` says from where."""

    id: Annotated[str, Field(min_length=1, max_length=64)]
    actor: Actor
    via: Name
    command: C_co

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        # Most texts are checked where they stand; what is not would be recorded in vain for ever.
        if unkept(self.model_dump()):
            raise ValueError("has a text with the character U+0000, which cannot be kept; remove it")
        return self


class Party(StrEnum):
    """What an actor can be to a complaint at the moment of asking."""

    HOLDER = "holder"
    DESK = "desk"
    COORDINATOR = "coordinator"
    VALIDATOR = "validator"
    REPORTER = "reporter"
    SERVICE = "service"


class Rule(NamedTuple):
    """Who may send a command, and in which states."""

    by: frozenset[Party]
    states: frozenset[Status]


UNTAKEN = frozenset({Status.WAITING, Status.COORDINATION, Status.DISPOSITION})
AT_WORK = frozenset({Status.IN_PROGRESS, Status.FOLLOW_UP_REJECTED})
ASKED = frozenset({Status.AWAITING_REPORTER})
FOLLOWING = frozenset({Status.FOLLOWING})
OPEN = frozenset(Status) - {Status.CLOSED}
ALWAYS = frozenset(Status)
"""Also when it is closed: its workflow may still be telling people, and must answer other complaints."""


def _rule(by: Party | set[Party], states: set[Status] | frozenset[Status]) -> Rule:
    return Rule(frozenset({by} if isinstance(by, Party) else by), frozenset(states))


AUTHORITY: dict[str, Rule] = {
    "accept": _rule(Party.HOLDER, UNTAKEN),
    "coordinate": _rule(Party.HOLDER, UNTAKEN | AT_WORK),
    "dispose": _rule(Party.HOLDER, UNTAKEN | AT_WORK),
    "hand_back": _rule(Party.HOLDER, UNTAKEN | AT_WORK),
    "reassign": _rule({Party.DESK, Party.COORDINATOR}, UNTAKEN | AT_WORK | ASKED),
    "progress": _rule(Party.HOLDER, AT_WORK),
    "complete": _rule(Party.HOLDER, AT_WORK),
    "validate": _rule(Party.VALIDATOR, {Status.AWAITING_VALIDATION}),
    "ask": _rule(Party.HOLDER, UNTAKEN | AT_WORK),
    "reply": _rule({Party.REPORTER, Party.DESK}, ASKED),
    "request_ews": _rule(Party.HOLDER, AT_WORK),
    "decide_ews": _rule(Party.COORDINATOR, AT_WORK),
    "escalate": _rule({Party.HOLDER, Party.DESK}, UNTAKEN | AT_WORK),
    "reject": _rule({Party.DESK, Party.COORDINATOR}, UNTAKEN | AT_WORK),
    "rate": _rule(Party.REPORTER, {Status.RESOLVED}),
    "reopen": _rule(Party.REPORTER, {Status.RESOLVED}),
    "merge": _rule({Party.HOLDER, Party.DESK}, UNTAKEN | AT_WORK | ASKED),
    "separate": _rule({Party.HOLDER, Party.DESK, Party.COORDINATOR}, FOLLOWING),
    "follow": _rule(Party.SERVICE, ALWAYS),
    "hear_parent": _rule(Party.SERVICE, ALWAYS),
    "report_undelivered": _rule(Party.SERVICE, ALWAYS),
    "adopt_calendar": _rule(Party.SERVICE, OPEN),
    "correct_reporter": _rule(Party.SERVICE, ALWAYS),
    "restrict_processing": _rule(Party.SERVICE, ALWAYS),
    "erase_person": _rule(Party.SERVICE, ALWAYS),
    "withdraw": _rule(Party.REPORTER, UNTAKEN | AT_WORK | ASKED | FOLLOWING),
    "close": _rule({Party.REPORTER, Party.DESK}, {Status.RESOLVED}),
}
"""Who may do what, in which state. Each row is tested by name."""

MOVES = frozenset({"coordinate", "dispose", "hand_back", "reassign"})
"""Commands that give the complaint another holder: each is a hop."""
