"""The timeline: each event as a line that people can read.

``Entry.detail`` may quote a note, which may be personal; nothing else here is.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

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
    Followed,
    HopLimitReached,
    Merged,
    Moved,
    NotDelivered,
    ParentReopened,
    ParentResolved,
    PersonErased,
    ProcessingRestricted,
    Rated,
    Received,
    Reminded,
    Replied,
    ReporterCorrected,
    Separated,
    Warned,
)
from domain.value import Value

LONGEST_DETAIL = 500
"""Characters of detail kept in a timeline entry; the whole note stands in the event itself."""

NOTABLE_LAG = timedelta(seconds=30)
"""A delay of the engine that is worth a word [O]."""


ERASED = "(erased: the reporter asked for it)"
"""What stands where something was said."""


class Entry(Value):
    """One line of the timeline."""

    seq: int
    at: datetime
    event: str
    by: str
    detail: str


def erased(entries: Sequence[Entry]) -> list[Entry]:
    """The same lines without what was said."""
    return [one.model_copy(update={"detail": ERASED}) for one in entries]


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
        case Merged(parent=parent, note=note):
            return _with_note(f"it follows {parent.number} from here on", note)
        case Followed(follower=follower, declined=declined):
            verdict = f"may not follow it: {declined}" if declined else "follows it from here on"
            return f"{follower.number} {verdict}"
        case Separated(parent=parent, why=why):
            return f"it no longer follows {parent.number}: {why}"
        case ParentResolved(parent=parent):
            return f"{parent.number}, which it follows, was found done"
        case ParentReopened(parent=parent):
            return f"{parent.number}, which it follows, is worked on again"
        case ReporterCorrected():
            return "the reporter's name and contact were corrected"
        case ProcessingRestricted(restricted=restricted):
            return "for the complaint only" if restricted else "no longer restricted"
        case PersonErased():
            return "everything personal was erased at the reporter's request"
        case Rated(score=score, note=note):
            return _with_note(f"{score} of 5", note)
        case body:
            return body.note


def _with_note(text: str, note: str) -> str:
    return f"{text}: {note}" if note else text
