"""The working calendar: national holidays and *cuti bersama*, office hours by date, and overrides."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from domain.calendar import Hours, Minutes, WorkingCalendar
from jakarta.bad_data import Entry, read_toml

AHEAD = timedelta(days=400)
"""How far ahead the calendar that is frozen into a complaint reaches."""


def _minutes(text: object) -> Minutes | None:
    if text == "":
        return None
    try:
        opens, closes = ([int(part) for part in clock.split(".")] for clock in str(text).split("-"))
        return opens[0] * 60 + opens[1], closes[0] * 60 + closes[1]
    except (ValueError, IndexError):
        raise ValueError(f"{text!r} is not office hours such as 08.00-16.00") from None


def _seven(week: tuple[Minutes | None, ...]) -> tuple[Minutes | None, ...]:
    if len(week) != 7:  # noqa: PLR2004
        raise ValueError("must name seven days, Monday to Sunday")
    return week


class HoursTable(Entry):
    """Office hours from a date on."""

    since: date
    week: Annotated[tuple[Annotated[Minutes | None, BeforeValidator(_minutes)], ...], AfterValidator(_seven)]


class DayTable(Entry):
    """A day that differs from the national calendar, and who said so."""

    day: date
    reason: str


class CalendarFile(Entry):
    """``calendar.toml``."""

    offset_minutes: int
    hours: tuple[HoursTable, ...]
    closed: tuple[DayTable, ...] = ()
    open: tuple[DayTable, ...] = ()


class Calendar:
    """The city's working calendar, of which a complaint keeps the 400 days ahead of it."""

    def __init__(self, file: Path) -> None:
        self._file = read_toml(file, CalendarFile)
        self._hours = sorted(
            (Hours(since=table.since, week=table.week) for table in self._file.hours),
            key=lambda hours: hours.since,
        )

    def ahead(self, day: date) -> WorkingCalendar:
        """The calendar from the day before ``day`` to 400 days after it."""
        first, last = day - timedelta(days=1), day + AHEAD
        closed = [one for one in self.closed_days(range(first.year, last.year + 1)) if first <= one <= last]
        return WorkingCalendar(
            offset_minutes=self._file.offset_minutes,
            hours=tuple(self._hours_between(first, last)),
            closed=tuple(one for one in closed if one.weekday() < 5),  # noqa: PLR2004 - Saturday on
            known_until=last,
        )

    def closed_days(self, years: Iterable[int]) -> list[date]:
        """Holidays, *cuti bersama* and added days, less the days on which the offices work after all."""
        days = {day for year in years for day in _national(year)} | {one.day for one in self._file.closed}
        return sorted(days - {one.day for one in self._file.open})

    def _hours_between(self, first: date, last: date) -> Iterable[Hours]:
        before = [hours for hours in self._hours if hours.since <= first][-1:] or self._hours[:1]
        return [*before, *(hours for hours in self._hours if first < hours.since <= last)]


@cache
def _national(year: int) -> tuple[date, ...]:
    """Both categories: the package's default leaves *cuti bersama* out. Coming years are estimates."""
    from holidays import country_holidays  # noqa: PLC0415 - takes 0.1 s

    return tuple(sorted(country_holidays("ID", years=year, categories=("public", "government"))))
