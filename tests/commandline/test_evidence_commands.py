"""Files on the command line: handed in with a complaint and as proof, listed with what is striking."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.commandline.test_commands import MONAS, refused, submit
from tests.pictures import hundred_megapixels, jpeg, scene
from tests.program import Program

HERE, BANDUNG = (-6.1754, 106.8272), (-6.9175, 107.6191)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = Program(tmp_path_factory.mktemp("evidence"))
    program.up("dki-2025")
    yield program
    assert program.down() == 0


def photo(folder: Path, content: bytes) -> str:
    path = folder / f"{uuid4().hex}.jpg"
    path.write_bytes(content)
    return str(path)


def codes(program: Program, number: str) -> list[tuple[str, list[str]]]:
    files = program.run("evidence", number, "--json").json
    return [(file["use"]["purpose"], [finding["code"] for finding in file["findings"]]) for file in files]


def done(program: Program, number: str, path: str) -> None:
    lurah = "o-kel-31.71.01.1001"
    assert program.run("accept", number, "--as", lurah).status == 0
    finished = program.run("complete", number, "--as", lurah, "--note", "x", "--evidence", path)
    assert finished.status == 0, finished.err


def test_files_are_listed_with_what_is_striking(program: Program, tmp_path: Path) -> None:
    reported = photo(tmp_path, jpeg(scene(300), make="Kamera", point=HERE))
    number = submit(program, "--photo", reported).json["number"]
    assert codes(program, number) == [("reported", [])]
    old = datetime.now(UTC) - timedelta(days=40)
    proof = jpeg(scene(301), make="Kamera", point=BANDUNG, taken=old, software="Adobe Photoshop 26")
    done(program, number, photo(tmp_path, proof))
    assert codes(program, number)[1] == (
        "completed",
        ["taken_elsewhere", "taken_at_another_time", "edited_or_generated"],
    )
    (far, when, _) = program.run("evidence", number, "--json").json[1]["findings"]
    assert far["metres"] == pytest.approx(120_000, rel=0.05)
    assert datetime.fromisoformat(when["taken_at"]) == old.replace(microsecond=0)
    shown = program.run("evidence", number)
    assert "from the complaint's point" in shown.out
    assert "software photoshop" in shown.out


def test_a_proof_that_was_used_before_is_named_with_its_complaint(program: Program, tmp_path: Path) -> None:
    first, second = submit(program).json["number"], submit(program).json["number"]
    done(program, first, photo(tmp_path, jpeg(scene(310), make="Kamera")))
    done(program, second, photo(tmp_path, jpeg(scene(310).resize((500, 375)), quality=50, make="Kamera")))
    ((purpose, found),) = codes(program, second)
    assert (purpose, found) == ("completed", ["similar_picture"])
    (finding,) = program.run("evidence", second, "--json").json[0]["findings"]
    assert finding["numbers"] == [first]
    assert finding["uses"][0]["purpose"] == "completed"


def test_what_is_hostile_is_refused_with_a_sentence_and_makes_no_complaint(
    program: Program, tmp_path: Path
) -> None:
    before = len(program.run("list", "--json").json)
    script = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    refused(submit(program, "--photo", photo(tmp_path, script)), "BAD_INPUT", "not taken")
    refused(
        submit(program, "--photo", photo(tmp_path, hundred_megapixels())), "BAD_INPUT", "at most 50 million"
    )
    refused(submit(program, "--photo", str(tmp_path / "nothing.jpg")), "BAD_INPUT", "cannot be read")
    refused(submit(program, "--photo", "/etc/passwd"), "BAD_INPUT", "not taken")
    assert len(program.run("list", "--json").json) == before


def test_more_than_ten_files_are_refused_before_anything_starts(program: Program) -> None:
    eleven = [word for one in range(11) for word in ("--photo", f"https://foto.example/{one}")]
    refused(submit(program, *eleven), "attachments has too many items", "at most 10")


def test_a_city_may_take_less(program: Program, tmp_path: Path) -> None:
    large = photo(tmp_path, jpeg() + b"\0" * 1_100_000)
    words = ("submit", "--channel", "jaki", "--reference", uuid4().hex, "--category", "jalan-rusak")
    answer = program.run(*words, "--text", "x", *MONAS, "--photo", large, TUNTAS_LARGEST_PHOTO_MB="1")
    refused(answer, "BAD_INPUT", "at most 1 MB")


@pytest.mark.parametrize(
    ("url", "status", "words"),
    [
        ("s3://tuntas?endpoint=http://127.0.0.1:9&region=us-east-1", 3, "storage for files does not answer"),
        ("ftp://tuntas", 1, "cannot keep files"),
    ],
)
def test_a_storage_that_cannot_be_used_is_named(
    program: Program, tmp_path: Path, url: str, status: int, words: str
) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    given = photo(tmp_path, jpeg(scene(330)))
    answer = program.run(
        "submit", "--channel", "jaki", "--reference", "r-storage", "--category", "jalan-rusak", "--text", "x",
        "--photo", given, TUNTAS_FILES_URL=url, **keys,
    )  # fmt: skip
    refused(answer, words)
    assert answer.status == status
