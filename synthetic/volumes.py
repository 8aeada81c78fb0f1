"""How many complaints a made-up day brings, and of which kinds: the volumes and shares of DOMAIN.md."""

import math
import random
from collections.abc import Sequence
from datetime import date, timedelta

from domain.organisation import Category

PEAK = 800 / 508
"""The busiest day against the average one (2024)."""

CHANNELS = {
    "jaki": 910, "lapor": 20, "twitter": 18, "sms-wa": 16, "kelurahan": 8, "facebook": 6, "email": 6,
    "gubernur": 4, "kecamatan": 3, "walikota": 3, "pendopo": 3, "media": 2, "inspektorat": 1,
}  # fmt: skip
"""Of a thousand; JAKI's 91 % is sourced, the others are ours."""

LARGEST = {"Jalan": 26_014 / 185_852, "Pohon dan taman": 19_683 / 185_852}
ILLEGAL_PARKING = ("parkir-liar", 19_152 / 185_852)
PEOPLE_FOR_EACH = 41_528 / 185_852
"""People who complain, for each complaint (2024)."""

WET = (1, 2, 11, 12)
"""Months in which more comes in [O]."""

SATURDAY = 5


def days_of(year: int, many: int, seed: int) -> list[tuple[date, int]]:
    """Every day of a year with how many come in: ``many`` in all, ``PEAK`` times the mean on the busiest."""
    chance = random.Random(f"{seed}/{year}/days")
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    weights = [_weight(day, chance) for day in days]
    busiest = max(range(len(days)), key=weights.__getitem__)
    mean = sum(weights) / len(weights)
    weights = [min(weight, 0.97 * PEAK * mean) for weight in weights]
    weights[busiest] = PEAK * (sum(weights) - weights[busiest]) / (len(weights) - PEAK)
    return list(zip(days, _rounded(weights, many), strict=True))


def category_weights(categories: Sequence[Category]) -> list[float]:
    """The share of each category: the three largest as sourced, the others falling off [O]."""
    sizes = {group: sum(one.group == group for one in categories) for group in LARGEST}
    named = [
        share if one.code == code else LARGEST[one.group] / sizes[one.group] if one.group in LARGEST else None
        for one in categories
        for code, share in [ILLEGAL_PARKING]
    ]
    left = 1 - sum(share for share in named if share)
    tail = {n: 1 / (rank + 25) for rank, n in enumerate(n for n, share in enumerate(named) if share is None)}
    return [share or left * tail[n] / sum(tail.values()) for n, share in enumerate(named)]


def _weight(day: date, chance: random.Random) -> float:
    season = 1.12 if day.month in WET else 0.95
    week = 0.8 if day.weekday() >= SATURDAY else 1.08
    return season * week * math.exp(chance.gauss(0, 0.12))


def _rounded(weights: Sequence[float], many: int) -> list[int]:
    """Whole numbers in proportion to the weights, together ``many``."""
    total, given, counts, so_far = sum(weights), 0, [], 0.0
    for weight in weights:
        so_far += weight
        upto = round(many * so_far / total)
        counts.append(upto - given)
        given = upto
    return counts
