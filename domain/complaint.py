"""The aggregate: it decides what a command or a passing deadline leads to, and never acts.

``open``, ``handle``, ``expire``, ``refuse`` and ``undelivered`` return events and change nothing;
``apply`` is the only place where state changes.
"""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from domain.authority import authorise
from domain.calendar import WorkingCalendar
from domain.clocks import CLOSING, Clock, ClockKind, Deadline, Stage
from domain.commands import SERVICE, Actor, AnyCommand, Instruction, Other
from domain.decide import decide
from domain.events import (
    Accepted,
    Asked,
    Body,
    Breached,
    CalendarAdopted,
    Called,
    ClockMove,
    Closed,
    CommandRefused,
    Completed,
    Escalated,
    Event,
    EwsGranted,
    EwsRefused,
    EwsRequested,
    Followed,
    FollowUpRejected,
    HopLimitReached,
    Merged,
    Moved,
    NotDelivered,
    ParentReopened,
    ParentResolved,
    PersonErased,
    ProcessingRestricted,
    ProgressNoted,
    Rated,
    Received,
    Reminded,
    Reopened,
    Replied,
    ReporterCorrected,
    Separated,
    Validated,
    Warned,
)
from domain.intake import ERASED_TEXT, Opening, Reporter, complaint_id
from domain.organisation import Supervisor, Unit, UnitKind
from domain.place import Point, WardFound
from domain.policy import ClockRule
from domain.refusal import Refused
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
    asked_by: list[str] = Field(default_factory=list)
    ews: datetime | None = None
    score: int | None = None
    reopened: bool = False
    parent: Other | None = None
    followers: list[Other] = Field(default_factory=list)
    restricted: bool = False
    gave_up: list[int] = Field(default_factory=list)
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
        authorise(self, command.kind, actor)
        bodies = decide(self, command, actor, at)
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

    def orphaned(self, why: str, at: datetime) -> list[Event]:
        """Its parent cannot be reached: it goes its own way again; empty when it follows nobody."""
        if self.parent is None or self.status is not Status.FOLLOWING:
            return []
        return self._events([Separated(parent=self.parent, why=why)], at, SERVICE, "workflow")

    @property
    def itself(self) -> Other:
        """As other complaints know it."""
        intake = self.opening.intake
        return Other(number=self.number, id=complaint_id(intake.channel, intake.reference))

    @property
    def good_end(self) -> Outcome:
        """How it ends when nobody objects any more."""
        return Outcome.DUPLICATE if self.parent else Outcome.RESOLVED

    def next_deadline(self) -> Deadline | None:
        """The nearest alarm of any clock; None only when the complaint is over or not yet open."""
        alarms = (self.alarm_of(kind) for kind in self.clocks)
        return min((alarm for alarm in alarms if alarm), key=lambda alarm: alarm.due_at, default=None)

    def recounted(self, calendar: WorkingCalendar) -> tuple[ClockMove, ...]:
        """Which ends another calendar would move: of clocks in office time that have not run out."""
        moves = []
        for clock in self.clocks.values():
            limit = self._rule(clock.kind).limit
            usual = limit.after(clock.started_at, self.opening.policy.calendar) + clock.stood
            after = limit.after(clock.started_at, calendar) + clock.stood
            # An end that is not the usual one was set by an EWS, which names a date and not a length.
            if clock.is_open and clock.due_at == usual and after != usual:
                moves.append(ClockMove(clock=clock.kind, before=usual, after=after))
        return tuple(moves)

    def alarm_of(self, kind: ClockKind) -> Deadline | None:
        """The next alarm of one clock.

        A vertical agency is not ours to order: of the citizen's clock it is only reminded (art. 1).
        """
        clock = self.clocks[kind]
        if clock.kind is ClockKind.RESOLUTION and self.holder.kind is UnitKind.VERTICAL:
            return clock.next_reminder(self.opening.policy)
        return clock.next_alarm(self.opening.policy, len(self._ladder(clock.kind)))

    def told_at(self, deadline: Deadline) -> str:
        """The name of whom an alarm tells."""
        unit = self._waited_for(deadline.clock)
        match deadline.stage:
            case Stage.ESCALATION:
                return self._ladder(deadline.clock)[deadline.step - 1].name
            case Stage.REMINDER:
                return (self._reminded(unit, deadline.step) or unit).name
            case _:
                return unit.name

    def _alarm(self, deadline: Deadline) -> Body:
        unit, clock, due_at = self._waited_for(deadline.clock), deadline.clock, deadline.due_at
        match deadline.stage:
            case Stage.WARNING:
                return Warned(clock=clock, unit=unit, due_at=self.clocks[clock].due_at)
            case Stage.BREACH if clock in CLOSING:
                reply = clock is ClockKind.REPLY
                return Closed(outcome=Outcome.NO_REPLY if reply else self.good_end)
            case Stage.BREACH:
                return Breached(clock=clock, unit=unit, due_at=due_at)
            case Stage.ESCALATION:
                to = self._ladder(clock)[deadline.step - 1]
                return Escalated(clock=clock, unit=unit, step=deadline.step, to=to, due_at=due_at)
            case Stage.REMINDER:
                whom = self._reminded(unit, deadline.step)
                return Reminded(clock=clock, unit=unit, count=deadline.step, to=whom, due_at=due_at)

    def _ladder(self, clock: ClockKind) -> tuple[Supervisor, ...]:
        """Who is told when a clock runs out. While it follows another, that one's ladder is climbed."""
        if self.status is Status.FOLLOWING:
            return ()
        last = self.opening.last_resort
        return self._waited_for(clock).ladder or ((last,) if last else ())

    def _reminded(self, unit: Unit, count: int) -> Supervisor | None:
        """First the top of the ladder; then, as that supervisor has no supervisor, the last resort [O]."""
        last, top = self.opening.last_resort, unit.ladder[-1] if unit.ladder else None
        return top if count == 1 and top else last or top

    def _waited_for(self, clock: ClockKind) -> Unit:
        """The unit that a clock puts under pressure."""
        return self.validator or self.holder if clock is ClockKind.VALIDATION else self.holder

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
            case Asked():
                self._ask(body, at)
            case Replied():
                self._hear(at)
            case EwsRequested():
                self.ews = body.until
            case EwsGranted():
                self._extend(body.until, at)
            case EwsRefused():
                self.ews = None
            case Called():
                self.escalation_level = max(self.escalation_level, body.step)
            case Rated():
                self.score = body.score
            case Reopened():
                self._reopen(at)
            case Merged(parent=parent):
                self._merge(parent, at)
            case Followed(declined=""):
                self.followers = [*self.followers, body.follower]
            case Separated():
                self._part(at)
            case ParentResolved():
                self.status = Status.RESOLVED
                self._set(self.clocks[ClockKind.RESOLUTION].end(body.moment))
                self._start(ClockKind.FEEDBACK, at)
            case ParentReopened():
                self.status = Status.FOLLOWING
                self._go_on(at, "its parent was resolved until it was reopened", body.parent.number)
            case CalendarAdopted():
                self._adopt(body, at)
            case ReporterCorrected():
                reporter = Reporter(name=body.name, contact=body.contact)
                self._retell(reporter=reporter)
            case ProcessingRestricted():
                self.restricted = body.restricted
            case PersonErased():
                self._forget_person()
            case Warned():
                self._set(self.clocks[body.clock].warn())
            case Breached():
                self._set(self.clocks[body.clock].breach(at))
            case Escalated():
                self._set(self.clocks[body.clock].climb(body.step))
                self.escalation_level = max(self.escalation_level, body.step)
            case Reminded():
                self._set(self.clocks[body.clock].remind(body.count))
            case NotDelivered():
                self.gave_up = [*self.gave_up, self.seq]
            case HopLimitReached() | CommandRefused() | Followed():
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
        self._stop_waiting_for_reporter(at)
        self.status, self.holder, self.hops = MOVED_TO[body.event], body.to, body.hops
        self.ews = None
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

    def _ask(self, body: Asked, at: datetime) -> None:
        """Asking is an answer to the response clock; the first question of a holder stops the citizen's."""
        self.status = Status.AWAITING_REPORTER
        self._set(self.clocks[ClockKind.RESPONSE].end(at))
        self._start(ClockKind.REPLY, at)
        if body.stops_clock:
            self.asked_by = [*self.asked_by, self.holder.code]
            self._set(self.clocks[ClockKind.RESOLUTION].pause(at, "the reporter is asked", self.holder.code))

    def _hear(self, at: datetime) -> None:
        self._stop_waiting_for_reporter(at)
        self.status = Status.IN_PROGRESS

    def _stop_waiting_for_reporter(self, at: datetime) -> None:
        if self.status is Status.AWAITING_REPORTER:
            self._set(self.clocks[ClockKind.REPLY].end(at))
            self._set(self.clocks[ClockKind.RESOLUTION].resume(at))

    def _extend(self, until: datetime, at: datetime) -> None:
        rule = self.opening.policy.resolution
        self._set(self.clocks[ClockKind.RESOLUTION].extend(until, rule.warn_before, at))
        self.ews = None

    def _reopen(self, at: datetime) -> None:
        """Back to the unit. The citizen's clock goes on; while it was resolved it stood, on the record."""
        self.status, self.reopened, self.validator, self.parent = Status.WAITING, True, None, None
        self._go_on(at, "it was resolved until the reporter reopened it", "reporter")
        self._start(ClockKind.RESPONSE, at)

    def _go_on(self, at: datetime, why: str, by: str) -> None:
        self._set(self.clocks[ClockKind.FEEDBACK].end(at))
        self._set(self.clocks[ClockKind.RESOLUTION].reopen(at, why, by))

    def _merge(self, parent: Other, at: datetime) -> None:
        """The citizen's clock goes on; the holder has answered by finding the parent."""
        self._stop_waiting_for_reporter(at)
        self.status, self.parent, self.ews = Status.FOLLOWING, parent, None
        self._set(self.clocks[ClockKind.RESPONSE].end(at))

    def _part(self, at: datetime) -> None:
        self.status, self.parent = Status.WAITING, None
        self._start(ClockKind.RESPONSE, at)

    def _adopt(self, body: CalendarAdopted, at: datetime) -> None:
        policy = self.opening.policy.model_copy(update={"calendar": body.calendar})
        self.opening = self.opening.model_copy(update={"policy": policy})
        for move in body.moves:
            clock, rule = self.clocks[move.clock], self._rule(move.clock)
            self._set(clock.extend(move.after, rule.warn_before, at))

    def _forget_person(self) -> None:
        """What is left says what kind of complaint it was, and in which neighbourhood."""
        self.point = self.point and self.point.coarse()
        self._retell(
            reporter=Reporter(), text=ERASED_TEXT, place=None, point=self.point, attachments=(), public=False
        )

    def _retell(self, **changed: object) -> None:
        intake = self.opening.intake.model_copy(update=changed)
        self.opening = self.opening.model_copy(update={"intake": intake})

    def _end(self, body: Closed, at: datetime) -> None:
        self.status, self.outcome = Status.CLOSED, body.outcome
        for clock in list(self.clocks.values()):
            self._set(clock.stop(at))

    def _start(self, kind: ClockKind, at: datetime) -> None:
        self._set(Clock.start(kind, self._rule(kind), self.opening.policy, at))

    def _rule(self, kind: ClockKind) -> ClockRule:
        rule: ClockRule = getattr(self.opening.policy, kind.value)
        return rule

    def _set(self, clock: Clock) -> None:
        self.clocks = {**self.clocks, clock.kind: clock}
