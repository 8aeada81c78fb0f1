"""From the codes people type to commands and actors, with the facts of the city filled in."""

from domain.commands import (
    Actor,
    Coordinate,
    Dispose,
    HandBack,
    HandBackReason,
    Merge,
    Other,
    Reassign,
)
from domain.jurisdiction import Jurisdiction
from domain.organisation import Unit, UnitKind
from domain.place import Point
from domain.refusal import RefusalCode, Refused
from domain.status import Status
from domain.view import ComplaintView


class Orders:
    """Builds commands for one city. An unknown code raises ``Refused`` with near matches."""

    def __init__(self, city: Jurisdiction) -> None:
        self._city = city

    def officer(self, code: str) -> Actor:
        """The officer with this code, as an actor for their unit."""
        officer = self._city.officer(code)
        return Actor(code=officer.code, unit=officer.unit)

    def coordinate(self, to: str, note: str) -> Coordinate:
        """Pass it to a unit of equal rank."""
        return Coordinate(to=self._city.unit(to), note=note)

    def dispose(self, to: str, note: str) -> Dispose:
        """Delegate it to an own sub-unit."""
        return Dispose(to=self._city.unit(to), note=note)

    def reassign(self, to: str, note: str) -> Reassign:
        """Give it to any unit."""
        return Reassign(to=self._city.unit(to), note=note)

    def merge(self, parent: ComplaintView, note: str) -> Merge:
        """Let it follow another. Refused at once when that one is no longer handled."""
        if parent.status in {Status.RESOLVED, Status.CLOSED}:
            raise Refused(
                RefusalCode.WRONG_TARGET,
                f"{parent.number} is {parent.status}; only one that is being handled can be followed.",
            )
        if parent.parent:
            raise Refused(
                RefusalCode.WRONG_TARGET, f"{parent.number} itself follows {parent.parent}; name that one."
            )
        return Merge(parent=Other(number=parent.number, id=parent.id), note=note)

    def hand_back(
        self, holder: str, reason: HandBackReason, to: str | None, point: Point | None, note: str
    ) -> HandBack:
        """Give it back from ``holder``; a better point is routed anew, a better unit gets it directly."""
        found = self._city.find_ward(point) if point else None
        if found and not found.ward and not to:
            raise Refused(
                RefusalCode.BAD_INPUT,
                "The better location is outside the territory; name a better unit with it.",
            )
        better = (
            self._city.unit(to)
            if to
            else self._city.unit_of_ward(found.ward)
            if found and found.ward
            else None
        )
        return HandBack(
            reason=reason,
            to=better,
            point=point,
            found=found,
            fallback=self._above(self._city.unit(holder)),
            note=note,
        )

    def _above(self, holder: Unit) -> Unit | None:
        return self._city.unit(holder.parent) if holder.kind is UnitKind.KELURAHAN and holder.parent else None
