"""Where a complaint stood after each event, without anything personal: what reports are counted from.

A read model says where a complaint stands now; a standing is kept for ever, so that the figures of a month
can be counted again years later, also when what was said has been erased.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from domain.clocks import CLOSING, Clock, ClockKind, ClockState
from domain.complaint import Complaint
from domain.events import Event, FollowUpRejected, Validated
from domain.intake import Opening
from domain.organisation import Unit
from domain.status import Outcome, Status
from domain.value import Value


class ClockStanding(Value):
    """How a clock of a unit stood. ``unit`` is the one under pressure, ``coordinator`` who watches it.

    ``stopped_at``: since when it was held or paused, None while it runs. ``ended_as`` is None while open.
    """

    clock: ClockKind
    unit: str
    coordinator: str | None
    started_at: datetime
    due_at: datetime
    breached_at: datetime | None
    stopped_at: datetime | None
    ended_at: datetime | None
    ended_as: ClockState | None


class Standing(Value):
    """Where a complaint stood after an event: in which state, with whom, and its clocks."""

    status: Status
    outcome: Outcome | None
    unit: str
    coordinator: str | None
    ward: str | None
    hops: int
    score: int | None
    clocks: tuple[ClockStanding, ...]


def standing(complaint: Complaint, events: Sequence[Event]) -> Standing:
    """Where the complaint stands after these events, which were just applied to it."""
    holder = complaint.holder
    validator = _validator(complaint, events)
    return Standing(
        status=complaint.status,
        outcome=complaint.outcome,
        unit=holder.code,
        coordinator=coordinator(holder),
        ward=complaint.found.ward,
        hops=complaint.hops,
        score=complaint.score,
        clocks=tuple(
            _clock(clock, validator if clock.kind is ClockKind.VALIDATION else holder)
            for clock in complaint.clocks.values()
            if clock.kind not in CLOSING
        ),
    )


def standings(opening: Opening, events: Iterable[Event]) -> Iterator[tuple[Event, Standing]]:
    """The whole life of a complaint again: each event with where it led."""
    complaint = Complaint.blank(opening)
    for event in events:
        complaint.apply(event)
        yield event, standing(complaint, [event])


def coordinator(unit: Unit) -> str | None:
    """The code of who coordinates a unit (art. 11): the first coordinator of its ladder."""
    return unit.coordinators[0].code if unit.coordinators else None


def _validator(complaint: Complaint, events: Sequence[Event]) -> Unit:
    """Who validates, or has just validated: a rejection leaves the complaint without a validator."""
    said = next((e.body.unit for e in events if isinstance(e.body, Validated | FollowUpRejected)), None)
    known = (one for one in complaint.opening.validators if one.code == said)
    return next(known, None) or complaint.validator or complaint.holder


def _clock(clock: Clock, unit: Unit) -> ClockStanding:
    return ClockStanding(
        clock=clock.kind,
        unit=unit.code,
        coordinator=coordinator(unit),
        started_at=clock.started_at,
        due_at=clock.due_at,
        breached_at=clock.breached_at,
        stopped_at=clock.pauses[-1].since if clock.is_paused else clock.held_since,
        ended_at=clock.ended_at,
        ended_as=clock.ended_as,
    )
