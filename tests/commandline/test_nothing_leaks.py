"""Nothing that people said can be read in any file that the service writes.

Words are planted wherever people can write; then every file of the data folder is searched for them: the
database of Temporal, PostgreSQL with its write-ahead log, and all logs.
"""

import base64
from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from runtime.free_port import free_port
from tests.program import Answer, Program

PLANTED = {
    "name": "Zulaikhaplant",
    "contact": "kontakplant@contoh.id",
    "text": "Isilaporanplant",
    "place": "Tempatplant",
    "note": "Catatanplant",
    "question": "Tanyaplant",
    "answer": "Jawabplant",
    "refused": "Tolakplant",
    "alert": "peringatanplant@contoh.id",
    "sought": "Dicariplant",
}
LURAH = "o-kel-31.71.01.1001"

pytestmark = pytest.mark.xdist_group("leaks")  # one stack for all of them


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after a life in which everything was said, and much went wrong."""
    home = tmp_path_factory.mktemp("leaks")
    nobody = f"mailto://127.0.0.1:{free_port()}?from=tuntas@contoh.id&to={{to}}"
    program = Program(home, TUNTAS_NOTIFY_URL=nobody, TUNTAS_LOG_LEVEL="debug")
    program.up("dki-2025")
    _live(program)
    assert program.down() == 0
    return home


def _live(program: Program) -> None:
    answer = program.run(
        "submit", "--channel", "jaki", "--reference", uuid4().hex, "--category", "jalan-rusak",
        "--text", PLANTED["text"] * 3, "--name", PLANTED["name"], "--contact", PLANTED["contact"],
        "--place", PLANTED["place"], "--lat", "-6.1754", "--lon", "106.8272", "--json",
    )  # fmt: skip
    number, code = answer.json["number"], answer.json["access_code"]

    def act(*words: str) -> Answer:
        return program.run(words[0], number, *words[1:])

    officer = ("--as", LURAH)
    for done in (
        act("accept", *officer, "--note", PLANTED["note"]),
        act("ask", *officer, "--question", PLANTED["question"]),
        act("reply", "--access-code", code, "--answer", PLANTED["answer"]),
        act("progress", *officer, "--note", PLANTED["note"], "--later"),
        act("complete", *officer, "--note", PLANTED["note"], "--evidence", "https://contoh.id/a.jpg"),
        act("show"),
        program.run("mailbox"),
        program.run("mailbox", number),
    ):
        assert done.status == 0, done.err
    assert act("accept", *officer, "--note", PLANTED["refused"]).status == 1
    assert act("accept", *officer, "--note", PLANTED["refused"], "--later").status == 0
    web = program.run("status", "--json").json["web"]
    where = {"address": PLANTED["alert"], "ward": "31.71.01.1001"}
    assert httpx.post(f"{web}/api/v1/alerts", json=where).status_code == 202
    wrong = {"text": PLANTED["text"], "reporter": {"name": PLANTED["name"]}, "point": PLANTED["place"]}
    httpx.post(f"{web}/api/v1/complaints", json=wrong, params={"q": PLANTED["text"]})
    for typed in (PLANTED["sought"], f"{PLANTED['text'] * 3} {PLANTED['place']}"):
        assert httpx.get(f"{web}/public", params={"q": typed}).status_code == 200
        listed = program.run("list", "--words", typed, "--json").json
        assert [one["number"] for one in listed] == ([] if typed == PLANTED["sought"] else [number])
    httpx.get(f"{web}/api/v1/complaints/{PLANTED['name']}", headers={"X-Access-Code": PLANTED["text"]})


def _disguises(word: str) -> Iterable[bytes]:
    """A word as it would stand in JSON, in bytea written as hex, or somewhere within base64."""
    plain = word.encode()
    yield plain
    yield plain.hex().encode()
    for shift in range(3):
        yield base64.b64encode(b" " * shift + plain)[4:-4]


def _found(folder: Path, needle: bytes) -> list[str]:
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and needle.lower() in path.read_bytes().lower()
    )


@pytest.mark.timeout(300)
def test_the_search_finds_what_is_not_personal_where_it_looks(folder: Path) -> None:
    found = _found(folder, b"KEL-31.71.01.1001")
    assert any(path.startswith("temporal.db") for path in found)
    assert any(path.startswith("postgres/") for path in found)
    assert (folder / "logs" / "worker.log").stat().st_size > 0


@pytest.mark.parametrize("what", PLANTED)
def test_what_was_said_is_in_no_file(folder: Path, what: str) -> None:
    for needle in _disguises(PLANTED[what]):
        assert _found(folder, needle) == [], f"the {what} can be read"
