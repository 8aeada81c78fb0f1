"""The clocks of a complaint: when each warns, is breached, climbs the ladder and reminds.

Two clocks are told apart: the citizen's (resolution, from intake, never restarted) and each
holder's (response, from arrival). A clock is a value; moving it gives a new one.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from domain.policy import ClockRule, Policy
from domain.value import Value


class ClockKind(StrEnum):
    """What a clock measures."""

    RESPONSE = "response"
    RESOLUTION = "resolution"
    VALIDATION = "validation"
    REPLY = "reply"
    FEEDBACK = "feedback"


CLOSING = frozenset({ClockKind.REPLY, ClockKind.FEEDBACK})
"""Clocks that wait for the reporter: their end closes the complaint and is nobody's breach."""


class ClockState(StrEnum):
    """How a clock stands. ``met`` and ``missed`` are final; ``stopped`` means it no longer mattered."""

    RUNNING = "running"
    WARNED = "warned"
    BREACHED = "breached"
    HELD = "held"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    STOPPED = "stopped"


class Stage(StrEnum):
    """The alarms of a clock, in their order."""

    WARNING = "warning"
    BREACH = "breach"
    ESCALATION = "escalation"
    REMINDER = "reminder"


class Deadline(Value):
    """The next alarm of one clock. ``step`` counts the ladder's steps, or the reminders, from 1."""

    clock: ClockKind
    stage: Stage
    due_at: datetime
    step: int = 0


class Pause(Value):
    """A time in which a clock stood still: from, until (None: it still stands), why, and by whom."""

    since: datetime
    until: datetime | None = None
    why: str
    by: str


class Clock(Value):
    """One running, held, paused or ended clock. All moments are UTC.

    Held: it raises no alarm, but its time goes on. Paused: its time stands still, on the record.
    """

    kind: ClockKind
    started_at: datetime
    due_at: datetime
    warn_at: datetime | None = None
    warned: bool = False
    breached_at: datetime | None = None
    steps: int = 0
    reminders: int = 0
    held_since: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    ended_at: datetime | None = None
    ended_as: ClockState | None = None

    @classmethod
    def start(cls, kind: ClockKind, rule: ClockRule, policy: Policy, at: datetime) -> "Clock":
        """A clock that starts now. A warning that would come before the start is left out."""
        due_at = rule.limit.after(at, policy.calendar)
        warn_at = due_at - rule.warn_before if rule.warn_before is not None else None
        return cls(
            kind=kind,
            started_at=at,
            due_at=due_at,
            warn_at=warn_at if warn_at is not None and warn_at > at else None,
        )

    @property
    def state(self) -> ClockState:
        """How it stands; what has ended stays ended."""
        if self.ended_as:
            return self.ended_as
        if self.is_paused:
            return ClockState.PAUSED
        if self.held_since:
            return ClockState.HELD
        if self.breached_at:
            return ClockState.BREACHED
        return ClockState.WARNED if self.warned else ClockState.RUNNING

    @property
    def runs(self) -> bool:
        """Whether it can still raise an alarm."""
        return self.ended_as is None and self.held_since is None and not self.is_paused

    @property
    def is_open(self) -> bool:
        """Whether its end still lies ahead of it, held or paused as it may be."""
        return self.ended_as is None and self.breached_at is None

    @property
    def is_paused(self) -> bool:
        """Whether its time stands still now."""
        return bool(self.pauses) and self.pauses[-1].until is None

    @property
    def stood(self) -> timedelta:
        """How long it stood still, the pause that still goes on left out."""
        return sum((pause.until - pause.since for pause in self.pauses if pause.until), timedelta())

    def next_alarm(self, policy: Policy, rungs: int) -> Deadline | None:
        """The next alarm, with a ladder of ``rungs`` supervisors; None while held and once ended."""
        if not self.runs:
            return None
        if not self.breached_at:
            if self.warn_at and not self.warned:
                return Deadline(clock=self.kind, stage=Stage.WARNING, due_at=self.warn_at)
            return Deadline(clock=self.kind, stage=Stage.BREACH, due_at=self.due_at)
        delays = policy.ladder_after[:rungs]
        if self.steps < len(delays):
            due_at = self.due_at + delays[self.steps]
            return Deadline(clock=self.kind, stage=Stage.ESCALATION, due_at=due_at, step=self.steps + 1)
        return self.next_reminder(policy, delays[-1] if delays else timedelta())

    def next_reminder(self, policy: Policy, after: timedelta = timedelta()) -> Deadline | None:
        """The next reminder, the first one ``remind_every`` later than ``after`` past the due moment."""
        if not self.runs:
            return None
        count = self.reminders + 1
        due_at = self.due_at + after + count * policy.remind_every
        return Deadline(clock=self.kind, stage=Stage.REMINDER, due_at=due_at, step=count)

    def warn(self) -> "Clock":
        """Its warning has gone out."""
        return self.model_copy(update={"warned": True})

    def breach(self, at: datetime) -> "Clock":
        """It has run out."""
        return self.model_copy(update={"breached_at": at})

    def climb(self, step: int) -> "Clock":
        """A step of the ladder has been taken."""
        return self.model_copy(update={"steps": step})

    def remind(self, count: int) -> "Clock":
        """A reminder has gone out."""
        return self.model_copy(update={"reminders": count})

    def hold(self, at: datetime) -> "Clock":
        """It raises no alarm while somebody else is waited for; its due moment does not move."""
        return self.model_copy(update={"held_since": at})

    def release(self) -> "Clock":
        """It goes on, as if it had never been held."""
        return self.model_copy(update={"held_since": None})

    def pause(self, at: datetime, why: str, by: str) -> "Clock":
        """Its time stands still from now on."""
        return self.model_copy(update={"pauses": (*self.pauses, Pause(since=at, why=why, by=by))})

    def resume(self, at: datetime) -> "Clock":
        """Its time goes on: what lies ahead of it moves by as long as it stood. A no-op when it runs."""
        if not self.is_paused:
            return self
        last = self.pauses[-1]
        stood = at - last.since
        return self.model_copy(
            update={
                "pauses": (*self.pauses[:-1], last.model_copy(update={"until": at})),
                "due_at": self.due_at + stood,
                "warn_at": self.warn_at + stood if self.warn_at else None,
            }
        )

    def reopen(self, at: datetime, why: str, by: str) -> "Clock":
        """It goes on after it had ended; the time since its end is a pause, so it is never begun anew."""
        ended = self.ended_at or at
        again = self.model_copy(update={"ended_at": None, "ended_as": None})
        return again.pause(ended, why, by).resume(at)

    def extend(self, until: datetime, warn_before: timedelta | None, at: datetime) -> "Clock":
        """A later end has been granted: it warns again before that."""
        warn_at = until - warn_before if warn_before else None
        ahead = warn_at if warn_at and warn_at > at else None
        return self.model_copy(update={"due_at": until, "warn_at": ahead, "warned": False})

    def end(self, at: datetime) -> "Clock":
        """What it measured has happened: in time or late."""
        # A breach that came while it was no longer waited for, as during validation, is none.
        late = at > self.due_at or (self.breached_at is not None and self.breached_at <= at)
        return self._ended(at, ClockState.MISSED if late else ClockState.MET)

    def stop(self, at: datetime) -> "Clock":
        """What it measured no longer matters. A breach stays on the record."""
        return self._ended(at, ClockState.MISSED if self.breached_at else ClockState.STOPPED)

    def _ended(self, at: datetime, how: ClockState) -> "Clock":
        if self.ended_as:
            return self
        return self.resume(at).model_copy(update={"ended_at": at, "ended_as": how, "held_since": None})
