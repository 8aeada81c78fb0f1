"""The commands as people type them, on a stack that they started: what works, and each bad input."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.pictures import jpeg
from tests.program import ROOT, Answer, Program

MONAS = ("--lat", "-6.1754", "--lon", "106.8272")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = Program(tmp_path_factory.mktemp("cli"))
    program.up("dki-2025")
    yield program
    assert program.down() == 0


def submit(
    program: Program, *words: str, reference: str | None = None, point: tuple[str, ...] = MONAS
) -> Answer:
    return program.run(
        "submit", "--channel", "jaki", "--reference", reference or uuid4().hex, "--category", "jalan-rusak",
        "--text", "Lubang besar.", *point, *words, "--json",
    )  # fmt: skip


@pytest.fixture
def number(program: Program) -> str:
    given: str = submit(program).json["number"]
    return given


def refused(answer: Answer, *said: str) -> None:
    """One clear sentence on stderr, nothing on stdout, and a status that is not 0."""
    assert answer.status != 0
    assert answer.out == ""
    assert "Traceback" not in answer.err
    for words in said:
        assert words in answer.err


def test_submit_prints_the_receipt(program: Program) -> None:
    said = submit(program).json
    assert set(said) == {"number", "access_code", "status", "unit", "ward", "due_at"}
    assert said["number"].startswith("JK")
    assert (said["status"], said["ward"]) == ("WAITING", "31.71.01.1001")


def test_twenty_at_once_are_one_complaint(program: Program) -> None:
    with ThreadPoolExecutor(20) as pool:
        said = list(pool.map(lambda _: submit(program, reference="twenty").json["number"], range(20)))
    assert len(said) == 20
    assert len(set(said)) == 1


def test_a_reference_used_again_with_another_text_is_remarked_upon(program: Program) -> None:
    first = submit(program, reference="again")
    second = submit(program, "--place", "Jalan lain", reference="again")
    assert second.json["number"] == first.json["number"]
    assert "with another text" in second.err


def test_a_life_by_commands(program: Program, number: str, tmp_path: Path) -> None:
    photo = tmp_path / "foto.jpg"
    photo.write_bytes(jpeg())
    holder = program.run("show", number, "--json").json["unit"]
    lurah, biro = f"o-{holder.lower()}", "o-skpd-pemerintahan"
    for words, status in (
        (("accept", number, "--as", lurah), "IN_PROGRESS"),
        (("progress", number, "--as", lurah, "--note", "Di lokasi"), "IN_PROGRESS"),
        (("complete", number, "--as", lurah, "--note", "x", "--evidence", str(photo)), "AWAITING_VALIDATION"),
        (("validate", number, "--as", biro, "--reject", "--note", "Kurang"), "FOLLOW_UP_REJECTED"),
        (
            ("complete", number, "--as", lurah, "--note", "x", "--evidence", "https://x.id/1"),
            "AWAITING_VALIDATION",
        ),
        (("validate", number, "--as", biro, "--accept"), "RESOLVED"),
    ):
        assert program.run(*words, "--json").json["status"] == status
    shown = program.run("show", number, "--json").json
    assert {"outcome", "channel", "category", "unit", "ward", "ward_found_by", "hops"} <= set(shown)
    assert [set(one) for one in shown["deadlines"]] == [{"kind", "due_at", "state"}] * 4
    assert set(shown["timeline"][0]) == {"seq", "at", "event", "by", "detail"}
    assert [one["seq"] for one in shown["timeline"]] == list(range(1, 8))
    assert "foto.jpg" not in json.dumps(shown), "a file is known by its content"
    mailed = program.run("mailbox", number, "--json").json
    assert ("received", "reporter") in {(one["event"], one["recipient"]) for one in mailed}


def test_moves_by_commands(program: Program, number: str) -> None:
    holder = program.run("show", number, "--json").json["unit"]
    kecamatan = holder.rsplit(".", 1)[0].replace("KEL", "KEC")
    back = ("hand-back", number, "--as", f"o-{holder.lower()}", "--reason", "wrong_location")
    assert program.run(*back, "--json").json["unit"] == kecamatan
    given = ("reassign", number, "--as", "o-desk-jaki", "--to", "SKPD-BINAMARGA")
    assert program.run(*given, "--json").json["unit"] == "SKPD-BINAMARGA"
    down = ("dispose", number, "--as", "o-skpd-binamarga", "--to", "SUDIN-BINAMARGA-PUSAT")
    said = program.run(*down, "--json").json
    assert (said["unit"], said["hops"], said["status"]) == ("SUDIN-BINAMARGA-PUSAT", 3, "DISPOSITION")
    refused(program.run("reassign", number, "--as", "o-desk-jaki", "--to", "SKPD-SDA"), "HOP_LIMIT")


def test_the_reporter_withdraws_with_the_access_code(program: Program) -> None:
    said = submit(program).json
    refused(program.run("withdraw", said["number"]), "--access-code")
    refused(program.run("withdraw", said["number"], "--access-code", "AAAAA-AAAAA"), "NOT_YOURS")
    answer = program.run("withdraw", said["number"], "--access-code", said["access_code"], "--json")
    assert (answer.json["status"], answer.json["outcome"]) == ("CLOSED", "withdrawn")
    refused(program.run("accept", said["number"], "--as", "o-kel-31.71.01.1001"), "WRONG_STATE", "CLOSED")


def test_the_remaining_rules_by_commands(program: Program) -> None:
    said = submit(program).json
    number, lurah = said["number"], "o-kel-31.71.01.1001"
    reporter = ("--access-code", said["access_code"])
    done = ("complete", number, "--as", lurah, "--note", "x", "--evidence")
    for words, status in (
        (("ask", number, "--as", lurah, "--question", "Yang mana?"), "AWAITING_REPORTER"),
        (("reply", number, *reporter, "--answer", "Di depan SD."), "IN_PROGRESS"),
        (("request-ews", number, "--as", lurah, "--until", "2030-01-01", "--note", "Sulit"), "IN_PROGRESS"),
        (("decide-ews", number, "--as", "o-asko-pem-pusat", "--grant"), "IN_PROGRESS"),
        (("escalate", number, "--as", lurah, "--note", "Tolong"), "IN_PROGRESS"),
        ((*done, "https://x"), "AWAITING_VALIDATION"),
        (("validate", number, "--as", "o-skpd-pemerintahan", "--accept"), "RESOLVED"),
        (("rate", number, *reporter, "--score", "2"), "RESOLVED"),
        (("reopen", number, *reporter, "--note", "Belum"), "WAITING"),
        (("reject", number, "--as", "o-desk-jaki", "--note", "Pujian"), "CLOSED"),
    ):
        answer = program.run(*words, "--json").json
        assert answer["status"] == status
    assert (answer["outcome"], answer["escalation_level"]) == ("rejected", 1)
    assert answer["due_at"] > "2029-12-31T17", "the EWS, in Jakarta's time, and the pauses after it"


def test_a_command_left_behind_shows_its_refusal_on_the_timeline(program: Program, number: str) -> None:
    left = program.run("progress", number, "--as", "o-kel-31.71.01.1001", "--note", "x", "--later")
    assert left.status == 0
    for _ in range(20):
        timeline = program.run("show", number, "--json").json["timeline"]
        if len(timeline) == 2:
            break
    assert (timeline[1]["event"], "WRONG_STATE" in timeline[1]["detail"]) == ("command_refused", True)


def test_lists(program: Program, number: str) -> None:
    unit = program.run("show", number, "--json").json["unit"]
    for words in (("--unit", unit), ("--status", "WAITING"), ("--ward", "31.71.01.1001"), ()):
        assert number in {one["number"] for one in program.run("list", *words, "--json").json}
    assert number not in {one["number"] for one in program.run("list", "--overdue", "--json").json}


@pytest.mark.parametrize("what", ["units", "officers", "categories", "channels"])
def test_the_organisation_is_listed(program: Program, what: str) -> None:
    said = program.run("org", what, "--json").json
    assert all({"code", "name"} <= set(one) for one in said)
    if what == "units":
        assert all({"kind", "parent", "ward"} <= set(one) for one in said)
        assert sum(one["kind"] == "kelurahan" for one in said) == 267
    assert program.run("org", what).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--lat", "-6.1", "--lon", "106.8", "--accuracy", "-1"), "accuracy_metres is too small"),
        (("--policy", "none"), "There is no policy 'none'"),
        (("--text", ""), "text is empty"),
        (("--text", "x" * 100_000), "text is too long; at most 10000 characters"),
        (("--channel", "jakki"), "UNKNOWN_CHANNEL"),
        (("--category", "jalan-rusakk"), "Did you mean jalan-rusak"),
        (("--lat", "nan"), "latitude is not a number"),
        (("--lat", "-96"), "latitude is too small"),
        (("--lat", "north"), "--lat"),
    ],
)
def test_a_bad_submission_is_refused(program: Program, words: tuple[str, ...], said: str) -> None:
    refused(submit(program, *words), said)


def test_half_a_point_is_refused(program: Program) -> None:
    refused(submit(program, point=("--lat", "-6.1")), "needs both --lat and --lon")


def test_a_point_outside_goes_to_the_desk_and_says_so(program: Program) -> None:
    answer = submit(program, point=("--lat", "42.36", "--lon", "-71.06"))
    assert (answer.json["unit"], answer.json["ward"]) == ("DESK-JAKI", None)
    assert "outside the territory" in answer.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "JK0000000000"), "UNKNOWN_NUMBER"),
        (("mailbox", "JK0000000000"), "UNKNOWN_NUMBER"),
        (("accept", "JK0000000000", "--as", "o-desk-jaki"), "UNKNOWN_NUMBER"),
        (("list", "--unit", "NOWHERE"), "UNKNOWN_UNIT"),
        (("list", "--ward", "31.99"), "no ward '31.99'"),
        (("list", "--status", "DONE"), "--status"),
        (("up", "--policy", "dki-1999"), "There is no policy 'dki-1999'"),
        (("up",), "already runs on the data"),
    ],
)
def test_a_bad_question_is_refused(program: Program, words: tuple[str, ...], said: str) -> None:
    refused(program.run(*words), said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("accept", "--as", "nobody-at-all"), "UNKNOWN_OFFICER"),
        (("accept", "--as", "o-skpd-sda"), "NOT_YOURS"),
        (("complete", "--as", "o-kel-31.71.01.1001", "--note", "x"), "WRONG_STATE"),
        (
            ("complete", "--as", "o-kel-31.71.01.1001", "--note", "x", "--evidence", "/no/such"),
            "cannot be read",
        ),
        (("complete", "--as", "o-kel-31.71.01.1001", "--evidence", "https://x"), "note is empty"),
        (("coordinate", "--as", "o-kel-31.71.01.1001", "--to", "SKPD-SDA"), "WRONG_TARGET"),
        (("dispose", "--as", "o-kel-31.71.01.1001", "--to", "SKPD-SDA"), "WRONG_TARGET"),
        (("reassign", "--as", "o-desk-jaki", "--to", "SKPD-XX"), "UNKNOWN_UNIT"),
        (("validate", "--as", "o-skpd-pemerintahan", "--accept"), "WRONG_STATE"),
    ],
)
def test_a_bad_command_is_refused(program: Program, number: str, words: tuple[str, ...], said: str) -> None:
    refused(program.run(words[0], number, *words[1:]), said)


def test_a_completion_without_evidence_is_refused(program: Program, number: str) -> None:
    assert program.run("accept", number, "--as", "o-kel-31.71.01.1001").status == 0
    refused(program.run("complete", number, "--as", "o-kel-31.71.01.1001", "--note", "x"), "NO_EVIDENCE")


def test_import_keeps_good_rows_lists_bad_ones_and_can_be_repeated(program: Program, tmp_path: Path) -> None:
    file, listed = tmp_path / "in.csv", tmp_path / "bad.csv"
    rows = [f"{number},sampah,Menumpuk {number},-6.17,106.82" for number in range(30)]
    rows.insert(7, "x,sampah,Salah,utara,106.8")
    rows.insert(8, "y,sampahh,Kategori salah,-6.17,106.82")
    file.write_text("reference,category,text,latitude,longitude\n" + "\n".join(rows) + "\n")
    words = ("import", str(file), "--channel", "lapor", "--report", str(listed), "--json")
    first = program.run(*words)
    assert (first.status, "2 of 32 rows were not taken" in first.err) == (1, True)
    assert json.loads(first.out) == {"rows": 32, "new": 30, "known": 0, "rejected": 2, "report": str(listed)}
    assert [line.split(",")[0] for line in listed.read_text().splitlines()] == ["line", "9", "10"]
    again = json.loads(program.run(*words).out)
    assert (again["new"], again["known"]) == (0, 30)


def test_an_import_that_cannot_be_is_refused(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("a,b\n1,2\n")
    refused(program.run("import", str(file), "--channel", "lapor"), "has no column", "--map")
    refused(program.run("import", str(tmp_path / "none.csv"), "--channel", "lapor"), "cannot be read")
    refused(program.run("import", str(file), "--channel", "telepati"), "UNKNOWN_CHANNEL")
    refused(program.run("import", str(file), "--channel", "lapor", "--column", "x"), "FIELD=COLUMN")


def test_status_tells_where_everything_is(program: Program) -> None:
    said = program.run("status", "--json").json
    assert said["ready"] is True
    assert {"temporal", "temporal_ui", "database", "worker"} <= set(said)


def test_without_a_stack_every_command_says_what_to_do(tmp_path: Path) -> None:
    alone = Program(tmp_path)
    for words in (("list",), ("show", "JK1"), ("accept", "JK1", "--as", "o-desk-jaki"), ("mailbox",)):
        answer = alone.run(*words)
        refused(answer, "is not reachable", "Start the stack with: starter.py up")
        assert answer.status == 3
    refused(submit(alone), "is not reachable")
    assert alone.run("status").status == 3


def test_a_worker_alone_says_what_is_missing(tmp_path: Path) -> None:
    environment = {**os.environ, "TUNTAS_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, str(ROOT / "worker.py")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert "not reachable" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_names_every_verb(program: Program) -> None:
    said = program.run("--help").out
    for verb in ("up", "submit", "import", "accept", "hand-back", "validate", "withdraw", "mailbox", "org"):
        assert verb in said


def test_a_duplicate_is_merged_followed_and_separated(program: Program) -> None:
    there = ("--lat", "-6.2607", "--lon", "106.7816")
    parent, child = submit(program, point=there).json, submit(program, point=there).json
    officer = f"o-{child['unit'].lower()}"
    assert program.run("show", parent["number"], "--json").json["may_repeat"] == [child["number"]]
    merged = program.run("merge", child["number"], "--into", parent["number"], "--as", officer, "--json").json
    assert (merged["status"], merged["parent"]) == ("FOLLOWING", parent["number"])
    shown = program.run("show", parent["number"], "--json").json
    assert shown["followers"] == [child["number"]]
    assert shown["may_repeat"] == [], "one that follows it is no candidate any more"
    refused(
        program.run("merge", parent["number"], "--into", child["number"], "--as", officer),
        "WRONG_TARGET",
        "itself follows",
    )
    refused(program.run("separate", child["number"], "--as", officer), "note")
    words = ("separate", child["number"], "--as", officer, "--note", "Lain lokasi", "--json")
    assert program.run(*words).json["status"] == "WAITING"
    assert "it no longer follows" in program.run("show", child["number"]).out


def test_a_calendar_that_is_in_force_everywhere_moves_nothing(program: Program, number: str) -> None:
    assert number
    said = program.run("policy", "apply", "--preview", "--json").json
    assert (said["preview"], said["move"], said["moves"]) == (True, 0, [])
    refused(program.run("policy", "apply"), "--reason")


def test_units_are_listed_with_who_monitors_them_and_when_they_work(program: Program) -> None:
    units = {unit["code"]: unit for unit in program.run("org", "units", "--json").json}
    assert units["SUDIN-BINAMARGA-PUSAT"]["monitored_by"] == "ASDA-BANG"
    assert units["SKPD-GULKARMAT"]["hours"] == "always"
    categories = {one["code"]: one for one in program.run("org", "categories", "--json").json}
    assert categories["jalan-rusak"]["needs_point"] is True


def test_a_key_opens_the_web_until_it_is_revoked(program: Program) -> None:
    url = program.run("status", "--json").json["web"]
    made = program.run("keys", "add", "jaki", "--name", "uji", "--scope", "read", "--json").json
    assert made["scopes"] == ["read"]

    def status_of(key: str) -> int:
        return httpx.get(f"{url}/api/v1/complaints", headers={"Authorization": f"Bearer {key}"}).status_code

    assert status_of(made["key"]) == 200
    rotated = program.run("keys", "rotate", made["id"], "--json").json
    assert (status_of(made["key"]), status_of(rotated["key"])) == (200, 200)
    assert program.run("keys", "revoke", made["id"], "--json").json["works"] is False
    assert (status_of(made["key"]), status_of(rotated["key"])) == (401, 200)
    listed = {key["id"]: key["works"] for key in program.run("keys", "list", "jaki", "--json").json}
    assert (listed[made["id"]], listed[rotated["id"]]) == (False, True)
    assert made["key"] not in program.run("keys", "list").out
    assert program.run("keys", "add", "lapor").out.startswith("tuntas_")
    refused(program.run("keys", "revoke", "key-x"), "There is no key 'key-x'")
    refused(program.run("keys", "add", "tidak-ada"), "UNKNOWN_CHANNEL")
    assert httpx.get(f"{url}/readyz").json()["parts"] == ["PostgreSQL", "Temporal"]


def test_the_deployment_shows_its_builds_and_goes_forward_only_to_those_that_poll(program: Program) -> None:
    shown = program.run("deployment", "show", "--json").json
    assert shown["deployment"] == "tuntas"
    assert [(build["build_id"], build["status"]) for build in shown["builds"]] == [
        (shown["current"], "current")
    ]
    promoted = program.run("deployment", "promote", shown["current"])
    assert (promoted.status, promoted.err) == (0, f"{shown['current']} is current.\n")
    refused(program.run("deployment", "promote", "never-built"), "build")
    refused(program.run("deployment", "ramp", "never-built", "10"), "build")
    refused(program.run("deployment", "ramp", shown["current"], "110"))
    assert program.run("deployment", "show", "--json").json["current"] == shown["current"]
