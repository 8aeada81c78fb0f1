"""Days, weeks and months as Jakarta counts them."""

from datetime import UTC, date, datetime

import pytest

from domain.period import Period, PeriodKind
from domain.refusal import Refused

SIX_IN_THE_MORNING = datetime(2026, 10, 31, 23, tzinfo=UTC)
"""06.00 WIB on Sunday 1 November 2026."""


def test_a_month_begins_and_ends_at_midnight_in_jakarta() -> None:
    month = Period.parse("2026-2")
    assert (month.name, month.first, month.last) == ("2026-02", date(2026, 2, 1), date(2026, 2, 28))
    assert month.start == datetime(2026, 1, 31, 17, tzinfo=UTC)
    assert month.end == datetime(2026, 2, 28, 17, tzinfo=UTC)
    assert (month.before.name, month.year_before.name) == ("2026-01", "2025-02")


def test_what_was_over_on_the_first_at_six() -> None:
    names = {kind: Period.ended_before(kind, SIX_IN_THE_MORNING).name for kind in PeriodKind}
    assert names == {"month": "2026-10", "week": "2026-W43", "day": "2026-10-31"}
    assert Period.ended_before(PeriodKind.MONTH, datetime(2026, 12, 31, 17, tzinfo=UTC)).name == "2026-12"


def test_a_week_is_followed_back_by_weeks() -> None:
    week = Period.ended_before(PeriodKind.WEEK, SIX_IN_THE_MORNING)
    assert (week.first, week.last) == (date(2026, 10, 19), date(2026, 10, 25))
    assert week.before.last == date(2026, 10, 18)
    assert week.year_before.first.weekday() == 0
    day = Period.ended_before(PeriodKind.DAY, SIX_IN_THE_MORNING)
    assert day.before.name == "2026-10-30"


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "10-2026", "2026-10-01", "0000-01"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="write it as 2026-10"):
        Period.parse(text)
