"""The numbers of the whole service: one query, seldom, and never a walk over a table that grows."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from durable.complaints import Complaints
from store.database import Database
from store.engine import DatabaseUnreachable
from store.gauges import FAMILIES, FRESH_S, QUERY, Gauges
from tests.city import opening
from tests.keys import a_key_ring
from tests.statements import statements_sent

pytestmark = pytest.mark.servers


@pytest.fixture
def statements(engine: Database) -> Iterator[list[str]]:
    with statements_sent(engine) as seen:
        yield seen


async def test_one_query_answers_everybody_for_a_while(engine: Database, statements: list[str]) -> None:
    now = 100.0
    gauges = Gauges(engine, lambda: now)
    first = await gauges.read()
    assert await gauges.read() is first
    assert len(statements) == 1
    now += FRESH_S
    assert await gauges.read() is not first
    assert len(statements) == 2
    assert [family.name for family in first] == [f"tuntas_{name}" for name in FAMILIES]


async def test_they_count(engine: Database, complaints: Complaints) -> None:
    before = await _values(engine)
    await complaints.open(opening(reference="counted"))
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO message (complaint_id, key, seq, event, audience, recipient, subject, state,"
                " created_at) SELECT id, state, 1, 'received', 'unit', 'KEL', 's', state,"
                " now() - interval '1 hour'"
                " FROM complaint, unnest(ARRAY['failed', 'unconfirmed', 'pending']) AS state"
                " WHERE reference = 'counted'"
            )
        )
    after = await _values(engine)
    assert after["tuntas_complaints", "WAITING"] - before.get(("tuntas_complaints", "WAITING"), 0) == 1
    for state in ("failed", "unconfirmed", "pending"):
        label = ("tuntas_messages", state, "message")
        assert after[label] - before.get(label, 0) == 1
    assert after["tuntas_oldest_undelivered_seconds",] >= 3600
    async with engine.begin() as connection:
        await connection.execute(
            text("DELETE FROM message WHERE key IN ('failed', 'unconfirmed', 'pending')")
        )


async def test_every_part_follows_an_index(engine: Database) -> None:
    """A full walk is told as such when nothing else is possible, however small the table is."""
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(row[0] for row in await connection.execute(text(f"EXPLAIN {QUERY.text}")))
        blind = text("EXPLAIN SELECT count(*) FROM message WHERE state = 'failed'")
        without = "\n".join(row[0] for row in await connection.execute(blind))
    assert "Seq Scan" not in plan, plan
    assert "Seq Scan" in without or "Disabled" in without


async def test_a_database_that_is_away_is_told_as_such() -> None:
    away = Database.at("postgresql+psycopg://nobody@127.0.0.1:1/none", a_key_ring())
    with pytest.raises(DatabaseUnreachable):
        await Gauges(away).read()


async def _values(engine: Database) -> dict[tuple[str, ...], float]:
    return {
        (family.name, *sample.labels.values()): sample.value
        for family in await Gauges(engine).read()
        for sample in family.samples
    }
