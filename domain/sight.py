"""How much of a complaint somebody may see.

Private by default: a private complaint hides identity and photo even from officers who do not hold it; a
public one shows text and photo, the reporter stays anonymous (DOMAIN.md, Privacy).
"""

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
    if them & KNOWS_PERSON:
        return Sight.PERSON
    if them & KNOWS_CASE or unit.kind in SUPERVISORS:
        return Sight.CASE
    return sight_of_others(complaint)


def sight_of_others(complaint: Complaint) -> Sight:
    """What anybody may see."""
    open_to_all = complaint.opening.intake.public and not complaint.restricted
    return Sight.CASE if open_to_all else Sight.STANDING
