"""Which unit a made-up complaint goes to, and how fast a unit is."""

import math
import random
from collections.abc import Sequence
from functools import cache
from hashlib import sha256

from domain.organisation import RANK, Unit, UnitKind
from jakarta.load import Jakarta
from jakarta.organisation import SHORT


@cache
def pace(code: str) -> float:
    """How slow the unit with this code is against the usual one: the same always."""
    spread = int.from_bytes(sha256(code.encode()).digest()[:4]) / 2**32
    return math.exp((spread - 0.5) * 1.3)


class Routes:
    """The units of a city by what they do."""

    def __init__(self, city: Jakarta) -> None:
        self._city = city
        self._by_code = {unit.code: unit for unit in city.units()}
        self._kelurahan = [unit for unit in city.units() if unit.kind is UnitKind.KELURAHAN]
        self._equals: dict[int, list[Unit]] = {}
        for unit in city.units():
            if unit.kind in RANK and unit.kind is not UnitKind.VERTICAL:
                self._equals.setdefault(RANK[unit.kind], []).append(unit)

    def duty(self, code: str | None, ward: str | None) -> Unit | None:
        """The unit whose duty it is there: an agency's office in the city, else the agency itself."""
        unit = self._by_code.get(code or "")
        if unit is None or unit.kind not in RANK:
            return None
        return (ward and self._office(unit, ward)) or unit

    def sub_unit(self, agency: Unit, ward: str | None, chance: random.Random) -> Unit | None:
        """The office of an agency in the city of a ward, or in some city."""
        return self._office(agency, ward or chance.choice(list(SHORT)))

    def equal(self, unit: Unit, chance: random.Random) -> Unit | None:
        """Another unit of equal rank."""
        others: Sequence[Unit] = self._equals.get(RANK.get(unit.kind, 0), ())
        found = chance.choice(others) if others else None
        return found if found and found.code != unit.code else None

    def any_kelurahan(self, chance: random.Random) -> Unit:
        """Some kelurahan."""
        return chance.choice(self._kelurahan)

    def _office(self, agency: Unit, ward: str) -> Unit | None:
        _, _, key = agency.code.partition("-")
        return self._by_code.get(f"SUDIN-{key}-{SHORT[ward[:5]][0]}")
