"""Complaints that may be about the same thing."""

from itertools import count
from uuid import uuid4

import pytest

from domain.intake import complaint_id
from domain.place import Point
from domain.view import view
from store.complaints import Recorder, Register
from store.database import Database
from store.duplicates import Duplicates
from tests.city import MONDAY, Life, opening

SPOTS = count(1)
"""Each test has a kilometre of its own."""

ROADS = {"jalan-rusak", "jalan-berlubang"}
SAID = "Lubang besar di depan SD Cideng, berbahaya untuk anak sekolah"


async def put(
    engine: Database, text: str, metres: float, category: str = "jalan-rusak", place: str | None = None
) -> str:
    """A complaint some metres north of a spot of its own test."""
    point = None if place else Point(latitude=-6.3 + metres / 111_320, longitude=106.7)
    start = opening(reference=uuid4().hex, text=text, point=point, category=category, place=place)
    identity = complaint_id("jaki", start.intake.reference)
    given = await Register(engine).number(identity, "run", "jaki", start.intake.reference, MONDAY)
    life = Life(start)
    life.complaint.number = given.number
    await Recorder(engine).record(view(life.complaint, identity), life.events, [], start)
    return given.number


@pytest.mark.parametrize(
    ("text", "metres", "category", "found"),
    [
        ("Ada lubang besar dekat SD Cideng, bahaya buat anak-anak", 100, "jalan-rusak", True),
        ("Lubang besar depan SD Cideng", 100, "jalan-berlubang", True),
        ("Lubang besar depan SD Cideng", 151, "jalan-rusak", False),
        ("Lubang besar depan SD Cideng", 100, "sampah", False),
        ("Aspal mengelupas sepanjang flyover", 100, "jalan-rusak", False),
    ],
)
async def test_candidates_are_near_of_the_same_family_and_alike(
    engine: Database, text: str, metres: float, category: str, found: bool
) -> None:
    spot = 1000.0 * next(SPOTS)
    one = await put(engine, SAID, spot)
    other = await put(engine, text, spot + metres, category)
    candidates = await Duplicates(engine).of(one, ROADS)
    assert (other in {candidate.number for candidate in candidates}) == found


async def test_the_same_named_place_will_do_without_a_point(engine: Database) -> None:
    place = f"Jalan {uuid4().hex}"
    one = await put(engine, SAID, 0, place=place)
    other = await put(engine, "Lubang di depan SD Cideng", 0, place=place)
    (candidate,) = await Duplicates(engine).of(one, ROADS)
    assert (candidate.number, candidate.metres) == (other, None)


async def test_an_unknown_number_has_no_duplicates(engine: Database) -> None:
    assert await Duplicates(engine).of("JK0", ROADS) == []
