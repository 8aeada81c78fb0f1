"""Which unit a complaint may belong to, and which category: suggestions for people, never acted upon.

From the category's duty-holder, the places named in the text, and the ward if one is known. No network.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from domain.organisation import Category, Unit, UnitKind
from domain.value import Value
from jakarta.load import Jakarta
from jakarta.organisation import SHORT

MOST = 5
CITIES = {
    "31.01": ("kepulauan seribu", "pulau seribu"),
    "31.71": ("jakarta pusat", "jakpus"),
    "31.72": ("jakarta utara", "jakut"),
    "31.73": ("jakarta barat", "jakbar"),
    "31.74": ("jakarta selatan", "jaksel"),
    "31.75": ("jakarta timur", "jaktim"),
}
"""How people write the cities."""

NAMED, DUTY, DUTY_ELSEWHERE, ABOVE = 0.9, 0.8, 0.6, 0.4
"""How sure a suggestion is [O]: duty and city named; duty, or place; duty in another place; unit above."""


ALIKE = 80.0
"""Of 100: how well a category must fit a text to be suggested [O]."""

SHORTEST_WORD = 4
LONGEST_LOOKED_AT = 600
"""Characters of a text in which categories are looked for."""


class Suggestion(Value):
    """A unit, how sure (0 to 1), and why."""

    unit: str
    name: str
    score: float
    why: str


class Place(NamedTuple):
    """A place named in a text: the unit of its territory, and the Kemendagri code of its city."""

    unit: Unit
    city: str


class Suggestions:
    """Suggests units of one city."""

    def __init__(self, city: Jakarta) -> None:
        self._city = city

    def suggest(self, category: str, text: str, ward: str | None = None) -> list[Suggestion]:
        """The likeliest units, best first, at most five; empty when nothing in the complaint helps."""
        places = list(self._places(text, ward))
        found: dict[str, Suggestion] = {}
        for one in (*self._by_duty(category, text, places), *self._by_place(places)):
            if one.unit not in found or found[one.unit].score < one.score:
                found[one.unit] = one
        return sorted(found.values(), key=lambda one: -one.score)[:MOST]

    def categories(self, text: str) -> list[Category]:
        """The likeliest categories of what somebody wrote, best first, at most five."""
        said = _plain(text)[:LONGEST_LOOKED_AT]
        scored = [(_alike(category, said), category) for category in self._city.categories()]
        likely = sorted((one for one in scored if one[0] >= ALIKE), key=lambda one: -one[0])
        return [category for _, category in likely[:MOST]]

    def _by_duty(self, category: str, text: str, places: Sequence[Place]) -> Iterator[Suggestion]:
        """The duty-holder, and rather its Suku Dinas where the city is known."""
        duty = self._city.category(category).duty
        if duty is None:
            return
        agency = self._city.unit(duty)
        cities = {place.city for place in places} | _named_cities(text)
        local = [
            unit
            for unit in self._city.units()
            if unit.parent == agency.code and any(unit.code.endswith(f"-{SHORT[city][0]}") for city in cities)
        ]
        for unit in local:
            yield _suggestion(unit, NAMED, f"{category} is the duty of {agency.name}, and the city is named")
        sure = DUTY_ELSEWHERE if local else DUTY
        yield _suggestion(agency, sure, f"{category} is its duty by function")

    def _by_place(self, places: Sequence[Place]) -> Iterator[Suggestion]:
        for place in places:
            yield _suggestion(place.unit, DUTY, f"{place.unit.name} is named")
            if place.unit.parent:
                above = self._city.unit(place.unit.parent)
                yield _suggestion(above, ABOVE, f"{place.unit.name} belongs to it")

    def _places(self, text: str, ward: str | None) -> Iterator[Place]:
        """Kelurahan and kecamatan that the text names; a longer name hides a shorter one within it."""
        if ward:
            yield Place(self._city.unit_of_ward(ward), ward[:5])
        left = f" {_plain(text)} "
        for name, units in self._names:
            if f" {name} " not in left:
                continue
            left = left.replace(f" {name} ", " . ")
            for unit in units:
                yield Place(unit, unit.code.partition("-")[2][:5])

    @cached_property
    def _names(self) -> list[tuple[str, list[Unit]]]:
        """Names of kelurahan and kecamatan, the longest first. 24 names are of both: both are meant."""
        names: dict[str, list[Unit]] = {}
        for unit in self._city.units():
            if unit.kind in {UnitKind.KELURAHAN, UnitKind.KECAMATAN}:
                names.setdefault(_plain(unit.name.partition(" ")[2]), []).append(unit)
        return sorted(names.items(), key=lambda item: -len(item[0]))


def _alike(category: Category, said: str) -> float:
    """Of 100: how well the words of a category's name are found in a text, in Indonesian or in English."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - heavy, and needed here only

    def found(name: str) -> float:
        words = [word for word in _plain(name).split() if len(word) >= SHORTEST_WORD]
        return sum(fuzz.partial_ratio(_root(word), said) for word in words) / len(words) if words else 0.0

    return max(found(category.name), found(category.name_en)) if said else 0.0


def _root(word: str) -> str:
    """A word without the prefixes that Indonesian puts before it: *berlubang* is about a *lubang*."""
    return re.sub(r"^(ber|ter|me[mn]?|di|pe[mn]?)(?=\w{4})", "", word)


def _suggestion(unit: Unit, score: float, why: str) -> Suggestion:
    return Suggestion(unit=unit.code, name=unit.name, score=score, why=why)


def _named_cities(text: str) -> set[str]:
    plain = f" {_plain(text)} "
    return {code for code, names in CITIES.items() if any(f" {name} " in plain for name in names)}


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.casefold()))
