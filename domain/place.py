"""Where a complaint is, and how exactly that is known."""

from enum import StrEnum

from pydantic import Field

from domain.value import Value


class Point(Value):
    """A position in WGS84 degrees."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)


class FoundBy(StrEnum):
    """How the ward of a complaint was found, or why none was (DESIGN rule 1)."""

    BOUNDARY = "boundary"
    NEAREST_POINT = "nearest_point"
    NO_POINT = "no_point"
    OUTSIDE = "outside"
    TOO_COARSE = "too_coarse"


class WardFound(Value):
    """The answer of the ward map: a Kemendagri ward code or None, and how it was found.

    ``metres`` is the distance to the nearest reference point where that is how it was found.
    """

    ward: str | None
    found_by: FoundBy
    metres: float | None = None
