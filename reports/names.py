"""What codes are called. Figures keep codes, so that a name that changes does not change the past."""

from collections.abc import Mapping

from domain.figures import Cell, Dimension, together
from domain.organisation import Category
from domain.value import Value
from reports.words import Words

CITY, KECAMATAN = 5, 8
"""Characters of a Kemendagri code that name a city or regency, and a kecamatan."""


class Names(Value):
    """The names of everything that figures are told apart by."""

    channels: Mapping[str, str]
    categories: Mapping[str, Category]
    places: Mapping[str, str]
    units: Mapping[str, str]

    def of(self, dimension: Dimension, key: str, words: Words) -> str:
        """What a key of a dimension is called; the code itself where nobody knows it any more."""
        match dimension:
            case Dimension.CHANNEL:
                return self.channels.get(key, key)
            case Dimension.CATEGORY:
                return self.category(key, words)
            case Dimension.WARD:
                return self.place(key, words)
            case Dimension.UNIT:
                return self.unit(key)
            case Dimension.COORDINATOR:
                return self.unit(key) if key else words("nobody")
            case Dimension.DAY | Dimension.TOTAL:
                return key

    def category(self, code: str, words: Words) -> str:
        """A category's name in the language."""
        category = self.categories.get(code)
        if category is None:
            return code
        return category.name if words.language == "id" else category.name_en

    def place(self, code: str, words: Words) -> str:
        """The name of a city, kecamatan or ward."""
        return self.places.get(code, code) if code else words("nowhere")

    def unit(self, code: str) -> str:
        """The name of a unit or a supervisor."""
        return self.units.get(code, code)

    def group(self, code: str) -> str:
        """The group of a category."""
        category = self.categories.get(code)
        return category.group if category and category.group else code

    def by_group(self, cells: Mapping[str, Cell]) -> dict[str, Cell]:
        """Figures of categories as figures of their groups."""
        return _gathered(cells, {key: self.group(key) for key in cells})


def by_area(cells: Mapping[str, Cell], length: int) -> dict[str, Cell]:
    """Figures of wards as figures of the areas whose codes have so many characters."""
    return _gathered(cells, {key: key[:length] for key in cells})


def _gathered(cells: Mapping[str, Cell], into: Mapping[str, str]) -> dict[str, Cell]:
    gathered: dict[str, list[Cell]] = {}
    for key, cell in cells.items():
        gathered.setdefault(into[key], []).append(cell)
    return {key: together(parts) for key, parts in sorted(gathered.items())}
