"""The rules in force at intake, frozen into the complaint: limits, ladder, hops and the calendar.

Every value is dated, sourced data from ``jakarta/policies``; nothing here is a constant of the law.
"""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from pydantic import Field

from domain.calendar import WorkingCalendar
from domain.value import Value


class SpanUnit(StrEnum):
    """What an amount is counted in: clock time, or office time by the calendar."""

    SECONDS = "seconds"
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_MINUTES = "working_minutes"
    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"


class Span(Value):
    """A length of time as the rules state it, e.g. 6 hours or 10 working days."""

    amount: int = Field(gt=0)
    unit: SpanUnit

    def after(self, start: datetime, calendar: WorkingCalendar) -> datetime:
        """The moment, in UTC, at which this span that began at ``start`` has passed."""
        match self.unit:
            case SpanUnit.WORKING_DAYS:
                return calendar.add_working_days(start, self.amount)
            case SpanUnit.WORKING_HOURS:
                return calendar.add_working_time(start, timedelta(hours=self.amount))
            case SpanUnit.WORKING_MINUTES:
                return calendar.add_working_time(start, timedelta(minutes=self.amount))
            case SpanUnit.CALENDAR_DAYS:
                return start.astimezone(UTC) + timedelta(days=self.amount)
            case SpanUnit.HOURS:
                return start.astimezone(UTC) + timedelta(hours=self.amount)
            case SpanUnit.SECONDS:
                return start.astimezone(UTC) + timedelta(seconds=self.amount)


class ClockRule(Value):
    """How long one clock may run, and how long before its end a warning goes out (None: no warning)."""

    limit: Span
    warn_before: timedelta | None = None


class Policy(Value):
    """What governs one complaint from intake to end (DESIGN rules 3 to 5).

    ``ladder_after`` are the delays of the ladder's steps after a breach; ``remind_every`` repeats the
    last step's address for as long as an overdue complaint stays open, so that none is forgotten.
    A supervisor gets the first letter at once and what comes after it together, ``digest_every``.
    """

    name: str
    source: str
    effective_from: date
    response: ClockRule
    resolution: ClockRule
    validation: ClockRule
    reply: ClockRule
    feedback: ClockRule
    ladder_after: tuple[timedelta, ...]
    remind_every: timedelta = Field(gt=timedelta())
    hop_limit: int = Field(default=3, ge=0)
    digest_every: Span = Span(amount=15, unit=SpanUnit.WORKING_MINUTES)
    coarse_metres: float = Field(default=250, gt=0)
    deliver_within: timedelta = timedelta(days=1)
    calendar: WorkingCalendar
