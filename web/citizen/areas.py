"""Areas to choose from: the cities, their kecamatan, and the wards in them, by their Kemendagri codes."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.jurisdiction import Jurisdiction
from domain.organisation import Unit, UnitKind


class Kecamatan(NamedTuple):
    """A kecamatan with its kelurahan."""

    code: str
    name: str
    wards: Sequence[Unit]


class CityArea(NamedTuple):
    """An administrative city, or the regency."""

    code: str
    name: str


def kecamatan(city: Jurisdiction) -> list[Kecamatan]:
    """All kecamatan and their kelurahan, in the order of the alphabet."""
    names = {unit.code: unit.name for unit in city.units()}
    wards: dict[str, list[Unit]] = {}
    for unit in _wards(city):
        wards.setdefault(unit.parent or "", []).append(unit)
    found = [
        Kecamatan(_above(members[0]), names[code], sorted(members, key=lambda one: one.name))
        for code, members in wards.items()
        if code in names
    ]
    return sorted(found, key=lambda one: one.name)


def cities(city: Jurisdiction) -> list[CityArea]:
    """The cities, named by the Sekretaris who coordinates their wards (Pergub 39/2019 art. 11)."""
    found = {
        _above(unit, 2): rung.name.removeprefix("Sekretaris ")
        for unit in _wards(city)
        for rung in unit.ladder
        if rung.kind is UnitKind.SEKRETARIS
    }
    return sorted((CityArea(code, name) for code, name in found.items()), key=lambda one: one.name)


def wards_within(city: Jurisdiction, area: str) -> tuple[str, ...]:
    """The codes of all wards of a city, a kecamatan or a ward; none for a code that is no area."""
    return tuple(one.ward for one in _wards(city) if one.ward and f"{one.ward}.".startswith(f"{area}."))


def _wards(city: Jurisdiction) -> list[Unit]:
    return [one for one in city.units() if one.kind is UnitKind.KELURAHAN and one.ward]


def _above(ward: Unit, levels: int = 1) -> str:
    return (ward.ward or "").rsplit(".", levels)[0]
