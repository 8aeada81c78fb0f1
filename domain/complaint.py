"""The aggregate: it decides what a command or a passing deadline leads to, and never acts.

``open``, ``handle``, ``expire``, ``refuse`` and ``undelivered`` return events and change nothing;
``apply`` is the only place where state changes.
"""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from domain import moves
from domain.clocks import Clock, ClockKind, Deadline, Stage
from domain.commands import (
    AUTHORITY,
    MOVES,
    SERVICE,
    Accept,
    Actor,
    AnyCommand,
    Close,
    Complete,
    Instruction,
    Party,
    Progress,
    Validate,
    Withdraw,
)
from domain.events import (
    Accepted,
    Body,
    Breached,
    Closed,
    CommandRefused,
    Completed,
    Escalated,
    Event,
    FollowUpRejected,
    HopLimitReached,
    Moved,
    NotDelivered,
    ProgressNoted,
    Received,
    Reminded,
    Validated,
    Warned,
)
from domain.intake import Opening
from domain.organisation import Supervisor, Unit
from domain.place import Point, WardFound
from domain.refusal import RefusalCode, Refused
from domain.status import Outcome, Status

REMEMBERED_COMMANDS = 500
"""How many command ids are kept to recognise a repeated one; older ones are long answered."""

MOVED_TO = {
    "coordinated": Status.COORDINATION,
    "disposed": Status.DISPOSITION,
    "handed_back": Status.WAITING,
    "reassigned": Status.WAITING,
}


class Complaint(BaseModel):
    """One complaint: what it was opened with, where it stands, and its clocks."""

    opening: Opening
    number: str = ""
    status: Status = Status.WAITING
    outcome: Outcome | None = None
    holder: Unit
    validator: Unit | None = None
    completed_by: Unit | None = None
    point: Point | None = None
    found: WardFound
    hops: int = 0
    escalation_level: int = 0
    clocks: dict[ClockKind, Clock] = Field(default_factory=dict)
    opened_at: datetime | None = None
    seq: int = 0
    command_ids: list[str] = Field(default_factory=list)

    @classmethod
    def blank(cls, opening: Opening) -> "Complaint":
        """A complaint that has not yet been opened: no number, no clocks, no events."""
        holder, found = opening.route()
        return cls(opening=opening, holder=holder, found=found, point=opening.intake.point)

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen."""
        return self.status is Status.CLOSED

    # -- deciding ---------------------------------------------------------------------------------

    def open(self, number: str, at: datetime) -> list[Event]:
        """The complaint arrives; empty if it has been opened before."""
        if self.seq:
            return []
        body = Received(number=number, holder=self.holder, found=self.found)
        return self._events([body], at, SERVICE, self.opening.intake.channel)

    def handle(self, instruction: Instruction[AnyCommand], at: datetime) -> list[Event]:
        """What a command leads to; empty when its id has been seen before. Raises ``Refused``."""
        if instruction.id in self.command_ids:
            return []
        command, actor = instruction.command, instruction.actor
        self._authorise(command.kind, actor)
        bodies = self._decide(command, actor)
        return self._events(bodies, at, actor, instruction.via, instruction.id)

    def expire(self, deadline: Deadline, at: datetime) -> list[Event]:
        """A deadline has passed; empty if it is not the one that is next, or not yet due."""
        if deadline != self.next_deadline() or at < deadline.due_at:
            return []
        return self._events([self._alarm(deadline)], at, SERVICE, "clock")

    def refuse(self, instruction: Instruction[AnyCommand], refused: Refused, at: datetime) -> list[Event]:
        """The record of a refusal to somebody who did not wait for the answer; empty for a repeat."""
        if instruction.id in self.command_ids:
            return []
        body = CommandRefused(command=instruction.command.kind, code=refused.code, message=refused.message)
        return self._events([body], at, instruction.actor, instruction.via, instruction.id)

    def undelivered(self, about: int, reason: str, at: datetime) -> list[Event]:
        """The record of a notice about event ``about`` that could not be delivered."""
        return self._events([NotDelivered(about=about, reason=reason)], at, SERVICE, "notify")

    def next_deadline(self) -> Deadline | None:
        """The nearest alarm of any clock; None only when the complaint is over or not yet open."""
        alarms = (
            clock.next_alarm(self.opening.policy, len(self._waited_for(clock.kind).ladder))
            for clock in self.clocks.values()
        )
        return min((alarm for alarm in alarms if alarm), key=lambda alarm: alarm.due_at, default=None)

    def parties(self, actor: Actor) -> frozenset[Party]:
        """What an actor is to this complaint now (DESIGN rules 2, 3 and 6)."""
        found = {
            Party.REPORTER: actor.is_reporter,
            Party.HOLDER: actor.unit == self.holder.code,
            Party.DESK: actor.unit == self.opening.desk.code,
            Party.COORDINATOR: actor.unit is not None and self.holder.is_coordinated_by(actor.unit),
            Party.VALIDATOR: self.validator is not None and actor.unit == self.validator.code,
        }
        return frozenset(party for party, is_it in found.items() if is_it)

    def _authorise(self, kind: str, actor: Actor) -> None:
        rule, parties = AUTHORITY[kind], self.parties(actor)
        if self.status not in rule.states:
            allowed = ", ".join(sorted(rule.states))
            raise Refused(
                RefusalCode.WRONG_STATE,
                f"{kind} is not possible while the complaint is {self.status}; it is possible in {allowed}.",
            )
        if not parties & rule.by:
            who = " or ".join(sorted(rule.by))
            raise Refused(
                RefusalCode.NOT_YOURS,
                f"{kind} is for the {who} of the complaint; {actor.code} is not that. "
                f"It is held by {self.holder.name} ({self.holder.code}).",
            )
        if kind in MOVES and self.hops >= self.opening.policy.hop_limit and Party.COORDINATOR not in parties:
            raise Refused(
                RefusalCode.HOP_LIMIT,
                f"It has been moved {self.hops} times; from here only its coordinator may move it, "
                f"{' or '.join(rung.name for rung in self._coordinators())}.",
            )

    def _decide(self, command: AnyCommand, actor: Actor) -> list[Body]:
        match command:
            case Accept():
                return [Accepted(note=command.note)]
            case Progress():
                return [ProgressNoted(note=command.note, photos=command.photos)]
            case Complete():
                return [self._completion(command)]
            case Validate():
                verdict = Validated if command.accepted else FollowUpRejected
                return [verdict(unit=actor.unit or "", note=command.note)]
            case Withdraw():
                return [Closed(event="withdrawn", outcome=Outcome.WITHDRAWN, note=command.note)]
            case Close():
                return [Closed(outcome=Outcome.RESOLVED, note=command.note)]
            case _:
                return self._move(moves.decide(command, self.holder, self.opening.desk, self.hops + 1))

    def _move(self, moved: Moved) -> list[Body]:
        if moved.hops != self.opening.policy.hop_limit:
            return [moved]
        coordinators = [rung for rung in moved.to.ladder if moved.to.is_coordinated_by(rung.code)]
        return [moved, HopLimitReached(hops=moved.hops, to=coordinators[0] if coordinators else None)]

    def _completion(self, command: Complete) -> Completed:
        if not command.evidence:
            raise Refused(
                RefusalCode.NO_EVIDENCE,
                "A completion needs at least one piece of evidence, such as a photo of the work; add one.",
            )
        others = [unit for unit in self.opening.validators if unit.code != self.holder.code]
        if not others:
            raise Refused(
                RefusalCode.SAME_UNIT, f"No unit but {self.holder.name} could validate; name another."
            )
        return Completed(unit=self.holder, validator=others[0], note=command.note, evidence=command.evidence)

    def _alarm(self, deadline: Deadline) -> Body:
        unit, clock, due_at = self._waited_for(deadline.clock), deadline.clock, deadline.due_at
        match deadline.stage:
            case Stage.WARNING:
                return Warned(clock=clock, unit=unit, due_at=self.clocks[clock].due_at)
            case Stage.BREACH if clock is ClockKind.FEEDBACK:
                return Closed(outcome=Outcome.RESOLVED)
            case Stage.BREACH:
                return Breached(clock=clock, unit=unit, due_at=due_at)
            case Stage.ESCALATION:
                to = unit.ladder[deadline.step - 1]
                return Escalated(clock=clock, unit=unit, step=deadline.step, to=to, due_at=due_at)
            case Stage.REMINDER:
                top = unit.ladder[-1] if unit.ladder else None
                return Reminded(clock=clock, unit=unit, count=deadline.step, to=top, due_at=due_at)

    def _waited_for(self, clock: ClockKind) -> Unit:
        """The unit that a clock puts under pressure."""
        return self.validator or self.holder if clock is ClockKind.VALIDATION else self.holder

    def _coordinators(self) -> list[Supervisor]:
        return [rung for rung in self.holder.ladder if self.holder.is_coordinated_by(rung.code)]

    def _events(
        self, bodies: Sequence[Body], at: datetime, by: Actor, via: str, command_id: str | None = None
    ) -> list[Event]:
        return [
            Event(seq=seq, at=at, by=by, via=via, command_id=command_id, body=body)
            for seq, body in enumerate(bodies, self.seq + 1)
        ]

    # -- changing ---------------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """Takes a fact in. Events must come in order and without gaps; ``ValueError`` otherwise."""
        if event.seq != self.seq + 1:
            raise ValueError(f"event {event.seq} does not follow event {self.seq}")
        self.seq = event.seq
        if event.command_id and event.command_id not in self.command_ids:
            self.command_ids = [*self.command_ids, event.command_id][-REMEMBERED_COMMANDS:]
        self._change(event.body, event.at)

    def _change(self, body: Body, at: datetime) -> None:
        match body:
            case Received():
                self._receive(body, at)
            case Accepted():
                self._work(at)
            case ProgressNoted():
                self.status = Status.IN_PROGRESS
            case Moved():
                self._arrive(body, at)
            case Completed():
                self._await_validation(body, at)
            case Validated():
                self._resolve(at)
            case FollowUpRejected():
                self._work_again(at)
            case Closed():
                self._end(body, at)
            case Warned():
                self._set(self.clocks[body.clock].warn())
            case Breached():
                self._set(self.clocks[body.clock].breach(at))
            case Escalated():
                self._set(self.clocks[body.clock].climb(body.step))
                self.escalation_level = max(self.escalation_level, body.step)
            case Reminded():
                self._set(self.clocks[body.clock].remind(body.count))
            case HopLimitReached() | CommandRefused() | NotDelivered():
                pass

    def _receive(self, body: Received, at: datetime) -> None:
        self.number, self.opened_at = body.number, at
        self._start(ClockKind.RESPONSE, at)
        self._start(ClockKind.RESOLUTION, at)

    def _work(self, at: datetime) -> None:
        self.status = Status.IN_PROGRESS
        self._set(self.clocks[ClockKind.RESPONSE].end(at))

    def _arrive(self, body: Moved, at: datetime) -> None:
        """A new holder: a new response clock; the resolution clock goes on (DESIGN rule 3)."""
        self.status, self.holder, self.hops = MOVED_TO[body.event], body.to, body.hops
        if body.found:
            self.found, self.point = body.found, body.point or self.point
        self._start(ClockKind.RESPONSE, at)

    def _await_validation(self, body: Completed, at: datetime) -> None:
        self.status = Status.AWAITING_VALIDATION
        self.completed_by, self.validator = body.unit, body.validator
        self._set(self.clocks[ClockKind.RESOLUTION].hold(at))
        self._start(ClockKind.VALIDATION, at)

    def _resolve(self, at: datetime) -> None:
        """Resolved as of the completion: the time the validator took is not the unit's."""
        self.status = Status.RESOLVED
        resolution = self.clocks[ClockKind.RESOLUTION]
        self._set(resolution.end(resolution.held_since or at))
        self._set(self.clocks[ClockKind.VALIDATION].end(at))
        self._start(ClockKind.FEEDBACK, at)

    def _work_again(self, at: datetime) -> None:
        """The resolution clock goes on as if it had never been held (DESIGN rule 6)."""
        self.status, self.validator = Status.FOLLOW_UP_REJECTED, None
        self._set(self.clocks[ClockKind.VALIDATION].end(at))
        self._set(self.clocks[ClockKind.RESOLUTION].release())

    def _end(self, body: Closed, at: datetime) -> None:
        self.status, self.outcome = Status.CLOSED, body.outcome
        for clock in list(self.clocks.values()):
            self._set(clock.stop(at))

    def _start(self, kind: ClockKind, at: datetime) -> None:
        rule = getattr(self.opening.policy, kind.value)
        self._set(Clock.start(kind, rule, self.opening.policy, at))

    def _set(self, clock: Clock) -> None:
        self.clocks = {**self.clocks, clock.kind: clock}
