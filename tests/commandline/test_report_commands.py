"""Reports as people ask for them, over a small made-up year in a stack of its own."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program import Program

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("report-commands")]

MONTH = "2025-10"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = Program(tmp_path_factory.mktemp("home"))
    program.up("dki-2025")
    made = program.run("synthetic-year", "--complaints", "500", "--seed", "9")
    assert made.status == 0, made.err
    assert "500 made-up complaints were written" in made.err
    yield program
    program.end()


def test_a_year_that_is_there_is_left_alone_and_its_trail_is_whole(program: Program) -> None:
    again = program.run("synthetic-year", "--complaints", "500", "--seed", "9")
    assert again.status == 0
    assert "0 made-up complaints were written" in again.err
    verified = program.run("audit", "verify")
    assert verified.status == 0
    assert "no break" in verified.out + verified.err


def test_a_report_is_written_in_either_language(program: Program, tmp_path: Path) -> None:
    for language in ("id", "en"):
        done = program.run("report", MONTH, "--out", str(tmp_path), "--language", language)
        assert done.status == 0, done.err
    names = {one.name for one in tmp_path.iterdir()}
    assert {f"{stem}-2025-10{end}" for stem in ("laporan", "report") for end in (".pdf", ".xlsx")} <= names
    assert json.loads((tmp_path / "laporan-2025-10.json").read_text())["synthetic"] is True


def test_each_figure_has_its_list(program: Program) -> None:
    said = program.run("report", MONTH, "--json").json
    counts = said["figures"]["total"][""]["counts"]
    for figure in ("received", "resolution_on_time", "open", "moved"):
        assert len(program.run("report", MONTH, "--list", figure, "--json").json) == counts[figure]
    by_unit = Counter({key: one["counts"].get("received", 0) for key, one in said["figures"]["unit"].items()})
    ((unit, many),) = by_unit.most_common(1)
    listed = program.run("report", MONTH, "--list", "received", "--by", "unit", "--key", unit, "--json").json
    assert len(listed) == many
    shown = program.run("show", listed[0]["number"], "--json")
    assert shown.status == 0


def test_red_flags_are_facts_with_links(program: Program) -> None:
    flags = program.run("reports", "red-flags", MONTH, "--json").json
    said = program.run("report", MONTH, "--json").json["figures"]["total"][""]["counts"]
    assert len(flags) == said.get("resolution_late", 0) + said["resolution_overdue"]
    assert all(one["link"].endswith(f"/office/complaints/{one['number']}") for one in flags)
    unit = flags[0]["unit"]
    assert program.run("reports", "red-flags", MONTH, "--unit", unit).status == 0


def test_a_coordinator_can_read_the_letter_of_a_week(program: Program) -> None:
    said = program.run("reports", "letter", "ASKO-PEM-SELATAN", "--weekly", "--until", "2025-10-13")
    assert said.status == 0, said.err
    assert said.out.startswith("Lingkup Anda, 6 Oktober 2025 sampai 12 Oktober 2025:")
    assert "--\nThe scope of" in said.out


def test_open_data_has_a_line_for_each_complaint_and_nothing_of_a_person(
    program: Program, tmp_path: Path
) -> None:
    assert program.run("open-data", MONTH, "--out", str(tmp_path)).status == 0
    rows = list(csv.DictReader((tmp_path / "pengaduan-2025-10.csv").read_text("utf-8-sig").splitlines()))
    listed = program.run("report", MONTH, "--list", "received", "--json").json
    assert len(rows) == len(listed) > 0
    text = (tmp_path / "pengaduan-2025-10.csv").read_text("utf-8-sig")
    assert not [one["number"] for one in listed if one["number"] in text]
    private = Counter(
        (row["ward_code"], row["kecamatan"], row["city"], row["group"], row["category"], row["channel"])
        for row in rows
        if row["public"] == "no"
    )
    assert min(private.values()) >= 5


def test_what_strikes_is_looked_for_and_listed(program: Program) -> None:
    looked = program.run("integrity", MONTH, "--json")
    assert looked.status == 0, looked.err
    assert "Findings in 2025-10" in looked.err
    again = program.run("integrity", MONTH, "--json")
    assert "0 new" in again.err
    assert again.json == looked.json == program.run("integrity", MONTH, "--no-look", "--json").json
    assert program.run("integrity", MONTH, "--rule", "low_ratings", "--state", "open").status == 0


def test_what_cannot_be_reported_is_said(program: Program) -> None:
    assert "write it as 2026-10" in program.run("report", "oktober").err
    assert "not over yet" in program.run("report", "2999-01").err
    assert program.run("report", MONTH, "--language", "nl").status == 1
    assert program.run("reports", "letter", "NOBODY").status == 1


def test_among_real_complaints_nothing_is_made_up(program: Program) -> None:
    submitted = program.run(
        "submit", "--channel", "jaki", "--reference", "R-1", "--category", "jalan-rusak", "--text", "Lubang"
    )
    assert submitted.status == 0, submitted.err
    refused = program.run("synthetic-year", "--complaints", "500", "--seed", "10")
    assert refused.status == 1
    assert "1 complaints that are not made up" in refused.err
