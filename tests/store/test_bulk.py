"""What is written in bulk is what the service itself would have written."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from domain.intake import complaint_id
from domain.view import view
from jakarta.load import load_jakarta
from store.audit import AuditTrail, Step
from store.bulk import BulkRecorder, Life, MadeUp
from store.complaints import Reads, Recorder, Register
from store.database import Database
from store.engine import transaction
from store.events import events_of
from store.reconciling import Books
from store.standings import Standings
from store.tables import ClockStandingRow, StandingRow
from synthetic.day import Day, Kind
from synthetic.life import Lived

pytestmark = pytest.mark.servers
DAY, END, SEED = date(2025, 3, 4), datetime(2025, 12, 31, 17, tzinfo=UTC), 77
MANY = 40


def identity(life: Lived) -> str:
    return complaint_id(life.opening.intake.channel, life.opening.intake.reference)


@pytest.fixture(scope="module")
async def lives(own_database: Database) -> list[Lived]:
    first = await MadeUp(own_database).take_numbers(DAY, MANY)
    made = list(Day(load_jakarta(), Kind(SEED, END, 900, 1)).lives(DAY, MANY, first))
    assert await BulkRecorder(own_database).record(Life(*life) for life in made) == MANY
    return made


async def test_read_model_events_and_opening_are_there(own_database: Database, lives: list[Lived]) -> None:
    for life in lives:
        row = await Reads(own_database).by_id(identity(life))
        assert row == view(life.complaint, identity(life))
        assert await events_of(own_database, identity(life)) == life.events
        assert await Books(own_database).revived(identity(life)) == life.complaint


async def test_the_audit_trail_is_whole(own_database: Database, lives: list[Lived]) -> None:
    up_to = await AuditTrail(own_database).last_id()
    for life in lives[:10]:
        steps = [one async for one in AuditTrail(own_database).verify(identity(life), up_to)]
        told = [one for one in steps if isinstance(one, Step)]
        assert [found for step in told for found in step.breaks] == []
        assert sum(step.entries for step in told) == len(life.events)


async def test_standings_are_the_same_recorded_one_by_one_and_filled_in_later(
    own_database: Database, lives: list[Lived]
) -> None:
    """In bulk, by the recorder as the service calls it, and from the record of code that kept none."""
    for life in lives[:12]:
        bulk = await standings(own_database, identity(life))
        assert len(bulk[0]) == len(life.events)
        assert 2 <= len(bulk[1]) <= 3 * len(life.events)
        singly, later = other(life, "singly"), other(life, "later")
        await record(own_database, singly)
        await record(own_database, later, with_standings_from=2)
        assert await standings(own_database, identity(singly)) == bulk
        assert await standings(own_database, identity(later)) == [[], []]
        assert await Standings(own_database).fill() == 1
        assert await standings(own_database, identity(later)) == bulk
    assert await Standings(own_database).fill() == 0


def other(life: Lived, name: str) -> Lived:
    said = life.opening.intake
    return life.again("", said.model_copy(update={"reference": f"{said.reference}-{name}"}), "KODE")


async def record(database: Database, life: Lived, with_standings_from: int = 0) -> None:
    """The first steps by code that kept no standings, as while an upgrade is under way."""
    said, one = life.opening.intake, identity(life)
    await Register(database).number(one, "run", said.channel, said.reference, END)
    for place, (events, stands) in enumerate(life.steps):
        opened = life.opening if events[0].seq == 1 else None
        now = view(life.complaint, one)
        await Recorder(database).record(
            now, events, [], opened, stands if place >= with_standings_from else None
        )


async def standings(database: Database, one: str) -> list[list[tuple[object, ...]]]:
    found = []
    for table in (StandingRow.__table__, ClockStandingRow.__table__):
        columns = [column for column in table.columns if column.name != "complaint_id"]
        query = select(*columns).where(table.c.complaint_id == one).order_by(*columns[:2])
        async with transaction(database) as connection:
            found.append([tuple(row) for row in await connection.execute(query)])
    return found


async def test_what_is_made_up_is_told_from_what_is_real(own_database: Database, lives: list[Lived]) -> None:
    made_up = MadeUp(own_database)
    before = await made_up.real()
    assert await made_up.days(SEED, DAY.year) == {DAY}
    assert await made_up.days(SEED + 1, DAY.year) == set()
    await record(own_database, other(lives[0], "real"))
    assert await made_up.real() == before + 1
