"""Reconciling on a real stack: every damage is named, and what was lost comes back; nothing is sent twice."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from temporalio.client import Client

from domain.intake import complaint_id
from runtime.database import owner_url
from runtime.settings import Settings
from runtime.temporal_client import connect
from tests.commandline.test_commands import submit
from tests.program import Program

LURAH = "o-kel-31.71.01.1001"

pytestmark = pytest.mark.xdist_group("reconcile")  # one stack for all of them


class City:
    """A stack with complaints in several states, whose databases can be damaged."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.settings = Settings(home=program.home)
        self.codes: dict[str, str] = {}
        self.references: dict[str, str] = {}
        self.numbers = [self.open() for _ in range(4)]
        accepted, asked, withdrawn, _ = self.numbers
        for number in (accepted, asked):
            assert program.run("accept", number, "--as", LURAH, "--note", "Rahasia.").status == 0
        assert program.run("ask", asked, "--as", LURAH, "--question", "Yang mana?").status == 0
        code = self.codes[withdrawn]
        assert program.run("withdraw", withdrawn, "--access-code", code).status == 0

    def open(self) -> str:
        words = ("--name", "Siti", "--contact", "siti@contoh.id", "--place", "Dekat SD")
        reference = uuid4().hex
        told = submit(self.program, *words, reference=reference).json
        self.references[told["number"]] = reference
        self.codes[told["number"]] = told["access_code"]
        number: str = told["number"]
        return number

    def damage(self, *statements: str) -> None:
        url = owner_url(self.settings).replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                connection.execute(statement)

    def reconciled(self, *words: str) -> dict[str, Any]:
        """What was found; it may have been repaired."""
        said = self.program.run("reconcile", "--json", *words)
        assert "Traceback" not in said.err, said.err

        found: dict[str, Any] = json.loads(said.out)
        assert said.status == (1 if found["left"] else 0), said.err
        return found

    def everything(self) -> list[Any]:
        """All that people can see of the complaints."""
        listed = self.program.run("export", "--format", "json", "--personal").json["complaints"]
        letters = self.program.run("mailbox", "--json").json
        wanted = ("number", "seq", "recipient", "subject", "body")
        told = sorted(str({name: one[name] for name in wanted}) for one in letters)
        return [
            self.program.run("list", "--json").json,
            self.program.run("show", self.numbers[1], "--json").json,
            told,
            listed,
        ]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    program = Program(tmp_path_factory.mktemp("reconcile"))
    program.up("dki-2025")
    yield City(program)
    assert program.down() == 0


def named(found: dict[str, Any]) -> Counter[tuple[str, str]]:
    return Counter((one["number"], one["what"]) for one in found["differences"])


def test_when_all_is_well_nothing_is_named(city: City) -> None:
    assert city.reconciled() == {"complaints": 4, "differences": [], "repaired": 0, "left": 0}
    said = city.program.run("reconcile")
    assert (said.status, said.out) == (0, "")
    assert "4 complaints: all agree." in said.err


def test_a_damaged_read_model_is_named_and_made_anew(city: City) -> None:
    before = city.everything()
    one, two, three, four = city.numbers
    city.damage(
        f"UPDATE complaint SET status = 'RESOLVED' WHERE number = '{one}'",
        f"UPDATE complaint SET hops = hops + 1, unit = 'X' WHERE number = '{two}'",
        f"UPDATE complaint SET deadlines = '[]' WHERE number = '{three}'",
        f"UPDATE complaint SET sealed = NULL WHERE number = '{four}'",
    )
    assert named(city.reconciled()) == {
        (one, "the read model differs from the workflow in status"): 1,
        (two, "the read model differs from the workflow in unit, hops"): 1,
        (three, "the read model differs from the workflow in deadlines"): 1,
        (four, "the read model has lost what the reporter said"): 1,
    }
    assert city.reconciled("--repair")["left"] == 0
    assert city.reconciled()["differences"] == []
    assert city.everything() == before


@pytest.mark.parametrize(
    "statements",
    [
        ("DELETE FROM complaint",),
        ("DROP TABLE complaint CASCADE", "DROP TABLE event", "DROP TABLE audit", "DROP TABLE message"),
    ],
)
@pytest.mark.timeout(240)
def test_the_whole_read_model_comes_back(city: City, statements: tuple[str, ...]) -> None:
    before = city.everything()
    city.damage(*statements)
    found = city.reconciled("--repair")
    assert (found["repaired"], found["left"]) == (found["complaints"], 0), found
    assert city.reconciled()["differences"] == []
    assert city.everything() == before
    assert city.program.run("audit", "verify").status == 0
    assert city.open() not in city.numbers, "a number is not given out twice"


def test_a_workflow_that_was_lost_lives_again(city: City) -> None:
    accepted = city.numbers[0]
    identity = complaint_id("jaki", city.references[accepted])

    async def end() -> None:
        client: Client = await connect(city.settings)
        await client.get_workflow_handle(identity).terminate("a test")

    asyncio.run(end())
    assert named(city.reconciled()) == {(accepted, "its workflow was ended by force or has failed"): 1}
    assert city.reconciled("--repair")["left"] == 0
    assert city.reconciled()["differences"] == []
    done = city.program.run("progress", accepted, "--as", LURAH, "--note", uuid4().hex)
    assert done.status == 0, done.err
