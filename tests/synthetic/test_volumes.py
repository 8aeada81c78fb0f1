"""The volumes and shares of a made-up year are those that DOMAIN.md tells."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest

from domain.events import Event
from domain.status import Status
from jakarta.load import load_jakarta
from synthetic.day import Day, Kind
from synthetic.volumes import category_weights, days_of

CITY = load_jakarta()
END = datetime(2025, 12, 31, 17, tzinfo=UTC)
DAY = date(2025, 6, 11)


@pytest.fixture(scope="module")
def day() -> Day:
    return Day(CITY, Kind(seed=3, end=END, people=41_000, copies=1))


def test_a_year_has_as_many_as_were_asked_for_and_a_peak_of_800_for_508() -> None:
    days = days_of(2025, 190_000, 1)
    counts = [many for _, many in days]
    assert (len(days), sum(counts)) == (365, 190_000)
    assert max(counts) == pytest.approx(800 / 508 * 190_000 / 365, rel=0.01)
    assert days_of(2025, 190_000, 1) == days != days_of(2025, 190_000, 2)


def test_the_three_largest_categories_have_their_shares() -> None:
    categories = CITY.categories()
    weights = category_weights(categories)
    by_group = Counter[str]()
    for one, weight in zip(categories, weights, strict=True):
        by_group[one.group] += weight  # type: ignore[assignment]
    assert sum(weights) == pytest.approx(1)
    assert by_group["Jalan"] == pytest.approx(26_014 / 185_852)
    assert weights[[one.code for one in categories].index("parkir-liar")] == pytest.approx(19_152 / 185_852)


def test_the_same_seed_makes_the_same_lives(day: Day) -> None:
    again = Day(CITY, Kind(seed=3, end=END, people=41_000, copies=1))
    assert list(islice(day.lives(DAY, 40, 1), 40)) == list(islice(again.lives(DAY, 40, 1), 40))


def test_a_day_is_shaped_like_a_real_one(day: Day) -> None:
    lives = list(day.lives(DAY, 600, 1))
    channels = Counter(life.opening.intake.channel for life in lives)
    assert channels["jaki"] / 600 == pytest.approx(0.91, abs=0.04)
    events = Counter(event.body.event for life in lives for event in life.events)
    expected = {"handed_back", "disposed", "breached", "escalated", "rated", "reopened", "follow_up_rejected"}
    assert expected <= set(events)
    assert any(life.complaint.status is not Status.CLOSED for life in lives), "some are still open"
    assert sum(life.complaint.found.ward is not None for life in lives) > 450
    assert {life.opening.intake.public for life in lives} == {True, False}
    took = [_hours(life.complaint.opened_at, life.events) for life in lives]
    known = [hours for hours in took if hours is not None]
    assert 20 < sum(known) / len(known) < 60


def _hours(opened_at: datetime | None, events: list[Event]) -> float | None:
    done = next((event.at for event in events if event.body.event == "completed"), None)
    return (done - opened_at) / timedelta(hours=1) if done and opened_at else None


def test_copies_share_a_life_and_nothing_else() -> None:
    first, second = islice(Day(CITY, Kind(3, END, 41_000, copies=2)).lives(DAY, 2, 7), 2)
    assert [one.events[0].body.number for one in (first, second)] == ["JK2506110007", "JK2506110008"]  # type: ignore[union-attr]
    assert first.events[1:] == second.events[1:]
    assert first.opening.intake.reference != second.opening.intake.reference
    assert first.opening.access_code != second.opening.access_code
