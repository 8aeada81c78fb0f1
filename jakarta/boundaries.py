"""Exact ward boundaries: imported from a GeoJSON file, and searched by polygon."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from domain.place import FoundBy, Point, WardFound
from jakarta.bad_data import BadData

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

SIX_PLACES = 6
"""Decimals of a degree that are kept: about 10 cm."""


class Imported(NamedTuple):
    """What an import took in: how many wards, which of ours the file lacks, how many shapes were mended."""

    wards: int
    missing: tuple[str, ...]
    mended: int


class Boundaries:
    """Finds wards by polygon, and asks the approximate map where no polygon holds the point."""

    def __init__(self, file: Path, otherwise: Callable[[Point], WardFound]) -> None:
        from shapely import STRtree  # noqa: PLC0415 - heavy
        from shapely.geometry import shape  # noqa: PLC0415 - heavy

        features = features_of(file)
        self._codes = [str(feature["properties"]["code"]) for feature in features]
        self._tree = STRtree([shape(feature["geometry"]) for feature in features])
        self._known = set(self._codes)
        self._otherwise = otherwise

    def find(self, point: Point) -> WardFound:
        """The ward whose polygon holds the point.

        A point that no polygon holds is OUTSIDE, unless its nearest ward has no polygon in the file.
        """
        from shapely.geometry import Point as Place  # noqa: PLC0415 - heavy

        inside = self._tree.query(Place(point.longitude, point.latitude), predicate="intersects")
        if len(inside):
            return WardFound(ward=min(self._codes[one] for one in inside), found_by=FoundBy.BOUNDARY)
        guess = self._otherwise(point)
        if guess.ward is None or guess.ward not in self._known:
            return guess
        return WardFound(ward=None, found_by=FoundBy.OUTSIDE)


def import_boundaries(file: Path, code_property: str, wards: set[str], target: Path) -> Imported:
    """Checks a GeoJSON file and keeps its polygons for later starts. Raises ``BadData``."""
    from shapely import make_valid, set_precision  # noqa: PLC0415 - heavy
    from shapely.geometry import mapping, shape  # noqa: PLC0415 - heavy

    kept: dict[str, Mapping[str, Any]] = {}
    mended = 0
    for number, feature in enumerate(features_of(file), 1):
        code = str(feature.get("properties", {}).get(code_property, ""))
        if code not in wards:
            raise BadData(f"{file.name}, feature {number}: {code_property} {code!r} is no ward of ours.")
        if code in kept:
            raise BadData(f"{file.name}, feature {number}: ward {code} comes twice.")
        geometry = _geometry(shape, feature, f"{file.name}, feature {number}")
        if not geometry.is_valid:
            geometry, mended = make_valid(geometry), mended + 1
        kept[code] = mapping(set_precision(geometry, 10**-SIX_PLACES))
    _write(kept, target)
    return Imported(len(kept), tuple(sorted(wards - set(kept))), mended)


def features_of(file: Path) -> list[dict[str, Any]]:
    """The features of a GeoJSON collection. Raises ``BadData``."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        features = content["features"]
    except (OSError, ValueError) as error:
        raise BadData(f"{file} cannot be read as GeoJSON: {error}.") from error
    except (KeyError, TypeError):
        raise BadData(f"{file} is no GeoJSON collection: it has no list of features.") from None
    if not isinstance(features, list) or not features:
        raise BadData(f"{file} has no features.")
    return features


def _geometry(shape: Callable[..., "BaseGeometry"], feature: dict[str, Any], where: str) -> "BaseGeometry":
    from shapely.errors import ShapelyError  # noqa: PLC0415 - heavy

    try:
        geometry = shape(feature["geometry"])
    except (ShapelyError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadData(f"{where} has no geometry that can be read.") from error
    if geometry.is_empty or geometry.geom_type not in {"Polygon", "MultiPolygon"}:
        raise BadData(f"{where} is a {geometry.geom_type}, not a polygon.")
    west, south, east, north = geometry.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004
        raise BadData(f"{where} is not in degrees of longitude and latitude (WGS84).")
    return geometry


def _write(kept: Mapping[str, Mapping[str, Any]], target: Path) -> None:
    features = [
        {"type": "Feature", "properties": {"code": code}, "geometry": geometry}
        for code, geometry in kept.items()
    ]
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".new")
    unfinished.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    unfinished.replace(target)
