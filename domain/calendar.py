"""Working time: office hours, holidays, and moments counted in them.

A calendar is a small frozen value, so that a complaint can carry the one in force at its intake.
All moments in and out are timezone-aware; days are those of the calendar's own offset from UTC.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cached_property

from domain.value import Value

DAY = timedelta(days=1)
HORIZON = 3660
"""Days to look ahead for office hours before a calendar is called empty."""

Minutes = tuple[int, int]
"""Opening and closing, in minutes after midnight."""


class Hours(Value):
    """Office hours from a date on: for each weekday, Monday first, opening and closing or None."""

    since: date
    week: tuple[Minutes | None, ...]


class WorkingCalendar(Value):
    """Office hours by date, and the days on which the offices stay closed.

    ``offset_minutes`` is the distance from UTC (WIB: 420, all year), ``zone_name`` what people call it.
    ``hours`` is sorted by ``since``; before the first of them the first holds. ``closed`` lists holidays
    and *cuti bersama*, and ``known_until`` is the last day for which they are known.
    """

    offset_minutes: int
    zone_name: str = "WIB"
    hours: tuple[Hours, ...]
    closed: tuple[date, ...] = ()
    known_until: date

    @cached_property
    def zone(self) -> tzinfo:
        """The fixed offset in which this calendar counts its days."""
        return timezone(timedelta(minutes=self.offset_minutes), self.zone_name)

    def opening(self, day: date) -> tuple[datetime, datetime] | None:
        """When the offices open and close on a day, in UTC; None on a day without office hours."""
        if day in self.closed:
            return None
        hours = self._hours_on(day).week[day.weekday()]
        if hours is None or hours[0] >= hours[1]:
            return None
        midnight = datetime.combine(day, time(), self.zone).astimezone(UTC)
        return midnight + timedelta(minutes=hours[0]), midnight + timedelta(minutes=hours[1])

    def next_working_moment(self, at: datetime) -> datetime:
        """``at`` itself within office hours, else the next opening. At closing time the day is over."""
        opens, _ = next(self._openings_after(at))
        return max(at.astimezone(UTC), opens)

    def add_working_time(self, start: datetime, span: timedelta) -> datetime:
        """The moment at which ``span`` of office time has passed since ``start``."""
        openings = self._openings_after(start)
        opens, closes = next(openings)
        begin, left = max(opens, start.astimezone(UTC)), span
        while left > closes - begin:
            left -= closes - begin
            begin, closes = next(openings)
        return begin + left

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """The same time of day, ``days`` working days on; a start outside office hours counts from opening.

        A whole day ends at that day's closing, not at the next day's opening: received at night,
        "1 working day" is the end of the next working day. A time past the closing of a shorter
        day (Friday, Ramadan) is that day's closing.
        """
        openings = self._openings_after(start)
        opens, closes = next(openings)
        into = max(start.astimezone(UTC) - opens, timedelta())
        for _ in range(days if into else days - 1):
            opens, closes = next(openings)
        return min(opens + into, closes) if into else closes

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """How much office time lies between two moments; zero when ``end`` is not after ``start``."""
        total = timedelta()
        for opens, closes in self._openings_after(start):
            if opens >= end:
                return total
            total += min(closes, end) - max(opens, start)
        return total

    def _hours_on(self, day: date) -> Hours:
        in_force = self.hours[0]
        for hours in self.hours[1:]:
            if hours.since > day:
                break
            in_force = hours
        return in_force

    def _openings_after(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The office hours, day by day, of which some part lies after ``at``; without end."""
        day, idle = at.astimezone(self.zone).date(), 0
        while idle < HORIZON:
            hours = self.opening(day)
            idle = 0 if hours else idle + 1
            if hours and hours[1] > at:
                yield hours
            day += DAY
        raise ValueError(f"the calendar has no office hours in the {HORIZON} days before {day}")
