"""Whether an actor may send a command now: the table of ``domain.commands``, applied to a complaint."""

from typing import TYPE_CHECKING

from domain.commands import AUTHORITY, MOVES, SERVICE, Actor, Party
from domain.refusal import RefusalCode, Refused

if TYPE_CHECKING:
    from domain.complaint import Complaint


def parties(complaint: "Complaint", actor: Actor) -> frozenset[Party]:
    """What an actor is to this complaint now (DESIGN rules 2, 3 and 6)."""
    validator = complaint.validator
    found = {
        Party.REPORTER: actor.is_reporter,
        Party.SERVICE: actor == SERVICE,
        Party.HOLDER: actor.unit == complaint.holder.code,
        Party.DESK: actor.unit == complaint.opening.desk.code,
        Party.COORDINATOR: any(rung.code == actor.unit for rung in complaint.holder.coordinators),
        Party.VALIDATOR: validator is not None and actor.unit == validator.code,
    }
    return frozenset(party for party, is_it in found.items() if is_it)


def authorise(complaint: "Complaint", kind: str, actor: Actor) -> None:
    """Raises ``Refused`` with WRONG_STATE, NOT_YOURS or HOP_LIMIT, saying what is possible and for whom."""
    rule, them = AUTHORITY[kind], parties(complaint, actor)
    if complaint.status not in rule.states:
        allowed = ", ".join(sorted(rule.states))
        raise Refused(
            RefusalCode.WRONG_STATE,
            f"{kind} is not possible while the complaint is {complaint.status}; it is possible in {allowed}.",
        )
    if not them & rule.by:
        who = " or ".join(sorted(rule.by))
        raise Refused(
            RefusalCode.NOT_YOURS,
            f"{kind} is for the {who} of the complaint; {actor.code} is not that. "
            f"It is held by {complaint.holder.name} ({complaint.holder.code}).",
        )
    limit = complaint.opening.policy.hop_limit
    if kind in MOVES and complaint.hops >= limit and Party.COORDINATOR not in them:
        names = " or ".join(rung.name for rung in complaint.holder.coordinators) or "who is not named"
        raise Refused(
            RefusalCode.HOP_LIMIT,
            f"It has been moved {complaint.hops} times; from here only its coordinator may move it, {names}.",
        )
