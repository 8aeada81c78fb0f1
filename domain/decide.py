"""What each command leads to: the rules of DESIGN section 3, one function for each that needs one.

Whether the sender may ask at all has been settled before (``domain.authority``).
"""

from datetime import datetime
from typing import TYPE_CHECKING

from domain import moves as holders
from domain.clocks import ClockKind
from domain.commands import (
    Accept,
    Actor,
    AdoptCalendar,
    AnyCommand,
    Ask,
    Close,
    Complete,
    CorrectReporter,
    DecideEws,
    ErasePerson,
    Escalate,
    Follow,
    HearParent,
    Merge,
    Other,
    ParentNews,
    Progress,
    Rate,
    Reject,
    Reopen,
    Reply,
    ReportUndelivered,
    RequestEws,
    RestrictProcessing,
    Separate,
    Validate,
    Withdraw,
)
from domain.events import (
    Accepted,
    Asked,
    Body,
    CalendarAdopted,
    Called,
    Closed,
    Completed,
    EwsGranted,
    EwsRefused,
    EwsRequested,
    Followed,
    FollowUpRejected,
    HopLimitReached,
    Merged,
    NotDelivered,
    ParentReopened,
    ParentResolved,
    PersonErased,
    ProcessingRestricted,
    ProgressNoted,
    Rated,
    Reopened,
    Replied,
    ReporterCorrected,
    Separated,
    Validated,
)
from domain.refusal import RefusalCode, Refused
from domain.status import Outcome, Status

if TYPE_CHECKING:
    from domain.complaint import Complaint


def decide(complaint: "Complaint", command: AnyCommand, actor: Actor, at: datetime) -> list[Body]:
    """The facts that follow from a command. Raises ``Refused`` when a rule forbids it."""
    match command:
        case Accept():
            return [Accepted(note=command.note)]
        case Progress():
            return [ProgressNoted(note=command.note, photos=command.photos)]
        case Complete():
            return [_completion(complaint, command)]
        case Validate():
            verdict = Validated if command.accepted else FollowUpRejected
            return [verdict(unit=actor.unit or "", note=command.note)]
        case Ask():
            first = complaint.holder.code not in complaint.asked_by
            return [Asked(question=command.question, stops_clock=first)]
        case Reply():
            return [Replied(answer=command.answer)]
        case RequestEws():
            return [_ews_request(complaint, command, at)]
        case DecideEws():
            return [_ews_decision(complaint, command)]
        case Escalate():
            return [_call(complaint, command)]
        case Rate():
            _demand(complaint.score is None, RefusalCode.ALREADY_DONE, "It has been rated already.")
            return [Rated(score=command.score, note=command.note)]
        case Reopen():
            _demand(not complaint.reopened, RefusalCode.ALREADY_DONE, "It has been reopened once already.")
            return [Reopened(note=command.note)]
        case Merge():
            return [_merge(complaint, command)]
        case Separate():
            return [Separated(parent=_parent(complaint), why=command.note)]
        case Follow():
            return [_following(complaint, command)]
        case HearParent():
            return _news(complaint, command)
        case ReportUndelivered():
            return [NotDelivered(about=command.about, reason=command.reason)]
        case AdoptCalendar():
            moves = complaint.recounted(command.calendar)
            return [CalendarAdopted(calendar=command.calendar, moves=moves, reason=command.reason)]
        case CorrectReporter() | RestrictProcessing() | ErasePerson():
            return [about_the_person(command)]
        case Reject():
            return [Closed(outcome=Outcome.REJECTED, note=command.note)]
        case Withdraw():
            return [Closed(event="withdrawn", outcome=Outcome.WITHDRAWN, note=command.note)]
        case Close():
            return [Closed(outcome=complaint.good_end, note=command.note)]
        case _:
            return _move(complaint, command)


def about_the_person(command: CorrectReporter | RestrictProcessing | ErasePerson) -> Body:
    """What a right of the person leads to, whatever the complaint's state."""
    match command:
        case CorrectReporter():
            return ReporterCorrected(name=command.name, contact=command.contact)
        case RestrictProcessing():
            return ProcessingRestricted(restricted=command.restricted)
        case ErasePerson():
            return PersonErased()


def _move(complaint: "Complaint", command: AnyCommand) -> list[Body]:
    """A new holder; the coordinator is told when it was the last hop that others may make (rule 3)."""
    moved = holders.decide(command, complaint.holder, complaint.opening.desk, complaint.hops + 1)
    if moved.hops != complaint.opening.policy.hop_limit:
        return [moved]
    coordinators = moved.to.coordinators
    return [moved, HopLimitReached(hops=moved.hops, to=coordinators[0] if coordinators else None)]


def _completion(complaint: "Complaint", command: Complete) -> Completed:
    """Rule 6: evidence, and another unit to check it."""
    _demand(
        bool(command.evidence),
        RefusalCode.NO_EVIDENCE,
        "A completion needs at least one piece of evidence, such as a photo of the work; add one.",
    )
    holder = complaint.holder
    others = [unit for unit in complaint.opening.validators if unit.code != holder.code]
    _demand(bool(others), RefusalCode.SAME_UNIT, f"No unit but {holder.name} could validate; name another.")
    return Completed(unit=holder, validator=others[0], note=command.note, evidence=command.evidence)


def _ews_request(complaint: "Complaint", command: RequestEws, at: datetime) -> EwsRequested:
    """Asked for in time, for a later moment, once at a time."""
    clock = complaint.clocks[ClockKind.RESOLUTION]
    _demand(
        complaint.ews is None,
        RefusalCode.ALREADY_DONE,
        "An EWS is asked for already; it waits for a decision.",
    )
    _demand(at <= clock.due_at, RefusalCode.TOO_LATE, "The deadline has passed; an EWS cannot undo that.")
    _demand(
        command.until > clock.due_at,
        RefusalCode.BAD_INPUT,
        f"An EWS must be later than the present deadline, {clock.due_at:%Y-%m-%dT%H:%M:%SZ}.",
    )
    coordinators = complaint.holder.coordinators
    return EwsRequested(until=command.until, of=coordinators[0] if coordinators else None, note=command.note)


def _ews_decision(complaint: "Complaint", command: DecideEws) -> EwsGranted | EwsRefused:
    if complaint.ews is None:
        raise Refused(RefusalCode.WRONG_STATE, "No EWS is asked for; there is nothing to decide.")
    _demand(
        not command.granted or complaint.clocks[ClockKind.RESOLUTION].breached_at is None,
        RefusalCode.TOO_LATE,
        "The deadline has passed; an EWS cannot undo that. Refuse it.",
    )
    verdict = EwsGranted if command.granted else EwsRefused
    return verdict(until=complaint.ews, note=command.note)


def _call(complaint: "Complaint", command: Escalate) -> Called:
    """The rung above the highest that has been reached, or the top again."""
    ladder = complaint.holder.ladder
    _demand(bool(ladder), RefusalCode.WRONG_TARGET, f"{complaint.holder.name} has no supervisor to call.")
    step = min(complaint.escalation_level + 1, len(ladder))
    return Called(step=step, to=ladder[step - 1], note=command.note)


def _merge(complaint: "Complaint", command: Merge) -> Merged:
    """Nobody may follow itself, nor one of those that follow it (rule 8)."""
    parent = command.parent
    _demand(
        parent.id != complaint.itself.id,
        RefusalCode.WRONG_TARGET,
        f"{complaint.number} cannot follow itself; name the complaint it repeats.",
    )
    _demand(
        parent.id not in {follower.id for follower in complaint.followers},
        RefusalCode.WRONG_TARGET,
        f"{parent.number} follows {complaint.number} already; they cannot follow each other.",
    )
    return Merged(parent=parent, note=command.note)


def _following(complaint: "Complaint", command: Follow) -> Followed:
    """Only one that is being handled can be followed: chains and rings cannot arise."""
    declined = ""
    if complaint.status is Status.FOLLOWING:
        declined = f"{complaint.number} itself follows {_parent(complaint).number}"
    elif complaint.status in {Status.RESOLVED, Status.CLOSED}:
        declined = f"{complaint.number} is {complaint.status} already"
    return Followed(follower=command.follower, declined=declined)


def _news(complaint: "Complaint", command: HearParent) -> list[Body]:
    """What a parent says counts for those that still follow it; others have gone their own way."""
    if complaint.parent != command.parent:
        return []
    parent = command.parent
    match command.news, complaint.status:
        case ParentNews.RESOLVED, Status.FOLLOWING:
            return [ParentResolved(parent=parent, moment=command.moment)]
        case ParentNews.REOPENED, Status.RESOLVED:
            return [ParentReopened(parent=parent)]
        case ParentNews.ENDED, Status.FOLLOWING:
            return [Separated(parent=parent, why=f"{parent.number} was closed as {command.outcome}")]
        case ParentNews.DECLINED, Status.FOLLOWING:
            return [Separated(parent=parent, why=f"{parent.number} cannot be followed now")]
        case _:
            return []


def _parent(complaint: "Complaint") -> Other:
    if complaint.parent is None:
        raise Refused(RefusalCode.WRONG_STATE, f"{complaint.number} follows no other complaint.")
    return complaint.parent


def _demand(condition: bool, code: RefusalCode, otherwise: str) -> None:
    if not condition:
        raise Refused(code, otherwise)
