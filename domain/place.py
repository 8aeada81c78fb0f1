"""Where a complaint is, and how exactly that is known."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from domain.value import Value

DECIMALS = 7
"""Of a coordinate that is kept: 11 millimetres. Squares of distances stay within what a float holds."""


PRIVATE_DECIMALS = 2
"""Decimals of a degree to which the point of a private complaint is shown: about 1.1 km, a ward [O]."""


def _rounded(degrees: float) -> float:
    return round(degrees, DECIMALS)


class Point(Value):
    """A position in WGS84 degrees, rounded to ``DECIMALS``."""

    latitude: Annotated[float, AfterValidator(_rounded)] = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: Annotated[float, AfterValidator(_rounded)] = Field(ge=-180, le=180, allow_inf_nan=False)

    def coarse(self) -> "Point":
        """The neighbourhood of the point."""
        return Point(
            latitude=round(self.latitude, PRIVATE_DECIMALS), longitude=round(self.longitude, PRIVATE_DECIMALS)
        )


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
