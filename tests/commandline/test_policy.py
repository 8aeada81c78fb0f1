"""A new holiday: seen in a preview, sent to open complaints, on their timelines, and once only."""

import shutil
from collections.abc import Iterator
from datetime import datetime

import pytest

from jakarta import load
from tests.commandline.test_commands import MONAS, refused, submit
from tests.program import Program


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A stack on a copy of the city's files, so that a holiday can be added."""
    home = tmp_path_factory.mktemp("policy")
    shutil.copytree(load.HERE / "data", home / "data")
    program = Program(home, TUNTAS_CITY_DATA=str(home / "data"))
    program.up("dki-2025")
    yield program
    assert program.down() == 0


def test_a_new_holiday_is_previewed_and_sent(program: Program) -> None:
    number = submit(program, point=MONAS).json["number"]
    holder = program.run("show", number, "--json").json["unit"]
    lurah = f"o-{holder.lower()}"
    program.run("accept", number, "--as", lurah)
    program.run("complete", number, "--as", lurah, "--note", "x", "--evidence", "https://x.id/1")
    due = _due(program, number)
    holiday = datetime.fromisoformat(due).date()
    with (program.home / "data" / "calendar.toml").open("a") as file:
        file.write(f'\n[[closed]]\nday = {holiday}\nreason = "Keputusan Gubernur"\n')
    preview = program.run("policy", "apply", "--preview", "--json").json
    assert (preview["differ"], preview["move"]) == (1, 1)
    (move,) = preview["moves"]
    assert (move["number"], move["clock"], move["before"]) == (number, "validation", due)
    assert _due(program, number) == due, "a preview moves nothing"
    sent = program.run("policy", "apply", "--reason", "Libur baru", "--json").json
    assert sent["moves"] == preview["moves"]
    assert _due(program, number) == move["after"] > due
    timeline = program.run("show", number, "--json").json["timeline"]
    assert [entry["event"] for entry in timeline].count("calendar_adopted") == 1
    assert "Libur baru" in timeline[-1]["detail"]
    again = program.run("policy", "apply", "--reason", "Libur baru", "--json").json
    assert (again["differ"], again["move"]) == (0, 0)


def test_bad_city_data_is_named(program: Program) -> None:
    refused(program.run("org", "units", TUNTAS_CITY_DATA="/nowhere"), "/nowhere")


def _due(program: Program, number: str) -> str:
    clocks = program.run("show", number, "--json").json["deadlines"]
    due: str = next(one["due_at"] for one in clocks if one["kind"] == "validation")
    return due
