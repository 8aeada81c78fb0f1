"""What a complaint has to tell other complaints (DESIGN rule 8). The shell carries it there."""

from datetime import datetime

from domain.clocks import ClockKind
from domain.commands import SERVICE, Command, Follow, HearParent, Instruction, Other, ParentNews
from domain.complaint import Complaint
from domain.events import Closed, Event, Followed, Merged, ParentReopened, ParentResolved, Reopened, Validated
from domain.status import Outcome
from domain.value import Value

WITHOUT_A_RESULT = frozenset({Outcome.REJECTED, Outcome.WITHDRAWN, Outcome.NO_REPLY})


class Errand(Value):
    """A command for another complaint. Told twice, it is carried out once: its id is the event's."""

    to: Other
    instruction: Instruction[Command]


def errands(event: Event, complaint: Complaint) -> list[Errand]:
    """What follows for others from an event that has just been applied to the complaint; mostly nothing."""
    match event.body:
        case Merged(parent=parent):
            return [_errand(event, complaint, parent, Follow(follower=complaint.itself))]
        case Followed(follower=follower, declined=declined) if declined:
            return [_errand(event, complaint, follower, _news(complaint, ParentNews.DECLINED, event.at))]
        case Validated() | ParentResolved():
            return _to_followers(event, complaint, ParentNews.RESOLVED, _done_at(event, complaint))
        case Reopened() | ParentReopened():
            return _to_followers(event, complaint, ParentNews.REOPENED, event.at)
        case Closed(outcome=outcome) if outcome in WITHOUT_A_RESULT:
            return _to_followers(event, complaint, ParentNews.ENDED, event.at)
        case _:
            return []


def _to_followers(event: Event, complaint: Complaint, news: ParentNews, moment: datetime) -> list[Errand]:
    said = _news(complaint, news, moment)
    return [_errand(event, complaint, follower, said) for follower in complaint.followers]


def _news(complaint: Complaint, news: ParentNews, moment: datetime) -> HearParent:
    return HearParent(parent=complaint.itself, news=news, outcome=complaint.outcome, moment=moment)


def _done_at(event: Event, complaint: Complaint) -> datetime:
    """When the work was done: the validator's time is nobody's delay, nor the follower's."""
    return complaint.clocks[ClockKind.RESOLUTION].ended_at or event.at


def _errand(event: Event, complaint: Complaint, to: Other, command: Command) -> Errand:
    identity = f"{complaint.number}/{event.seq}"
    return Errand(
        to=to, instruction=Instruction(id=identity, actor=SERVICE, via="complaint", command=command)
    )
