"""The city's organisation: everyone is there, everyone answers to somebody, nobody to themselves."""

import shutil
from pathlib import Path

import pytest

from domain.organisation import HOLDERS, UnitKind
from domain.refusal import Refused
from jakarta.bad_data import BadData
from jakarta.load import HERE, Jakarta, load_jakarta
from jakarta.organisation import findings

CITY = load_jakarta()
UNITS = {unit.code: unit for unit in CITY.units()}


def ladder(code: str) -> list[str]:
    return [rung.code for rung in UNITS[code].ladder]


def count(kind: UnitKind) -> int:
    return sum(unit.kind is kind for unit in UNITS.values())


def test_the_territory_is_complete() -> None:
    assert (count(UnitKind.KELURAHAN), count(UnitKind.KECAMATAN)) == (267, 44)
    assert sum(code.startswith("SEKO-") for code in UNITS) == 6


def test_all_wards_route_to_a_unit_with_a_ladder() -> None:
    wards = {unit.ward for unit in UNITS.values() if unit.ward}
    assert len(wards) == 267
    for ward in wards:
        assert CITY.unit_of_ward(ward).ward == ward
        assert len(CITY.unit_of_ward(ward).ladder) == 3


def test_the_organisation_holds_together() -> None:
    assert findings(UNITS) == []
    assert all(unit.ladder for unit in UNITS.values() if unit.kind in HOLDERS)


@pytest.mark.parametrize(
    ("unit", "rungs"),
    [
        ("KEL-31.71.01.1001", ["ASKO-PEM-PUSAT", "SEKO-PUSAT", "INSPEKTORAT"]),
        ("KEC-31.74.01", ["ASKO-PEM-SELATAN", "SEKO-SELATAN", "INSPEKTORAT"]),
        ("SKPD-BINAMARGA", ["ASDA-BANG", "SEKDA", "INSPEKTORAT"]),
        ("SUDIN-BINAMARGA-PUSAT", ["ASDA-BANG", "SEKDA", "INSPEKTORAT"]),
        ("BUMD-PAMJAYA", ["SEKDA", "INSPEKTORAT"]),
    ],
)
def test_the_ladders_are_those_of_article_11(unit: str, rungs: list[str]) -> None:
    assert ladder(unit) == rungs


def test_a_cycle_and_a_missing_supervisor_are_found() -> None:
    kelurahan, kecamatan = UNITS["KEL-31.71.01.1001"], UNITS["KEC-31.71.01"]
    circle = {**UNITS, kecamatan.code: kecamatan.model_copy(update={"parent": kelurahan.code})}
    assert f"{kecamatan.code} supervises itself" in findings(circle)
    alone = {**UNITS, kelurahan.code: kelurahan.model_copy(update={"ladder": ()})}
    assert f"{kelurahan.code} has no supervisor" in findings(alone)


def test_every_unit_has_an_officer() -> None:
    assert {officer.unit for officer in CITY.officers()} == set(UNITS)


def test_thirteen_channels_have_a_desk_each() -> None:
    desks = {CITY.unit(channel.desk).code for channel in CITY.channels()}
    assert len(CITY.channels()) == len(desks) == 14, "13 of the list, and our own pages"


def test_every_category_names_a_duty_holder_that_exists() -> None:
    assert len(CITY.categories()) > 100
    assert all(category.duty in {None, *UNITS} for category in CITY.categories())


@pytest.mark.parametrize(
    ("code", "hint"),
    [("kelurahan gambir", "KEL-31.71.01.1001"), ("SKPD-BINA-MARGA", "SKPD-BINAMARGA"), ("zzzz", "org units")],
)
def test_an_unknown_unit_is_answered_with_near_matches(code: str, hint: str) -> None:
    with pytest.raises(Refused, match=f"Unknown unit '{code}'.*{hint}"):
        CITY.unit(code)


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        ("agencies.csv", "SKPD-X,Dinas X,skpd,NOBODY,,O", "NOBODY"),
        ("agencies.csv", "SKPD-X,Dinas X,ministry,SEKDA,,O", r"agencies.csv, line \d+: kind"),
        ("agencies.csv", "SKPD-SDA,Dinas SDA,skpd,SEKDA,,O", "SKPD-SDA is named twice"),
        ("officers.csv", "x,X,NOWHERE,O", "the unit NOWHERE of officer x does not exist"),
        ("categories.csv", "x,X,X,G,NOWHERE,ordinary,true,O", "the duty-holder NOWHERE of x is no unit"),
    ],
)
def test_a_mistake_in_a_file_is_named(tmp_path: Path, file: str, line: str, said: str) -> None:
    folder = tmp_path / "data"
    shutil.copytree(HERE / "data", folder)
    with (folder / file).open("a") as content:
        content.write(line + "\n")
    with pytest.raises(BadData, match=said):
        Jakarta(folder, None)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("NOWHERE,,,office,O", r"contacts\.csv: there is no unit NOWHERE"),
        ("SEKDA,no address,,office,O", r"contacts\.csv, line 2: email"),
        ("SEKDA,,call me,office,O", r"contacts\.csv, line 2: phone"),
        ("SEKDA,,,sometimes,O", r"contacts\.csv, line 2: hours"),
        ("SEKDA,,,office,O\nSEKDA,,,office,O", r"contacts\.csv: SEKDA comes twice"),
    ],
)
def test_a_bad_contact_is_named(tmp_path: Path, row: str, reason: str) -> None:
    shutil.copytree(HERE / "data", tmp_path / "data")
    (tmp_path / "data" / "contacts.csv").write_text(f"unit,email,phone,hours,mark\n{row}\n")
    with pytest.raises(BadData, match=reason):
        Jakarta(tmp_path / "data", None)


def test_every_unit_can_be_looked_up_in_the_directory() -> None:
    assert CITY.contact("SKPD-GULKARMAT").hours == "always"
    assert CITY.contact("SEKDA").hours == "office"
    assert CITY.addresses() == {}, "none is invented"


def test_categories_have_a_kind_and_say_whether_they_need_a_point() -> None:
    assert CITY.category("jalan-rusak").needs_point
    kinds = {category.kind for category in CITY.categories()}
    assert kinds == {"information", "ordinary", "supervision"}
    assert len(CITY.categories()) >= 118
