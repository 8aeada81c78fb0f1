"""Which units a coordinator answers for, and what of them (Pergub 39/2019 art. 11)."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from domain.organisation import COORDINATORS, HOLDERS, Unit, UnitKind


class Scope(NamedTuple):
    """What somebody who coordinates sees.

    ``units`` are the codes that are seen, None for all there ever were. ``steps`` holds, for each unit whose
    ladder names the seat as a coordinator, the step of the ladder at which it stands, from 1: of these the
    complaints may be moved, and of no others.
    """

    code: str
    units: frozenset[str] | None
    steps: Mapping[str, int]

    def sees(self, unit: str | None) -> bool:
        """Whether complaints that a unit holds are seen."""
        return unit is not None and (self.units is None or unit in self.units)

    def moves(self, unit: str | None) -> bool:
        """Whether complaints that a unit holds may be moved, and its requests decided."""
        return unit in self.steps


def scope_of(seat: Unit, units: Iterable[Unit]) -> Scope:
    """The scope of an Asisten, Sekretaris or Sekda; a head sees, and moves nothing.

    The Sekda coordinates the whole province, and the Governor is above the Sekda. A mayor sees what the
    city's own secretary coordinates.
    """
    everything = list(units)
    steps = _steps(seat, everything) if seat.kind in COORDINATORS else {}
    if seat.kind is UnitKind.SEKDA or (seat.kind is UnitKind.HEAD and seat.parent is None):
        return Scope(seat.code, None, steps)
    seen = set(steps)
    if seat.kind is UnitKind.HEAD:
        for below in everything:
            if below.parent == seat.code and below.kind in COORDINATORS:
                seen |= set(_steps(below, everything))
    return Scope(seat.code, frozenset(seen), steps)


def _steps(seat: Unit, units: Iterable[Unit]) -> dict[str, int]:
    return {
        unit.code: step
        for unit in units
        if unit.kind in HOLDERS
        for step, rung in enumerate(unit.ladder, 1)
        if rung.code == seat.code and rung.kind in COORDINATORS
    }
