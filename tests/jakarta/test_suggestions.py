"""Suggestions for the desk: the duty-holder, and rather its sub-unit where the text names the city."""

import pytest

from jakarta.load import load_jakarta
from jakarta.suggestions import Suggestions

SUGGESTIONS = Suggestions(load_jakarta())


def first(category: str, text: str, ward: str | None = None) -> str | None:
    found = SUGGESTIONS.suggest(category, text, ward)
    return found[0].unit if found else None


@pytest.mark.parametrize(
    ("category", "text", "unit"),
    [
        ("jalan-rusak", "Jalan di Tebet Timur rusak parah", "SUDIN-BINAMARGA-SELATAN"),
        ("lampu-jalan", "Lampu mati di JAKBAR!", "SUDIN-BINAMARGA-BARAT"),
        ("jalan-rusak", "Jalan rusak", "SKPD-BINAMARGA"),
        ("air-mati", "Air mati di Kebon Jeruk", "BUMD-PAMJAYA"),
        ("listrik-padam", "Gelap", "VERT-PLN"),
        ("layanan-kelurahan", "Loket tutup di Cideng", "KEL-31.71.01.1002"),
        ("saran", "Mantap", None),
    ],
)
def test_the_first_suggestion(category: str, text: str, unit: str | None) -> None:
    assert first(category, text) == unit


def test_the_ward_counts_as_a_named_place() -> None:
    assert first("sampah", "Menumpuk", "31.71.01.1001") == "SUDIN-LH-PUSAT"


def test_a_name_that_kelurahan_and_kecamatan_share_means_both() -> None:
    units = {one.unit for one in SUGGESTIONS.suggest("lainnya", "Kantor Gambir tutup")}
    assert {"KEL-31.71.01.1001", "KEC-31.71.01"} <= units


def test_a_longer_name_hides_a_shorter_one() -> None:
    units = {one.unit for one in SUGGESTIONS.suggest("lainnya", "Di Tebet Timur")}
    assert "KEL-31.74.01.1001" in units
    kecamatan = [
        one for one in SUGGESTIONS.suggest("lainnya", "Di Tebet Timur") if one.unit == "KEC-31.74.01"
    ]
    assert [one.why for one in kecamatan] == ["Kelurahan Tebet Timur belongs to it"]


def test_each_suggestion_says_why_and_how_sure() -> None:
    found = SUGGESTIONS.suggest("jalan-rusak", "Tebet Timur")
    assert all(0 < one.score < 1 and one.why for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
