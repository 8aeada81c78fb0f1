"""The rules of the integrity view, at their thresholds."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.evidence import AtComplaint, Attachment, Finding, FindingCode, Purpose, Use
from domain.integrity import Found, Rule, at_least, looked_at
from domain.integrity_rules import (
    Again,
    Check,
    Closing,
    Done,
    Path,
    Rating,
    Usual,
    accepts_all,
    fast_units,
    low_ratings,
    month_end,
    one_closer,
    pictures,
    ping_pong,
    re_entered,
    too_fast,
)
from domain.period import Period
from jakarta.load import load_jakarta

LIMITS = load_jakarta().integrity_thresholds.model_copy(update={"chance": 0.01})
OCTOBER = Period.month(2026, 10)
MONTH = OCTOBER.first
HOUR = 3600.0


def closing(
    seconds: float, *, unit: str = "A", city: Usual | None = None, own: Usual | None = None
) -> Closing:
    usual = Usual(20 * HOUR, 100)
    return Closing("JK1", unit, "jalan", seconds, city or usual, own or usual)


@pytest.mark.parametrize(
    ("closed", "strikes"),
    [
        (closing(20 * HOUR / 41), True),
        (closing(20 * HOUR / 39), False),
        (closing(240, city=Usual(20 * HOUR, 9)), False),
        (closing(240, own=Usual(900, 50)), False),
        (closing(240, own=Usual(900, 3)), True),
    ],
    ids=["40 times faster", "not quite", "city hardly known", "usual in this unit", "unit hardly known"],
)
def test_too_fast_for_the_city_and_for_the_unit_itself(closed: Closing, strikes: bool) -> None:
    found = list(too_fast(MONTH, [closed], LIMITS))
    assert bool(found) is strikes
    if found:
        assert found[0].subject == found[0].numbers[0] == "JK1"
        assert found[0].facts["city_seconds"] == 20 * HOUR
        assert ("own_cases" in found[0].facts) is (closed.own.cases >= 10)


def test_a_unit_is_fast_when_half_of_enough_closings_are() -> None:
    fast, slow = closing(20 * HOUR / 13), closing(20 * HOUR)
    assert [one.subject for one in fast_units(MONTH, [fast] * 6 + [slow] * 4, LIMITS)] == ["A"]
    assert not list(fast_units(MONTH, [fast] * 5 + [slow] * 5, LIMITS)), "the median is slow"
    assert not list(fast_units(MONTH, [fast] * 9, LIMITS)), "too few"
    unknown = closing(60, city=Usual(20 * HOUR, 9))
    assert not list(fast_units(MONTH, [unknown] * 20, LIMITS))


@pytest.mark.parametrize(
    ("units", "strikes"),
    [("ABAB", True), ("ABACA", True), ("ABCA", False), ("DADBDC", False), ("ABC", False)],
)
def test_ping_pong_counts_returns_but_not_to_desks(units: str, strikes: bool) -> None:
    found = list(ping_pong(MONTH, [Path("JK1", tuple(units))], {"D"}, LIMITS))
    assert bool(found) is strikes


def test_re_entered_says_what_it_is_like() -> None:
    alike = Again("JK2", "JK1", "A", "withdrawn", 3.25, 12.4, 97.0)
    (found,) = re_entered(MONTH, [alike, alike._replace(number="JK3", alike=80.0)], LIMITS)
    assert found.numbers == ("JK2", "JK1")
    assert found.facts == {
        "before": "JK1", "ended": "withdrawn", "days": 3.2, "alike": 97.0, "metres": 12.0,
    }  # fmt: skip
    (by_words,) = re_entered(MONTH, [alike._replace(metres=None)], LIMITS)
    assert "metres" not in by_words.facts


def checks(validator: str, closer: str, accepted: int, rejected: int = 0) -> list[Check]:
    return [
        Check(f"JK{validator}{closer}{n}", validator, "BIRO", closer, "A", n < accepted)
        for n in range(accepted + rejected)
    ]


def test_who_accepts_everything_strikes_only_where_others_do_not() -> None:
    others = checks("strict", "x", 90, 10)
    soft = checks("soft", "y", 60)
    (found,) = accepts_all(MONTH, soft + others, LIMITS)
    assert (found.subject, found.unit, len(found.numbers)) == ("soft", "BIRO", 60)
    assert found.facts["others_share"] == 0.099
    assert not list(accepts_all(MONTH, soft[:39] + others, LIMITS)), "too few"
    assert not list(accepts_all(MONTH, soft + checks("strict", "x", 100), LIMITS)), "nobody rejects anything"
    assert not list(accepts_all(MONTH, soft + checks("strict", "x", 17, 2), LIMITS)), (
        "too few to compare with"
    )
    assert not list(accepts_all(MONTH, checks("mild", "y", 2880, 120) + others * 20, LIMITS)), "a trifle"


def test_a_validator_of_one_person_strikes_where_others_see_that_person_seldom() -> None:
    others = [one for n in range(50) for one in checks("other", f"p{n}", 2)]
    friend = checks("friend", "y", 12) + checks("friend", "z", 4)
    (found,) = one_closer(MONTH, friend + others, LIMITS)
    assert found.subject == "friend y"
    assert found.unit == "A", "the unit whose work it is"
    assert (found.facts["of_closer"], found.facts["cases"]) == (12, 16)
    assert not list(one_closer(MONTH, friend, LIMITS)), "the only validator"
    assert not list(one_closer(MONTH, friend + checks("other", "y", 100), LIMITS)), "everybody sees that work"
    half = checks("friend", "y", 12) + checks("friend", "z", 13)
    assert not [one for one in one_closer(MONTH, half + others, LIMITS) if one.subject == "friend y"]


def done(unit: str, days: list[int]) -> list[Done]:
    return [Done(f"JK{unit}{n}", unit, datetime(2026, 10, day, 3, tzinfo=UTC)) for n, day in enumerate(days)]


def test_a_burst_before_the_end_of_the_month_strikes_where_others_have_none() -> None:
    others = done("B", [*range(1, 31)] * 3)
    burst = done("A", [5, 9, *[30] * 5, *[31] * 5])
    (found,) = month_end(OCTOBER, burst + others, LIMITS)
    assert (found.subject, found.facts["late"], found.facts["cases"]) == ("A", 10, 12)
    assert not list(month_end(OCTOBER, done("A", [5, *[31] * 7]) + others, LIMITS)), "too few"
    everybody = burst + done("B", [31] * 60 + [4] * 20)
    assert not list(month_end(OCTOBER, everybody, LIMITS)), "a holiday before it made everybody late"
    late_evening = [one._replace(at=datetime(2026, 10, 29, 16, 59, tzinfo=UTC)) for one in burst]
    assert not list(month_end(OCTOBER, late_evening + others, LIMITS)), "still the 29th in Jakarta"


def test_low_ratings_strike_where_others_are_content() -> None:
    others = [Rating(f"JKB{n}", "B", 5 if n % 6 else 1) for n in range(60)]
    bad = [Rating(f"JKA{n}", "A", 2) for n in range(6)] + [Rating("JKA9", "A", 3)]
    (found,) = low_ratings(MONTH, bad + others, LIMITS)
    assert (found.subject, len(found.numbers)) == ("A", 6)
    assert not list(low_ratings(MONTH, bad[:4] + others, LIMITS)), "too few"
    assert not list(low_ratings(MONTH, bad + others[:19], LIMITS)), "too few to compare with"
    mixed = bad + [Rating(f"JKAx{n}", "A", 5) for n in range(7)]
    assert not list(low_ratings(MONTH, mixed + others, LIMITS)), "not most of them"


def test_pictures_without_camera_data_alone_do_not_strike() -> None:
    use = Use(number="JK1", purpose=Purpose.COMPLETED, unit="A", at=datetime(2026, 10, 5, tzinfo=UTC))
    picture = Attachment(sha256="f" * 64, media_type="image/jpeg", size_bytes=1)

    def proof(*codes: FindingCode, other_at: int = 4) -> AtComplaint:
        other = Use(
            number="JK9", purpose=Purpose.COMPLETED, unit="B", at=datetime(2026, 10, other_at, tzinfo=UTC)
        )
        said = tuple(Finding(code=code, en=code, id=code, numbers=("JK9",), uses=(other,)) for code in codes)
        return AtComplaint(attachment=picture, use=use, findings=said)

    assert not list(pictures(MONTH, [proof(FindingCode.NO_CAMERA_DATA), proof()]))
    (found,) = pictures(MONTH, [proof(FindingCode.SAME_PICTURE, FindingCode.NO_CAMERA_DATA)])
    assert found.numbers == ("JK1", "JK9")
    assert found.facts["what"] == "same_picture"
    assert not list(pictures(MONTH, [proof(FindingCode.SAME_PICTURE, other_at=9)])), (
        "it was the first to use it"
    )


def test_the_same_thing_is_the_same_finding() -> None:
    one = Found(
        rule=Rule.TOO_FAST, month=MONTH, subject="JK1", unit="A", numbers=("JK1",), facts={"seconds": 1}
    )
    again = one.model_copy(update={"facts": {"seconds": 2.0}, "unit": "B"})
    assert one.id == again.id
    assert one.id.startswith("too-fast-")
    others: list[dict[str, object]] = [
        {"subject": "JK2"},
        {"month": date(2026, 9, 1)},
        {"rule": Rule.PING_PONG},
    ]
    assert len({one.id, *(one.model_copy(update=other).id for other in others)}) == 4


@pytest.mark.parametrize(
    ("day", "hour", "months"),
    [
        (1, 4, ["2026-10"]),
        (2, 4, ["2026-10", "2026-11"]),
        (7, 4, ["2026-10", "2026-11"]),
        (8, 4, ["2026-11"]),
    ],
)
def test_a_month_is_looked_at_until_its_first_week_is_over(day: int, hour: int, months: list[str]) -> None:
    moment = datetime(2026, 11, day, hour, tzinfo=UTC) - timedelta(hours=7)
    assert [one.name for one in looked_at(moment)] == months


@given(some.integers(1, 400), some.data())
def test_chances_are_chances(of: int, data: some.DataObject) -> None:
    hits, share = data.draw(some.integers(0, of)), data.draw(some.floats(0, 1))
    chance = at_least(hits, of, share)
    assert 0 <= chance <= 1
    assert at_least(hits + 1, of + 1, share) <= chance + 1e-9 or share > 0


def test_chances_are_those_of_coins() -> None:
    assert at_least(1, 1, 0.5) == pytest.approx(0.5)
    assert at_least(2, 3, 0.5) == pytest.approx(0.5)
    assert at_least(10, 10, 0.5) == pytest.approx(2**-10)
    assert at_least(0, 5, 0.3) == 1
    assert at_least(3, 5, 0.0) == 0
    assert at_least(3, 5, 1.0) == 1
