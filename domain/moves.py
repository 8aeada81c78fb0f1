"""Where a complaint may go next: coordination, disposition, hand-back and reassignment (DESIGN rule 2)."""

from domain.commands import AnyCommand, Coordinate, Dispose, HandBack, Reassign
from domain.events import Moved
from domain.organisation import HOLDERS, Unit, UnitKind
from domain.refusal import RefusalCode, Refused


def decide(command: AnyCommand, holder: Unit, desk: Unit, hops: int) -> Moved:
    """The move a command asks for, or ``Refused`` with WRONG_TARGET and the rule it breaks."""
    match command:
        case Coordinate(to=to):
            _demand(
                holder.ranks_with(to), f"{to.name} is not of equal rank with {holder.name}; hand it back."
            )
            moved = Moved(event="coordinated", sender=holder, to=to, hops=hops, note=command.note)
        case Dispose(to=to):
            _demand(
                to.parent == holder.code, f"{to.name} is not a sub-unit of {holder.name}; coordinate instead."
            )
            moved = Moved(event="disposed", sender=holder, to=to, hops=hops, note=command.note)
        case HandBack():
            moved = _hand_back(command, holder, desk, hops)
        case Reassign(to=to):
            moved = Moved(event="reassigned", sender=holder, to=to, hops=hops, note=command.note)
        case _:
            raise TypeError(f"{command.kind} does not move a complaint")
    _demand(moved.to.kind in HOLDERS, f"{moved.to.name} does not handle complaints; name a unit that does.")
    _demand(moved.to.code != holder.code, f"{holder.name} holds it already; name another unit.")
    return moved


def _hand_back(command: HandBack, holder: Unit, desk: Unit, hops: int) -> Moved:
    """A better unit, or the unit of a better location, gets it; else the kecamatan or the desk."""
    return Moved(
        event="handed_back",
        sender=holder,
        to=command.to or _fallback(command, holder, desk),
        hops=hops,
        reason=command.reason,
        point=command.point,
        found=command.found,
        note=command.note,
    )


def _fallback(command: HandBack, holder: Unit, desk: Unit) -> Unit:
    """A kelurahan hands back to its own kecamatan, any other unit to the desk of the channel."""
    above = command.fallback
    if holder.kind is UnitKind.KELURAHAN and above and above.code == holder.parent:
        return above
    return desk


def _demand(condition: bool, otherwise: str) -> None:
    if not condition:
        raise Refused(RefusalCode.WRONG_TARGET, otherwise)
