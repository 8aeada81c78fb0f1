"""The wards as shapes to draw: exact where boundaries were imported, else grown around reference points.

A grown shape is the part of the land that lies nearer to the ward's reference points than to any other's:
the same approximation by which wards are found (``jakarta.wards``).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from jakarta.bad_data import read_rows
from jakarta.boundaries import features_of
from jakarta.wards import ISLANDS, SHRINK, ReferencePoint

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

DECIMALS = 4
"""Of a degree: 11 metres, finer than a screen shows."""

SIMPLER = 0.0006
"""Degrees by which a drawn line may leave the exact one: about 70 metres."""

LAND, ISLAND = 0.009, 0.02
"""Degrees of land around a reference point."""


def ward_shapes(points: Path, boundaries: Path | None, names: dict[str, str]) -> bytes:
    """The wards as GeoJSON, each with ``code`` and ``name``."""
    from shapely import set_precision  # noqa: PLC0415 - heavy
    from shapely.geometry import mapping  # noqa: PLC0415 - heavy

    shapes = _exact(boundaries) if boundaries else _grown(points)
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": names.get(code, code)},
            "geometry": _rounded(mapping(set_precision(shape, 10**-DECIMALS))),
        }
        for code, shape in shapes
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")).encode()


def _exact(file: Path) -> Iterator[tuple[str, "BaseGeometry"]]:
    from shapely.geometry import shape  # noqa: PLC0415 - heavy

    for feature in features_of(file):
        yield str(feature["properties"]["code"]), shape(feature["geometry"]).simplify(SIMPLER / 4)


def _grown(points: Path) -> Iterator[tuple[str, "BaseGeometry"]]:
    """Cells of a Voronoi diagram on the plane of ``SHRINK``, joined by ward and cut off where land ends."""
    from shapely import MultiPoint, STRtree, coverage_simplify, coverage_union_all, voronoi_polygons  # noqa: PLC0415
    from shapely.affinity import scale  # noqa: PLC0415 - heavy
    from shapely.geometry import Point  # noqa: PLC0415 - heavy

    rows = list(read_rows(points, ReferencePoint))
    places = [Point(row.longitude * SHRINK, row.latitude) for row in rows]
    cells: dict[str, list[BaseGeometry]] = {}
    tree = STRtree(places)
    for cell in voronoi_polygons(MultiPoint(places)).geoms:
        for inside in tree.query(cell, predicate="contains"):
            cells.setdefault(rows[inside].ward_code, []).append(cell)
    land = {
        code: MultiPoint(
            [place for place, row in zip(places, rows, strict=True) if row.ward_code == code]
        ).buffer(ISLAND if code.startswith(ISLANDS) else LAND, quad_segs=3)
        for code in cells
    }
    whole = [coverage_union_all(cells[code]) for code in cells]
    for code, shape in zip(cells, coverage_simplify(whole, SIMPLER), strict=True):
        yield code, scale(shape.intersection(land[code]), 1 / SHRINK, 1, origin=(0, 0))


def _rounded(geometry: object) -> object:
    """Coordinates as short as they may be: 0.1 + 0.2 is not written with 17 digits."""
    if isinstance(geometry, dict):
        return {key: _rounded(value) for key, value in geometry.items()}
    if isinstance(geometry, list | tuple):
        return [_rounded(one) for one in geometry]
    return round(geometry, DECIMALS) if isinstance(geometry, float) else geometry
