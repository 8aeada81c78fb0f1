"""Which ward a point lies in: by the nearest reference point, or by exact boundaries once imported."""

import json
import random
from pathlib import Path

import pytest

from domain.place import FoundBy, Point
from jakarta.bad_data import BadData
from jakarta.boundaries import import_boundaries
from jakarta.load import HERE, Jakarta, load_jakarta

CITY = load_jakarta()
WARDS = {unit.ward for unit in CITY.units() if unit.ward}
GAMBIR = "31.71.01.1001"
SQUARE = [[106.82, -6.18], [106.83, -6.18], [106.83, -6.17], [106.82, -6.17], [106.82, -6.18]]


@pytest.mark.parametrize(
    ("name", "latitude", "longitude", "ward"),
    [
        ("Monas", -6.1754, 106.8272, GAMBIR),
        ("Pulau Panggang", -5.7450, 106.6130, "31.01.01.1001"),
        ("Bekasi", -6.2383, 106.9756, None),
        ("Depok", -6.4025, 106.7942, None),
        ("Tangerang", -6.1783, 106.6319, None),
        ("Boston", 42.36, -71.06, None),
        ("Null Island", 0.0, 0.0, None),
        ("the middle of the bay", -6.03, 106.83, None),
    ],
)
def test_known_places(name: str, latitude: float, longitude: float, ward: str | None) -> None:
    found = CITY.find_ward(Point(latitude=latitude, longitude=longitude))
    assert found.ward == ward, name
    assert found.found_by is (FoundBy.NEAREST_POINT if ward else FoundBy.OUTSIDE)


def test_without_a_point_there_is_no_ward() -> None:
    assert CITY.find_ward(None).found_by is FoundBy.NO_POINT


def collection(*features: tuple[str, object]) -> str:
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": {"kode": code}, "geometry": geometry}
                for code, geometry in features
            ],
        }
    )


def imported(tmp_path: Path, content: str) -> Path:
    source, target = tmp_path / "in.geojson", tmp_path / "out.geojson"
    source.write_text(content)
    import_boundaries(source, "kode", {ward for ward in WARDS if ward}, target)
    return target


def test_imported_boundaries_decide(tmp_path: Path) -> None:
    kept = imported(tmp_path, collection((GAMBIR, {"type": "Polygon", "coordinates": [SQUARE]})))
    city = Jakarta(HERE / "data", kept)
    inside = city.find_ward(Point(latitude=-6.1799, longitude=106.8201))
    assert (inside.ward, inside.found_by) == (GAMBIR, FoundBy.BOUNDARY)
    just_outside = city.find_ward(Point(latitude=-6.1690, longitude=106.8250))
    assert (just_outside.ward, just_outside.found_by) == (None, FoundBy.OUTSIDE)
    elsewhere = city.find_ward(Point(latitude=-6.2300, longitude=106.8000))
    assert elsewhere.found_by is FoundBy.NEAREST_POINT, "a ward without a polygon is found as before"


def test_a_bow_tie_is_mended(tmp_path: Path) -> None:
    tie = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3], SQUARE[0]]
    source = tmp_path / "in.geojson"
    source.write_text(collection((GAMBIR, {"type": "Polygon", "coordinates": [tie]})))
    said = import_boundaries(source, "kode", {GAMBIR, "31.71.01.1002"}, tmp_path / "out")
    assert (said.wards, said.mended, said.missing) == (1, 1, ("31.71.01.1002",))


POLYGON = {"type": "Polygon", "coordinates": [SQUARE]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("no json", "cannot be read as GeoJSON"),
        ("[]", "no list of features"),
        ('{"features": []}', "has no features"),
        (collection(("31.99", POLYGON)), "kode '31.99' is no ward of ours"),
        (collection((GAMBIR, POLYGON), (GAMBIR, POLYGON)), "comes twice"),
        (collection((GAMBIR, {"type": "Point", "coordinates": [1, 2]})), "is a Point, not a polygon"),
        (collection((GAMBIR, None)), "no geometry that can be read"),
        (
            collection(
                (GAMBIR, {"type": "Polygon", "coordinates": [[[700, 9], [701, 9], [701, 8], [700, 9]]]})
            ),
            "not in degrees",
        ),
    ],
)
def test_a_file_that_will_not_do_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(BadData, match=said):
        imported(tmp_path, content)
    assert not (tmp_path / "out.geojson").exists()


def test_every_reference_point_is_in_its_own_ward() -> None:
    from jakarta.bad_data import read_rows
    from jakarta.wards import ReferencePoint

    rows = list(read_rows(HERE / "data" / "ward_points.csv", ReferencePoint))
    for row in random.Random(1).sample(rows, 200):
        found = CITY.find_ward(Point(latitude=row.latitude, longitude=row.longitude))
        assert (found.ward, found.metres) == (row.ward_code, 0)
