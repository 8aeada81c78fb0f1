"""The audit trail as a chain: whatever is changed by somebody who can write to the tables is named."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.audit import beginning
from domain.commands import Accept, Progress
from domain.intake import complaint_id
from domain.view import view
from store.audit import AuditTrail, Head
from store.complaints import Recorder, Register
from store.database import Database
from store.engine import open_engine, transaction
from store.migrate import migrate
from tests.city import KELURAHAN, MONDAY, Life, officer, opening
from tests.keys import a_key_ring

pytestmark = pytest.mark.servers
LURAH = officer(KELURAHAN)


@pytest.fixture
async def database(owner_url: str) -> AsyncIterator[Database]:
    """A database of its own, which the test may damage."""
    shared, name = create_engine(owner_url, isolation_level="AUTOCOMMIT"), f"audit_{uuid4().hex}"
    with shared.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    shared.dispose()
    url = shared.url.set(database=name).render_as_string(hide_password=False)
    await asyncio.to_thread(migrate, url)
    database = Database.at(url, a_key_ring())
    yield database
    await database.dispose()


async def a_life(database: Database, notes: int = 3) -> str:
    start = opening(reference=uuid4().hex)
    identity = complaint_id("jaki", start.intake.reference)
    number = (await Register(database).number(identity, "run", "jaki", start.intake.reference, MONDAY)).number
    life = Life(start)
    life.complaint.number = number
    recorder = Recorder(database)
    await recorder.record(view(life.complaint, identity), life.events, [], start)
    life.send(Accept(), LURAH)
    for one in range(notes):
        life.now += timedelta(seconds=1)
        life.send(Progress(note=f"Catatan {one}."), LURAH)
    await recorder.record(view(life.complaint, identity), life.events[1:], [])
    return identity


async def verified(engine: AsyncEngine, up_to: int | None = None) -> tuple[list[str], str]:
    trail, found, head = AuditTrail(engine), [], ""
    covered = await trail.last_id() if up_to is None else up_to
    async for step in trail.verify(None, covered):
        if isinstance(step, Head):
            head = str(step)
        else:
            found += [f"{one.seq}: {one.what}" for one in step.breaks]
    return found, head


async def damage(database: Database, statement: str) -> None:
    """As somebody who owns the tables, and switches the triggers off."""
    async with transaction(database) as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text(statement))


async def test_a_trail_that_nobody_touched_is_whole(database: Database) -> None:
    for _ in range(3):
        await a_life(database)
    found, head = await verified(database)
    assert found == []
    assert (await verified(database)) == ([], head), "the same trail has the same head"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE audit SET actor = 'o-x' WHERE seq = 3", ["3: the entry", "3: the event says"]),
        ("UPDATE audit SET via = 'x' WHERE seq = 5", ["5: the entry, or the chain before it, was changed"]),
        (
            "UPDATE audit SET at = at + interval '1 microsecond' WHERE seq = 2",
            ["2: the entry", "2: the event says"],
        ),
        (
            "UPDATE audit SET content = hash WHERE seq = 2",
            ["2: the entry", "2: what is kept of the event was changed"],
        ),
        (
            "DELETE FROM audit WHERE seq = 3",
            ["3: the event has no entry", "4: the entry does not follow entry 2"],
        ),
        (
            "DELETE FROM audit WHERE seq = 1",
            ["1: the event has no entry", "2: the entry does not follow entry 0"],
        ),
        ("DELETE FROM audit WHERE seq = 5", ["5: the event has no entry", "None: the trail ends at 4"]),
        ("DELETE FROM event WHERE seq = 4", ["4: the event of the entry is gone"]),
        ("UPDATE event SET event = 'accepted' WHERE seq = 4", ["4: the event says another thing"]),
        (
            "UPDATE event SET sealed = sealed || 'x'::bytea WHERE seq = 4",
            ["4: what is kept of the event was changed"],
        ),
        ("DELETE FROM complaint", ["None: the trail is there, but the complaint is not in the list"]),
    ],
)
async def test_what_was_changed_is_named(database: Database, statement: str, expected: list[str]) -> None:
    await a_life(database)
    await damage(database, statement)
    found, _ = await verified(database)
    assert len(found) == len(expected), found
    for said, wanted in zip(found, expected, strict=True):
        assert said.startswith(wanted), said


async def test_a_trail_that_is_gone_wholly_is_missed(database: Database) -> None:
    await a_life(database)
    await damage(database, "DELETE FROM audit")
    await damage(database, "DELETE FROM event")
    found, _ = await verified(database)
    assert found == ["None: the complaint is on record, but its trail is gone"]


async def test_words_that_were_erased_break_nothing(database: Database) -> None:
    identity = await a_life(database)
    await database.vault.forget(identity)
    assert (await verified(database))[0] == []


async def test_a_chain_written_anew_shows_in_the_head(database: Database) -> None:
    """Who can write everything can make a chain that fits; the head noted outside tells."""
    identity = await a_life(database)
    last = await AuditTrail(database).last_id()
    _, noted = await verified(database)
    await a_life(database)
    assert (await verified(database, last)) == ([], noted), "what came later does not change it"
    async with transaction(database) as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(
            text("UPDATE audit SET via = 'x' WHERE seq = 2 AND complaint_id = :id"), {"id": identity}
        )
    chain = beginning(identity)
    for entry in await AuditTrail(database).of(identity):
        chain = entry.hash_after(chain)
        async with transaction(database) as connection:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            await connection.execute(
                text("UPDATE audit SET hash = :hash WHERE complaint_id = :id AND seq = :seq"),
                {"hash": chain, "id": identity, "seq": entry.seq},
            )
    found, head = await verified(database, last)
    assert found == []
    assert head != noted


async def test_two_complaints_chains_cannot_be_exchanged(database: Database) -> None:
    one, other = await a_life(database), await a_life(database)
    await damage(database, "ALTER TABLE audit DROP CONSTRAINT uq_audit_complaint_id_seq")
    await damage(
        database,
        f"UPDATE audit SET complaint_id = CASE complaint_id WHEN '{one}' THEN '{other}' ELSE '{one}' END",
    )
    assert len((await verified(database))[0]) >= 2


async def test_the_shared_record_of_all_tests_is_whole(engine: Database) -> None:
    found, _ = await verified(open_engine(engine.url.render_as_string(hide_password=False)))
    assert found == []


def test_an_entry_is_canonical() -> None:
    """The form is fixed for ever: other programs must be able to verify it."""
    from domain.audit import AuditEntry

    entry = AuditEntry(
        complaint_id="c", seq=1, at=datetime(2026, 11, 2, 2, 0, tzinfo=UTC), actor="o-é", actor_unit=None,
        action="accepted", via="cli", content=b"\x01",
    )  # fmt: skip
    from hashlib import sha256

    said = ["c", 1, "2026-11-02T02:00:00.000000+00:00", "o-é", None, "accepted", "cli", "01", "02"]
    assert entry.hash_after(b"\x02") == sha256(json.dumps(said, separators=(",", ":")).encode()).digest()
