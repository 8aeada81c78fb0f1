"""The rules of the integrity view: each takes what happened in a month and says what strikes about it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from domain.evidence import AtComplaint, FindingCode
from domain.figures import LOW_SCORE
from domain.integrity import Facts, Found, Rule, Thresholds, at_least
from domain.period import Period
from domain.wib import WIB

REUSED = frozenset({FindingCode.SAME_PICTURE, FindingCode.SIMILAR_PICTURE})
STRIKING_PICTURES = frozenset(FindingCode) - {FindingCode.NO_CAMERA_DATA}
"""Without camera data is what every messenger makes of a photo."""


class Usual(NamedTuple):
    """How long something usually takes, in seconds (the median), and of how many that was learned."""

    seconds: float
    cases: int


class Closing(NamedTuple):
    """A complaint was said to be done for the first time, ``seconds`` after it had reached its unit.

    ``city`` is what is usual in the city for its category, ``own`` what is usual in its unit, in any; both
    over the year up to the end of the month.
    """

    number: str
    unit: str
    category: str
    seconds: float
    city: Usual
    own: Usual


class Done(NamedTuple):
    """A complaint was said to be done for the first time."""

    number: str
    unit: str
    at: datetime


class Check(NamedTuple):
    """Somebody validated what somebody had said to be done."""

    number: str
    validator: str
    validating_unit: str
    closer: str
    closing_unit: str
    accepted: bool


class Path(NamedTuple):
    """The units that held a complaint, one after the other."""

    number: str
    units: tuple[str, ...]


class Rating(NamedTuple):
    """What a reporter thought of what the unit had done."""

    number: str
    unit: str
    score: int


class Again(NamedTuple):
    """A complaint like one that had been closed. ``metres`` is None where both name the same place.

    The first ``ended`` as validated or withdrawn, with ``unit``; ``days`` passed until the second, which is
    ``alike`` of 100.
    """

    number: str
    before: str
    unit: str | None
    ended: str
    days: float
    metres: float | None
    alike: float


def too_fast(month: date, closings: Iterable[Closing], limits: Thresholds) -> Iterator[Found]:
    """Done far faster than is usual for the category in the city, and than is usual in the unit itself.

    A unit that is always as fast as that is found as a whole (:func:`fast_units`).
    """
    for one in closings:
        known = one.city.cases >= limits.fast_cases
        own = one.own.seconds if one.own.cases >= limits.fast_cases else one.city.seconds
        if (
            known
            and one.seconds * limits.fast_factor < one.city.seconds
            and one.seconds * limits.fast_factor_own < own
        ):
            facts: dict[str, int | float | str] = {
                "category": one.category,
                "seconds": round(one.seconds),
                "city_seconds": round(one.city.seconds),
                "city_cases": one.city.cases,
            }
            if one.own.cases >= limits.fast_cases:
                facts |= {"own_seconds": round(one.own.seconds), "own_cases": one.own.cases}
            yield _found(Rule.TOO_FAST, month, one.number, one.unit, [one.number], facts)


def fast_units(month: date, closings: Iterable[Closing], limits: Thresholds) -> Iterator[Found]:
    """A unit whose closings of the month took, at the median, a small part of what is usual in the city."""
    by_unit: dict[str, list[Closing]] = defaultdict(list)
    for one in closings:
        if one.city.cases >= limits.fast_cases:
            by_unit[one.unit].append(one)
    for unit, ones in by_unit.items():
        ones.sort(key=lambda one: one.seconds / one.city.seconds)
        middle = ones[len(ones) // 2]
        times_faster = middle.city.seconds / middle.seconds
        if len(ones) >= limits.fast_unit_cases and times_faster > limits.fast_unit_factor:
            seconds = sorted(one.seconds for one in ones)
            facts: Facts = {
                "cases": len(ones),
                "seconds": round(seconds[len(seconds) // 2]),
                "times_faster": round(times_faster, 1),
            }
            yield _found(Rule.FAST_UNIT, month, unit, unit, [one.number for one in ones], facts)


def ping_pong(
    month: date, paths: Iterable[Path], desks: Collection[str], limits: Thresholds
) -> Iterator[Found]:
    """Units got a complaint back that they had held before, so often. Desks distribute and do not count."""
    for path in paths:
        held = Counter(unit for unit in path.units if unit not in desks)
        returns = sum(times - 1 for times in held.values())
        if returns >= limits.ping_pong_returns:
            facts: Facts = {"returns": returns, "path": " → ".join(path.units)}
            yield _found(Rule.PING_PONG, month, path.number, path.units[-1], [path.number], facts)


def re_entered(month: date, pairs: Iterable[Again], limits: Thresholds) -> Iterator[Found]:
    """The same place, category and text again soon after a closing or withdrawal: the clock began anew."""
    for pair in pairs:
        if pair.alike >= limits.re_entered_alike:
            facts: dict[str, int | float | str] = {
                "before": pair.before,
                "ended": pair.ended,
                "days": round(pair.days, 1),
                "alike": round(pair.alike),
            }
            if pair.metres is not None:
                facts["metres"] = round(pair.metres)
            numbers = [pair.number, pair.before]
            yield _found(Rule.RE_ENTERED, month, pair.number, pair.unit, numbers, facts)


def accepts_all(month: date, checks: Sequence[Check], limits: Thresholds) -> Iterator[Found]:
    """Somebody who rejected so few that it is no chance, were their eye that of all the others."""
    for validator, ones in _by_validator(checks).items():
        rejected, of_others, by_others = _rejections(checks, validator)
        share = by_others / (1 + of_others)
        few = rejected * limits.accepts_all_factor <= share * len(ones)
        if len(ones) < limits.validator_cases or of_others < limits.others_cases or not few:
            continue
        accepted = len(ones) - rejected
        by_chance = at_least(accepted, len(ones), 1 - share)
        if by_chance <= limits.chance:
            facts: Facts = {
                "cases": len(ones),
                "rejected": rejected,
                "others_share": round(share, 4),
                "chance": by_chance,
            }
            unit = ones[0].validating_unit
            yield _found(Rule.ACCEPTS_ALL, month, validator, unit, _numbers(ones), facts)


def one_closer(month: date, checks: Sequence[Check], limits: Thresholds) -> Iterator[Found]:
    """Somebody most of whose validations are of the work of one and the same person.

    Not by chance, that is: other validators see that person's work far more seldom. Where there is only one
    validator, nobody can be compared, and nothing strikes.
    """
    for validator, ones in _by_validator(checks).items():
        closer, times = Counter(one.closer for one in ones).most_common(1)[0]
        others = [one for one in checks if one.validator != validator]
        often = times >= limits.one_closer_cases and times >= limits.one_closer_share * len(ones)
        if not often or len(others) < limits.others_cases:
            continue
        share = (1 + sum(one.closer == closer for one in others)) / (1 + len(others))
        by_chance = at_least(times, len(ones), share)
        if times >= limits.one_closer_factor * share * len(ones) and by_chance <= limits.chance:
            theirs = [one for one in ones if one.closer == closer]
            facts: Facts = {
                "closer": closer,
                "cases": len(ones),
                "of_closer": times,
                "accepted": sum(one.accepted for one in theirs),
                "others_share": round(share, 4),
                "chance": by_chance,
            }
            subject, unit = f"{validator} {closer}", theirs[0].closing_unit
            yield _found(Rule.ONE_CLOSER, month, subject, unit, _numbers(theirs), facts)


def month_end(period: Period, done: Sequence[Done], limits: Thresholds) -> Iterator[Found]:
    """A unit that is suddenly done with many in the last days of a month, as nobody else is."""
    since = period.last - timedelta(days=limits.month_end_days - 1)
    last = [one for one in done if one.at.astimezone(WIB).date() >= since]
    days = (period.last - period.first).days + 1
    many, late = Counter(one.unit for one in done), Counter(one.unit for one in last)
    for unit, hits in late.items():
        of_others = len(done) - many[unit]
        elsewhere = (1 + len(last) - hits) / (1 + of_others)
        share = max(elsewhere, limits.month_end_days / days)
        if (
            of_others >= limits.others_cases
            and hits >= limits.month_end_cases
            and hits >= limits.month_end_factor * share * many[unit]
            and (by_chance := at_least(hits, many[unit], share)) <= limits.chance
        ):
            facts: Facts = {
                "cases": many[unit],
                "late": hits,
                "days": limits.month_end_days,
                "others_share": round(elsewhere, 4),
                "chance": by_chance,
            }
            numbers = [one.number for one in last if one.unit == unit]
            yield _found(Rule.MONTH_END, period.first, unit, unit, numbers, facts)


def low_ratings(month: date, ratings: Sequence[Rating], limits: Thresholds) -> Iterator[Found]:
    """A unit that says "done" where reporters give it 1 or 2, far more often than others get that."""
    many = Counter(one.unit for one in ratings)
    low = [one for one in ratings if one.score <= LOW_SCORE]
    for unit, hits in Counter(one.unit for one in low).items():
        of_others = len(ratings) - many[unit]
        often = hits >= limits.low_ratings and hits >= limits.low_ratings_share * many[unit]
        if not often or of_others < limits.others_cases:
            continue
        share = (1 + len(low) - hits) / (1 + of_others)
        if (by_chance := at_least(hits, many[unit], share)) <= limits.chance:
            facts: Facts = {
                "cases": many[unit],
                "low": hits,
                "others_share": round(share, 4),
                "chance": by_chance,
            }
            numbers = [one.number for one in low if one.unit == unit]
            yield _found(Rule.LOW_RATINGS, month, unit, unit, numbers, facts)


def pictures(month: date, proofs: Iterable[AtComplaint]) -> Iterator[Found]:
    """Proof about whose pictures something strikes; who used a picture first did not use it again."""
    for proof in proofs:
        said = [
            one
            for one in proof.findings
            if one.code in STRIKING_PICTURES
            and (one.code not in REUSED or any(other.at < proof.use.at for other in one.uses))
        ]
        if said:
            number = proof.use.number
            others = {other for one in said for other in one.numbers} - {number}
            facts: Facts = {
                "picture": proof.attachment.sha256,
                "what": " ".join(one.code for one in said),
                "en": " ".join(one.en for one in said),
                "id": " ".join(one.id for one in said),
            }
            subject = f"{number} {proof.attachment.sha256}"
            yield _found(Rule.PICTURE, month, subject, proof.use.unit, [number, *sorted(others)], facts)


def _found(
    rule: Rule,
    month: date,
    subject: str,
    unit: str | None,
    numbers: Sequence[str],
    facts: Facts,
) -> Found:
    return Found(rule=rule, month=month, subject=subject, unit=unit, numbers=tuple(numbers), facts=facts)


def _by_validator(checks: Iterable[Check]) -> dict[str, list[Check]]:
    found: dict[str, list[Check]] = defaultdict(list)
    for one in checks:
        found[one.validator].append(one)
    return found


def _rejections(checks: Iterable[Check], validator: str) -> tuple[int, int, int]:
    """How many this one rejected, how many the others looked at, and how many of those they rejected."""
    own, of_others, by_others = 0, 0, 0
    for one in checks:
        if one.validator == validator:
            own += not one.accepted
        else:
            of_others += 1
            by_others += not one.accepted
    return own, of_others, by_others


def _numbers(checks: Iterable[Check]) -> list[str]:
    return sorted({one.number for one in checks})
