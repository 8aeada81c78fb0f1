"""The approximate ward map: the ward of the nearest reference point.

It agrees with the official boundaries for 95.1 % of random points on the mainland (DOMAIN.md).
"""

import math
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from domain.place import FoundBy, Point, WardFound
from jakarta.bad_data import Entry, read_rows

METRES_PER_DEGREE = 111_320.0
SHRINK = math.cos(math.radians(6.2))
"""A degree of longitude at 6.2° south, in degrees of latitude."""

REACH_METRES = 1_000.0
"""Beyond this distance from every reference point a place is outside the territory: it keeps 99.9 % of
random points on the mainland and lets in 16 % of those outside, all within a kilometre of it."""

ISLAND_REACH_METRES = 5_000.0
"""For the Kepulauan Seribu, whose reference points lie far apart in the sea."""

ISLANDS = "31.01."


class ReferencePoint(Entry):
    """A row of ``ward_points.csv``."""

    ward_code: str
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class NearestPoint:
    """Finds wards by their reference points."""

    def __init__(self, file: Path) -> None:
        self._points = [
            (row.latitude, row.longitude * SHRINK, row.ward_code) for row in read_rows(file, ReferencePoint)
        ]

    def points(self) -> list[tuple[str, Point]]:
        """Every reference point with the code of its ward."""
        return [
            (ward, Point(latitude=latitude, longitude=shrunk / SHRINK))
            for latitude, shrunk, ward in self._points
        ]

    def find(self, point: Point) -> WardFound:
        """The ward of the nearest reference point, or OUTSIDE when none is within reach."""
        latitude, longitude = point.latitude, point.longitude * SHRINK
        squared, ward = min(
            ((one[0] - latitude) ** 2 + (one[1] - longitude) ** 2, one[2]) for one in self._points
        )
        metres = round(math.sqrt(squared) * METRES_PER_DEGREE, 1)
        if metres > (ISLAND_REACH_METRES if ward.startswith(ISLANDS) else REACH_METRES):
            return WardFound(ward=None, found_by=FoundBy.OUTSIDE, metres=metres)
        return WardFound(ward=ward, found_by=FoundBy.NEAREST_POINT, metres=metres)


def most_central(points: Sequence[Point]) -> Point:
    """The point that lies nearest to the middle of all of them."""
    latitude = sum(point.latitude for point in points) / len(points)
    longitude = sum(point.longitude for point in points) / len(points)
    return min(
        points,
        key=lambda point: (
            (point.latitude - latitude) ** 2 + ((point.longitude - longitude) * SHRINK) ** 2,
            point.latitude,
        ),
    )
