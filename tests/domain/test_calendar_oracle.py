"""Office time against an independent oracle: every minute of two years marked, and summed up."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

import pytest

from domain.calendar import Hours, WorkingCalendar

FIRST, DAYS, MINUTE = date(2026, 1, 1), 730, timedelta(minutes=1)
INTERVALS = 500


def some_calendar(dice: random.Random) -> WorkingCalendar:
    """Random hours that change now and then, random holidays, a random offset."""
    changes = sorted(dice.sample(range(1, DAYS), 3))
    hours = []
    for number in (0, *changes):
        week = []
        for weekday in range(7):
            opens = dice.randrange(0, 720)
            week.append(
                None if dice.random() < 0.25 and weekday else (opens, dice.randrange(opens + 1, 1441))
            )
        hours.append(Hours(since=FIRST + timedelta(days=number), week=tuple(week)))
    closed = tuple(FIRST + timedelta(days=day) for day in dice.sample(range(DAYS), 40))
    return WorkingCalendar(
        offset_minutes=dice.choice((-300, 0, 345, 420)),
        hours=tuple(hours),
        closed=closed,
        known_until=FIRST + timedelta(days=DAYS),
    )


class Oracle:
    """Marks each minute; knows nothing of intervals."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self.start = datetime(FIRST.year, 1, 1, tzinfo=UTC) - timedelta(minutes=calendar.offset_minutes)
        open_minutes = bytearray(DAYS * 1440)
        for number in range(DAYS):
            day = FIRST + timedelta(days=number)
            week = [hours.week for hours in calendar.hours if hours.since <= day][-1]
            span = week[day.weekday()]
            if span and day not in calendar.closed:
                for minute in range(*span):
                    open_minutes[number * 1440 + minute] = 1
        self.passed = [0, *accumulate(open_minutes)]

    def working(self, begin: int, end: int) -> timedelta:
        return timedelta(minutes=self.passed[end] - self.passed[begin])

    def at(self, minute: int) -> datetime:
        return self.start + minute * MINUTE


@pytest.mark.parametrize("seed", range(20))
def test_ten_thousand_random_intervals_agree(seed: int) -> None:
    dice = random.Random(seed)
    calendar = some_calendar(dice)
    oracle = Oracle(calendar)
    for _ in range(INTERVALS):
        begin, end = sorted(dice.sample(range((DAYS - 30) * 1440), 2))
        end = min(end, begin + dice.randrange(1, 40) * 1440)
        worked = oracle.working(begin, end)
        assert calendar.working_time(oracle.at(begin), oracle.at(end)) == worked
        if worked:
            done = calendar.add_working_time(oracle.at(begin), worked)
            assert calendar.working_time(oracle.at(begin), done) == worked
            assert done <= oracle.at(end)
            minute = (done - oracle.start) // MINUTE
            assert oracle.working(minute - 1, minute) == MINUTE, "it ends with a minute that was worked"
