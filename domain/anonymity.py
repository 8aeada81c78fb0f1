"""k-anonymity: what is published of each complaint is shared by at least so many others.

Every complaint is told as finely as a group of ``smallest`` allows: first by ward and category, then by
kecamatan and category, by kecamatan and group, by city and group, by city alone, by nothing. A finer level
takes what it can; the rest goes to the next. Where the last few are too few, the smallest groups join them.
"""

from collections.abc import Sequence
from typing import NamedTuple

CITY, KECAMATAN = 5, 8
"""Characters of a Kemendagri code that name a city, and a kecamatan."""


class Traits(NamedTuple):
    """What could tell a complaint apart: where, and about what. Empty where it is not said."""

    ward: str
    category: str
    group: str
    channel: str


class Told(NamedTuple):
    """What is published of where and what: each empty where it would tell too much."""

    place: str
    category: str
    group: str
    channel: str


def _levels(one: Traits) -> tuple[Told, ...]:
    """From the finest to nothing at all."""
    ward, kecamatan, city = one.ward, one.ward[:KECAMATAN], one.ward[:CITY]
    return (
        Told(ward, one.category, one.group, one.channel),
        Told(kecamatan, one.category, one.group, one.channel),
        Told(kecamatan, "", one.group, one.channel),
        Told(city, "", one.group, one.channel),
        Told(city, "", one.group, ""),
        Told(city, "", "", ""),
        Told("", "", "", ""),
    )


def anonymous(complaints: Sequence[Traits], smallest: int) -> list[Told]:
    """What may be told of each, in the same order; every :class:`Told` stands at least ``smallest`` times.

    When there are fewer complaints than that, nothing is told of any.
    """
    told: list[Told | None] = [None] * len(complaints)
    levels = [_levels(one) for one in complaints]
    depth = len(levels[0]) if levels else 0
    groups: dict[Told, list[int]] = {}
    for level in range(depth):
        groups = {}
        for place, (one, options) in enumerate(zip(told, levels, strict=True)):
            if one is None:
                groups.setdefault(options[level], []).append(place)
        for cell, members in groups.items():
            if len(members) >= smallest:
                for place in members:
                    told[place] = cell
    return _without_remainder(told, smallest)


def _without_remainder(told: list[Told | None], smallest: int) -> list[Told]:
    """The last few join the smallest group that makes them enough; all that group says is then left out."""
    nothing = Told("", "", "", "")
    left = sum(one is None or one == nothing for one in told)
    cells: dict[Told, int] = {}
    for one in told:
        if one is not None and one != nothing:
            cells[one] = cells.get(one, 0) + 1
    given: set[Told] = set()
    for cell, many in sorted(cells.items(), key=lambda item: (item[1], item[0])):
        if left == 0 or left >= smallest:
            break
        given.add(cell)
        left += many
    return [nothing if one is None or one in given else one for one in told]
