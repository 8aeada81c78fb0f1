"""What somebody may do to a complaint now, and why not: the aggregate's own answer, asked in advance."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from domain.authority import authorise
from domain.clocks import ClockKind
from domain.commands import (
    AUTHORITY,
    Actor,
    AnyCommand,
    Complete,
    DecideEws,
    Escalate,
    Evidence,
    Party,
    RequestEws,
)
from domain.complaint import Complaint
from domain.decide import decide
from domain.organisation import Unit
from domain.refusal import RefusalCode, Refused
from domain.status import Status

FOR_OFFICERS = (
    "accept",
    "progress",
    "complete",
    "validate",
    "ask",
    "reply",
    "coordinate",
    "dispose",
    "hand_back",
    "reassign",
    "merge",
    "separate",
    "request_ews",
    "decide_ews",
    "escalate",
    "reject",
    "close",
)
"""The commands of people of the city, in the order in which work mostly goes."""

Answers = Mapping[str, Refused | None]
"""For each command: None when it is possible, else why it is not."""


def possible(complaint: Complaint, actor: Actor, at: datetime) -> Answers:
    """What the aggregate says to each command, as far as that does not depend on what is typed."""
    return {kind: _answer(complaint, kind, actor, at) for kind in FOR_OFFICERS}


def possible_without(status: Status, them: Collection[Party]) -> Answers:
    """The same for a complaint of which only the standing is left, by the table alone."""
    return {kind: _by_table(kind, status, them) for kind in FOR_OFFICERS}


def parties_of(unit: Unit, holder: Unit | str, desk: str | None, validator: str | None) -> frozenset[Party]:
    """What officers of a unit are to a complaint of which lists know these facts.

    ``holder`` is a code alone when the city knows that unit no more: then nobody coordinates it.
    """
    rungs = () if isinstance(holder, str) else holder.coordinators
    found = {
        Party.HOLDER: unit.code == (holder if isinstance(holder, str) else holder.code),
        Party.DESK: desk is not None and unit.code == desk,
        Party.COORDINATOR: any(rung.code == unit.code for rung in rungs),
        Party.VALIDATOR: validator is not None and validator == unit.code,
    }
    return frozenset(party for party, is_it in found.items() if is_it)


def _answer(complaint: Complaint, kind: str, actor: Actor, at: datetime) -> Refused | None:
    try:
        authorise(complaint, kind, actor)
        if probe := _probe(complaint, kind):
            decide(complaint, probe, actor, at)
    except Refused as refused:
        return refused
    return None


def _probe(complaint: Complaint, kind: str) -> AnyCommand | None:
    """A command of a kind that is as good as can be: what is refused to it is refused to all of them."""
    match kind:
        case "complete":
            return Complete(note="-", evidence=(Evidence(uri="-"),))
        case "request_ews":
            due = complaint.clocks[ClockKind.RESOLUTION].due_at
            return RequestEws(until=due + timedelta(days=1), note="-")
        case "decide_ews":
            return DecideEws(granted=False)
        case "escalate":
            return Escalate(note="-")
        case _:
            return None


def _by_table(kind: str, status: Status, them: Collection[Party]) -> Refused | None:
    rule = AUTHORITY[kind]
    if status not in rule.states:
        return Refused(RefusalCode.WRONG_STATE, f"{kind} is not possible while the complaint is {status}.")
    if not rule.by & set(them):
        return Refused(RefusalCode.NOT_YOURS, f"{kind} is for others.")
    return None
