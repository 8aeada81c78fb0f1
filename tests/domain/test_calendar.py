"""Working time, with ends computed by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.calendar import Hours, WorkingCalendar
from domain.policy import Span, SpanUnit
from tests.city import CALENDAR

EID_2026 = CALENDAR.model_copy(update={"closed": tuple(date(2026, 3, day) for day in range(18, 25))})


def wib(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=CALENDAR.zone)


def test_the_eid_closure_of_2026() -> None:
    """Opened on Tuesday 17 March 20.00: offices are closed until Wednesday 25 March 08.00.

    Seven calendar days end on 24 March 20.00. Six working days are 25, 26, 27, 30, 31 March and
    1 April, at whose closing (16.00) they end.
    """
    opened = wib(17, 20)
    assert Span(amount=7, unit=SpanUnit.CALENDAR_DAYS).after(opened, EID_2026) == wib(24, 20)
    assert Span(amount=6, unit=SpanUnit.WORKING_DAYS).after(opened, EID_2026) == wib(1, 16, month=4)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (wib(2, 10), 1, wib(3, 10)),
        (wib(6, 16, 15), 1, wib(9, 16)),  # Friday closes at 16.30, Monday at 16.00
        (wib(6, 16, 30), 1, wib(9, 16)),  # at closing time the day is over: all of Monday
        (wib(7, 12), 1, wib(9, 16)),
        (wib(2, 8), 1, wib(2, 16)),
        (wib(2, 8, 1), 2, wib(4, 8, 1)),
    ],
)
def test_working_days_end_at_the_same_time_of_day(start: datetime, days: int, end: datetime) -> None:
    assert CALENDAR.add_working_days(start, days) == end


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (wib(2, 10), 2, wib(2, 12)),
        (wib(2, 15), 2, wib(3, 9)),
        (wib(6, 16), 1, wib(9, 8, 30)),
        (wib(7, 0), 8, wib(9, 16)),
    ],
)
def test_working_hours(start: datetime, hours: int, end: datetime) -> None:
    assert Span(amount=hours, unit=SpanUnit.WORKING_HOURS).after(start, CALENDAR) == end
    assert CALENDAR.working_time(start, end) == timedelta(hours=hours)


def test_clock_hours_and_seconds_know_no_holidays() -> None:
    start = datetime(2026, 3, 20, tzinfo=UTC)
    assert Span(amount=6, unit=SpanUnit.HOURS).after(start, EID_2026) == start + timedelta(hours=6)
    assert Span(amount=9, unit=SpanUnit.SECONDS).after(start, EID_2026) == start + timedelta(seconds=9)


def test_hours_change_on_their_date() -> None:
    ramadan = Hours(since=date(2026, 2, 18), week=((480, 900),) * 5 + (None, None))
    calendar = CALENDAR.model_copy(update={"hours": (*CALENDAR.hours, ramadan)})
    assert calendar.opening(date(2026, 2, 17)) == (wib(17, 8, month=2), wib(17, 16, month=2))
    assert calendar.opening(date(2026, 2, 18)) == (wib(18, 8, month=2), wib(18, 15, month=2))
    assert calendar.opening(date(2026, 2, 21)) is None


def test_time_before_and_after_is_not_counted() -> None:
    assert CALENDAR.working_time(wib(3, 10), wib(2, 10)) == timedelta()
    assert CALENDAR.working_time(wib(6, 16), wib(9, 9)) == timedelta(hours=1, minutes=30)
    assert CALENDAR.next_working_moment(wib(6, 17)) == wib(9, 8)
    assert CALENDAR.next_working_moment(wib(6, 12)) == wib(6, 12)


def test_a_calendar_without_office_hours_says_so() -> None:
    empty = WorkingCalendar(
        offset_minutes=420,
        hours=(Hours(since=date(2023, 1, 1), week=(None,) * 7),),
        known_until=date(2027, 1, 1),
    )
    with pytest.raises(ValueError, match="no office hours"):
        empty.next_working_moment(wib(2, 10))
