"""Files of complaints: good rows are kept, bad ones named with line and reason."""

from pathlib import Path

import pytest

from channels.csv_file import BadRow, CsvMapping, GoodRow, UnreadableFile, read

HEADER = "reference,category,text,latitude,longitude\n"


def rows(tmp_path: Path, content: str | bytes, mapping: CsvMapping | None = None) -> list[GoodRow | BadRow]:
    file = tmp_path / "in.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read(file, "lapor", mapping or CsvMapping()))


def test_a_row_becomes_an_intake(tmp_path: Path) -> None:
    (row,) = rows(tmp_path, HEADER + '7,sampah,"Menumpuk, bau",-6.2,106.8\n')
    assert isinstance(row, GoodRow)
    assert (row.line, row.intake.reference, row.intake.text) == (2, "7", "Menumpuk, bau")
    assert row.intake.point is not None
    assert (row.intake.point.latitude, row.intake.point.longitude) == (-6.2, 106.8)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("7,sampah,x,abc,106.8", "latitude is not a number"),
        ("7,sampah,x,nan,106.8", "latitude is not a number"),
        ("7,sampah,x,-6.2,", "longitude is not a number"),
        ("7,sampah,x,-96.2,106.8", "latitude is too small; it must be at least -90"),
        ("7,sampah,,-6.2,106.8", "text is empty"),
        (",sampah,x,-6.2,106.8", "reference is empty"),
        ("7,sampah,x", "the row has 3 cells, the header names 5"),
        ("7,sampah,x\x00y,-6.2,106.8", "character that cannot be shown"),
        ("7,sampah," + "x" * 1_000_000 + ",-6.2,106.8", "text is too long; at most 10000 characters"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_kept(tmp_path: Path, line: str, reason: str) -> None:
    good = "8,sampah,Baik,-6.2,106.8"
    found = rows(tmp_path, f"{HEADER}{good}\n{line}\n{good}\n")
    assert [type(row) for row in found] == [GoodRow, BadRow, GoodRow]
    assert isinstance(found[1], BadRow)
    assert found[1].line == 3
    assert reason in found[1].reason


def test_another_encoding_is_named(tmp_path: Path) -> None:
    found = rows(tmp_path, HEADER.encode() + "7,sampah,caf\xe9,-6.2,106.8\n".encode("latin-1"))
    assert isinstance(found[0], BadRow)
    assert "not UTF-8" in found[0].reason


def test_a_file_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    good, broken = rows(tmp_path, HEADER + '7,sampah,x,-6.2,106.8\n8,sampah,"half')
    assert isinstance(good, GoodRow)
    assert isinstance(broken, BadRow)
    assert (broken.line, "broken off" in broken.reason) == (3, True)


@pytest.mark.parametrize(
    ("content", "why"),
    [("", "is empty"), ("a,b\n1,2\n", r"has no column category, reference, text. Its columns are: a, b")],
)
def test_a_file_without_its_columns_is_refused(tmp_path: Path, content: str, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        rows(tmp_path, content)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        list(read(tmp_path / "none.csv", "lapor", CsvMapping()))


def test_a_mapping_joins_columns_and_translates_words(tmp_path: Path) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        'other_category = "lainnya"\n'
        '[columns]\nreference = "id"\ntext = ["what", "more"]\ncategory = "kind"\n'
        '[categories]\n"Street Lights" = "lampu-jalan"\n'
    )
    loaded = CsvMapping.load(mapping)
    found = rows(tmp_path, "id,what,more,kind\n1,Lamp,out,Street Lights\n2,Hm,,Other\n", loaded)
    intakes = [row.intake for row in found if isinstance(row, GoodRow)]
    assert [(one.text, one.category) for one in intakes] == [("Lamp. out", "lampu-jalan"), ("Hm", "lainnya")]


@pytest.mark.parametrize("text", ["columns = 3", "unknown = 1", "= ="])
def test_a_bad_mapping_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "map.toml"
    file.write_text(text)
    with pytest.raises(UnreadableFile, match=r"map\.toml"):
        CsvMapping.load(file)


def test_a_column_given_by_option_wins(tmp_path: Path) -> None:
    mapping = CsvMapping(other_category="lainnya").with_columns({"reference": "id", "text": "what"})
    (row,) = rows(tmp_path, "id,what\n1,Hm\n", mapping)
    assert isinstance(row, GoodRow)
    with pytest.raises(UnreadableFile, match="Fields that can be mapped: reference"):
        mapping.with_columns({"nonsense": "id"})


def test_the_mapping_for_boston_ships_with_the_project() -> None:
    mapping = CsvMapping.load(Path(__file__).parents[2] / "docs" / "import-boston311.toml")
    assert mapping.columns.reference == ("case_enquiry_id",)
