"""The working calendar and the policies, as Jakarta's files have them."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from domain.policy import Span, SpanUnit
from domain.refusal import Refused
from jakarta.bad_data import BadData, read_toml
from jakarta.calendar import Calendar
from jakarta.load import HERE, load_jakarta
from jakarta.policies import PolicyFile, load_policies

CITY = load_jakarta()
CALENDAR = Calendar(HERE / "data" / "calendar.toml")
YEAR = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
AT = datetime(2026, 3, 17, 13, 0, tzinfo=UTC)


def test_2026_has_25_closed_days_and_240_working_days() -> None:
    closed = CALENDAR.closed_days([2026])
    assert len(closed) == 25
    assert sum(day.weekday() < 5 and day not in closed for day in YEAR) == 240


def test_the_longest_closure_of_2026_is_that_of_eid() -> None:
    calendar = CALENDAR.ahead(date(2026, 3, 1))
    assert [date(2026, 3, day) for day in range(17, 26) if calendar.opening(date(2026, 3, day))] == [
        date(2026, 3, 17),
        date(2026, 3, 25),
    ]


def test_the_offices_close_earlier_in_ramadan() -> None:
    calendar = CALENDAR.ahead(date(2026, 2, 1))
    closes = [calendar.opening(date(2026, 3, 3)), calendar.opening(date(2026, 4, 1))]
    assert [hours[1].astimezone(calendar.zone).hour for hours in closes if hours] == [15, 16]


@pytest.mark.parametrize("name", CITY.policies())
def test_a_frozen_policy_is_small_and_reaches_400_days(name: str) -> None:
    policy = CITY.policy(name, "jalan-rusak", AT)
    assert len(policy.model_dump_json()) < 2048
    assert policy.calendar.known_until >= AT.date() + timedelta(days=400)


def test_the_policies_say_what_their_sources_say() -> None:
    then, now = CITY.policy("dki-2019", "", AT), CITY.policy("dki-2025", "", AT)
    for policy, days in ((then, 7), (now, 6)):
        assert (policy.response.limit.amount, policy.response.limit.unit) == (6, SpanUnit.HOURS)
        assert policy.resolution.limit == Span(amount=days, unit=SpanUnit.CALENDAR_DAYS)
        assert (policy.validation.limit.amount, policy.validation.limit.unit) == (1, SpanUnit.WORKING_DAYS)
        assert policy.ladder_after == (timedelta(), timedelta(hours=24), timedelta(hours=72))
        assert policy.hop_limit == 3


def test_an_unknown_policy_is_refused_with_those_there_are() -> None:
    with pytest.raises(Refused, match="there are: demo, dki-2019, dki-2025"):
        CITY.policy("dki-1999", "", AT)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('limit = "6 hours"', 'limit = "6 moons"', r"x\.toml: response\.limit: .*'6 moons' is no limit"),
        ('limit = "6 hours"', 'limit = "0 hours"', "is no limit"),
        ('warn_before = "2 hours"', 'warn_before = "soon"', "is no delay"),
        ("hop_limit = 3", "hop_limt = 3", "hop_limt"),
        ("hop_limit = 3", "hop_limit = ", "cannot be read"),
    ],
)
def test_a_mistake_in_a_policy_is_named(tmp_path: Path, before: str, after: str, said: str) -> None:
    text = (HERE / "policies" / "dki-2025.toml").read_text()
    assert before in text
    (tmp_path / "x.toml").write_text(text.replace(before, after, 1))
    with pytest.raises(BadData, match=said):
        load_policies(tmp_path)


def test_a_category_may_have_a_deadline_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    shutil.copy(HERE / "policies" / "dki-2025.toml", file)
    with file.open("a") as content:
        content.write('\n[category.banjir]\nlimit = "24 hours"\n')
    assert read_toml(file, PolicyFile).category["banjir"].limit.amount == 24


def test_a_day_can_be_added_and_taken_away(tmp_path: Path) -> None:
    file = tmp_path / "calendar.toml"
    shutil.copy(HERE / "data" / "calendar.toml", file)
    with file.open("a") as content:
        content.write(
            '\n[[closed]]\nday = 2026-12-30\nreason = "x"\n[[open]]\nday = 2026-12-24\nreason = "y"\n'
        )
    calendar = Calendar(file).ahead(date(2026, 12, 1))
    assert calendar.opening(date(2026, 12, 30)) is None
    assert calendar.opening(date(2026, 12, 24)) is not None
