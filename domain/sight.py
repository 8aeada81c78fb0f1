"""How much of a complaint somebody may see.

Private by default: a private complaint hides identity and photo even from officers who do not hold it; a
public one shows text and photo, the reporter stays anonymous (DOMAIN.md, Privacy).
"""

from collections.abc import Collection
from enum import IntEnum

from domain.authority import parties
from domain.commands import Actor, Party
from domain.complaint import Complaint
from domain.organisation import Unit, UnitKind


class Sight(IntEnum):
    """From least to most; each level sees what those below it see."""

    STANDING = 1
    """Category, ward, status and clocks: what anybody may know."""

    CASE = 2
    """And what was said, where, the notes and the pictures."""

    PERSON = 3
    """And who the reporter is."""


KNOWS_PERSON = frozenset({Party.HOLDER, Party.DESK, Party.COORDINATOR, Party.REPORTER})
KNOWS_CASE = frozenset({Party.VALIDATOR})
SUPERVISORS = frozenset({UnitKind.INSPEKTORAT})
"""See every case, to find what is wrong (art. 11), and no names."""


def sight_of_officer(complaint: Complaint, unit: Unit) -> Sight:
    """What an officer of this unit may see of the complaint now."""
    them = parties(complaint, Actor(code="officer", unit=unit.code))
    return sight_by(them, unit, open_to_all=_open_to_all(complaint))


def sight_by(them: Collection[Party], unit: Unit, *, open_to_all: bool) -> Sight:
    """What an officer of a unit may see who is this to a complaint; for lists, which have no aggregates."""
    if KNOWS_PERSON & set(them):
        return Sight.PERSON
    if open_to_all or KNOWS_CASE & set(them) or unit.kind in SUPERVISORS:
        return Sight.CASE
    return Sight.STANDING


def sight_of_others(complaint: Complaint) -> Sight:
    """What anybody may see."""
    return Sight.CASE if _open_to_all(complaint) else Sight.STANDING


def _open_to_all(complaint: Complaint) -> bool:
    return complaint.opening.intake.public and not complaint.restricted
