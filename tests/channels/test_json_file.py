"""Complaints from a JSON file: good ones are taken, bad ones named, a file that is none refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from channels.csv_file import BadRow, GoodRow, UnreadableFile
from channels.json_file import SCHEMA, read

GOOD = {"reference": "7", "category": "sampah", "text": "Menumpuk", "latitude": -6.2, "longitude": 106.8}


def rows(folder: Path, content: Any) -> list[GoodRow | BadRow]:
    file = folder / "laporan.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return list(read(file, "lapor"))


def test_complaints_are_read_from_a_list_or_an_export(tmp_path: Path) -> None:
    told = {**GOOD, "number": "JK2611020001", "status": "CLOSED", "name": "Budi", "contact": ""}
    for content in ([told], {"schema": SCHEMA, "complaints": [told]}):
        (row,) = rows(tmp_path, content)
        assert isinstance(row, GoodRow)
        assert (row.line, row.intake.channel, row.intake.reference) == (1, "lapor", "7")
        assert (row.intake.reporter.name, row.intake.reporter.contact) == ("Budi", None)
        assert row.intake.point is not None


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("x", "not a JSON object"),
        ({}, "reference is missing"),
        ({**GOOD, "text": 5}, "text is not valid"),
        ({**GOOD, "longitude": None}, "longitude is not"),
        ({**GOOD, "latitude": 95}, "latitude is too large"),
    ],
)
def test_a_bad_complaint_is_named_and_the_others_are_kept(tmp_path: Path, told: Any, reason: str) -> None:
    bad, good = rows(tmp_path, [told, GOOD])
    assert isinstance(bad, BadRow)
    assert reason in bad.reason
    assert isinstance(good, GoodRow)


@pytest.mark.parametrize("content", ["", "5", "{}", '{"schema": "x"}', "[" * 100_000, "\udcff"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "laporan.json"
    file.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(UnreadableFile):
        list(read(file, "lapor"))
    with pytest.raises(UnreadableFile):
        list(read(tmp_path / "none.json", "lapor"))
