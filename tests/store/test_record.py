"""Numbers and records: each once, however often asked, in few statements."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from domain.commands import Accept, Complete, Progress
from domain.events import Accepted
from domain.intake import complaint_id
from domain.notices import notices
from domain.standing import standing
from domain.status import Status
from domain.view import view
from store.audit import AuditTrail, Step
from store.complaints import Reads, Recorder, Register
from store.database import Database
from store.engine import DatabaseUnreachable, open_engine, transaction
from store.messages import Messages, NewMessage
from store.migrate import DatabaseTooNew, migrate
from tests.city import KELURAHAN, PHOTO, Life, officer, opening
from tests.keys import a_key_ring
from tests.statements import statements_sent

AT = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)
"""Half past midnight on 1 January in Jakarta."""


async def number(engine: Database, reference: str, run: str = "run-1") -> str:
    identity = complaint_id("jaki", reference)
    return (await Register(engine).number(identity, run, "jaki", reference, AT)).number


class Written:
    """A complaint that is in the database, and the life that it has."""

    def __init__(self, engine: Database) -> None:
        self.engine = engine
        self.start = opening(reference=uuid4().hex)
        self.id = complaint_id("jaki", self.start.intake.reference)
        self.life = Life(self.start)

    async def record(self, first: int = 1) -> None:
        events = self.life.events[first - 1 :]
        messages = [
            NewMessage(
                key=notice.key,
                seq=notice.seq,
                event=notice.event,
                audience=notice.audience,
                recipient=notice.to,
                subject="subjek",
                body="isi",
            )
            for event in events
            for notice in notices(event, self.life.complaint)
        ]
        opened = self.start if first == 1 else None
        now, stands = view(self.life.complaint, self.id), standing(self.life.complaint, events)
        await Recorder(self.engine).record(now, events, messages, opened, stands)


@pytest.fixture
async def written(engine: Database) -> Written:
    return await a_written(engine)


async def a_written(engine: Database) -> Written:
    """Registered and recorded, with its first event."""
    written = Written(engine)
    given = await number(engine, written.start.intake.reference)
    written.life.complaint.number = given
    await written.record()
    return written


async def test_a_number_has_jakartas_day_and_a_counter(engine: Database) -> None:
    assert (await number(engine, uuid4().hex)).startswith("JK270101")


async def test_the_same_run_gets_the_same_number(engine: Database) -> None:
    reference = uuid4().hex
    assert await number(engine, reference) == await number(engine, reference)


async def test_another_run_of_the_same_reference_finds_what_is_there(written: Written) -> None:
    reference = written.start.intake.reference
    again = await Register(written.engine).number(written.id, "run-2", "jaki", reference, AT)
    assert again.existing is not None
    assert (again.existing.number, again.existing.status) == (again.number, Status.WAITING)


async def test_two_hundred_at_once_have_two_hundred_numbers(engine: Database) -> None:
    numbers = await asyncio.gather(*(number(engine, uuid4().hex) for _ in range(200)))
    assert len(set(numbers)) == 200


async def test_after_ten_thousand_a_number_grows_longer(engine: Database) -> None:
    many = AT + timedelta(days=365)
    await Register(engine).skip_numbers(many, 9_998)
    identities = [complaint_id("jaki", uuid4().hex) for _ in range(2)]
    given = [(await Register(engine).number(one, "run-1", "jaki", one, many)).number for one in identities]
    assert given == ["JK2801019999", "JK28010110000"]


async def test_a_number_takes_one_statement(engine: Database) -> None:
    with statements_sent(engine) as sent:
        await number(engine, uuid4().hex)
    assert len(sent) == 1


async def test_of_many_who_register_one_complaint_at_once_one_is_first(engine: Database) -> None:
    """The others fail, and find it when they ask again; none has used a number up."""
    reference, before = uuid4().hex, await number(engine, uuid4().hex)
    asked = await asyncio.gather(*(number(engine, reference) for _ in range(5)), return_exceptions=True)
    again = await number(engine, reference)
    assert {one for one in asked if not isinstance(one, BaseException)} == {again}
    assert {type(one) for one in asked} <= {str, IntegrityError}
    assert int((await number(engine, uuid4().hex))[2:]) == int(before[2:]) + 2


async def test_recording_twice_is_recording_once(written: Written) -> None:
    before = await counts(written)
    await written.record()
    assert await counts(written) == before == (1, 1, 2)


async def test_what_many_record_at_once_is_kept_once(written: Written) -> None:
    written.life.send(Accept(), officer(KELURAHAN))
    await asyncio.gather(*(written.record(first=2) for _ in range(5)))
    assert (await counts(written))[:2] == (2, 2)


async def test_a_late_repeat_does_not_turn_the_clock_back(written: Written) -> None:
    written.life.send(Accept(), officer(KELURAHAN))
    await written.record(first=2)
    first = Life(written.start)
    await Recorder(written.engine).record(view(first.complaint, written.id), first.events, [], written.start)
    now = await Reads(written.engine).by_id(written.id)
    assert now is not None
    assert (now.status, now.seq) == (Status.IN_PROGRESS, 2)


@pytest.mark.parametrize(
    "another",
    [
        {"by": officer(KELURAHAN)},
        {"via": "elsewhere"},
        {"command_id": "c9"},
        {"at": AT},
        {"body": Accepted()},
    ],
)
async def test_where_another_event_stands_nothing_is_kept_and_that_one_is_returned(
    written: Written, another: dict[str, object]
) -> None:
    other = Life(written.start)
    other.events[0] = written.life.events[0].model_copy(update=another)
    other.send(Accept(), officer(KELURAHAN))
    before = await counts(written)
    told = await Recorder(written.engine).record(view(other.complaint, written.id), other.events, [])
    assert told == written.life.events
    assert await counts(written) == before, "half of a decision is no decision"


@pytest.mark.parametrize("table", ["event", "audit"])
async def test_the_record_is_append_only(written: Written, owner_url: str, table: str) -> None:
    """The application has no right to more, and triggers keep its owner from slips."""
    owner = open_engine(owner_url)
    for statement in (f"UPDATE {table} SET via = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        for engine, why in ((written.engine, "permission denied"), (owner, "append-only")):
            with pytest.raises(DBAPIError, match=why):
                async with transaction(engine) as connection:
                    await connection.execute(text(statement))
    await owner.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_is_kept ON audit",
        "DROP TABLE audit",
        "DROP TABLE event CASCADE",
        "CREATE TABLE mine (a int)",
        "SET session_replication_role = replica",
        "SET ROLE postgres",
        "UPDATE alembic_version SET version_num = '0001'",
        "ALTER FUNCTION refuse_change() RENAME TO nothing",
        "COPY audit TO PROGRAM 'cat'",
    ],
)
async def test_the_application_cannot_free_itself(written: Written, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        async with transaction(written.engine) as connection:
            await connection.execute(text(statement))


async def test_a_record_takes_one_statement(written: Written) -> None:
    written.life.send(Accept(), officer(KELURAHAN))
    with statements_sent(written.engine) as sent:
        await written.record(first=2)
    assert len(sent) == 1


async def test_events_recorded_together_are_one_chain(written: Written) -> None:
    written.life.send(Accept(), officer(KELURAHAN))
    written.life.send(Progress(note='Di lokasi — "sudah".'), officer(KELURAHAN))
    written.life.send(Complete(note="Selesai", evidence=(PHOTO,)), officer(KELURAHAN))
    await written.record(first=2)
    trail = await AuditTrail(written.engine).of(written.id)
    assert [entry.action for entry in trail] == [event.body.event for event in written.life.events]
    found = [step async for step in AuditTrail(written.engine).verify(written.id, up_to=2**62)]
    assert [one for step in found if isinstance(step, Step) for one in step.breaks] == []


async def test_another_entry_in_the_trail_is_not_taken_for_a_repeat(own_database: Database) -> None:
    written = await a_written(own_database)
    async with transaction(own_database) as connection:
        await connection.execute(
            text(
                "INSERT INTO audit (complaint_id, seq, at, actor, action, via, content, hash)"
                " VALUES (:id, 2, now(), 'x', 'accepted', 'x', '', '')"
            ),
            {"id": written.id},
        )
    written.life.send(Accept(), officer(KELURAHAN))
    with pytest.raises(IntegrityError, match="uq_audit_complaint_id_seq"):
        await written.record(first=2)
    assert await counts(written) == (1, 2, 2), "nothing was kept"


async def test_every_look_up_has_an_index(written: Written) -> None:
    """PostgreSQL reads a small table as a whole, and plans anew as it grows: this forbids it the former."""
    written.life.send(Accept(), officer(KELURAHAN))
    with statements_sent(written.engine) as sent:
        await written.record(first=2)
    async with transaction(written.engine) as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await connection.exec_driver_sql(f"EXPLAIN {sent[0]}", {"told": "{}"})
        lines = "\n".join(plan.scalars())
    assert lines.count("Index Cond") == 4, lines
    assert "Seq Scan" not in lines
    assert "hashed SubPlan" not in lines, "an index is read as a whole"


async def test_lists_are_filtered_and_overdue_is_judged_now(written: Written) -> None:
    reads = Reads(written.engine)
    mine = {"unit": "KEL", "ward": "31.71.01.1001", "channel": "jaki"}
    assert written.id in {one.id for one in await reads.find(**mine)}  # type: ignore[arg-type]
    assert written.id in {one.id for one in await reads.find(overdue=True)}, "due on 2 November 2026"
    assert written.id not in {one.id for one in await reads.find(status=Status.CLOSED)}
    assert await reads.find(unit="NOWHERE") == []


async def test_the_access_code_is_kept_as_a_digest_only(written: Written) -> None:
    reads, given = Reads(written.engine), written.life.complaint.number
    assert await reads.is_access_code(given, " kode-1234 ")
    assert not await reads.is_access_code(given, "KODE-1235")
    assert not await reads.is_access_code("JK0", "KODE-1234")
    async with transaction(written.engine) as connection:
        row = await connection.execute(
            text("SELECT complaint::text FROM complaint WHERE id = :id"), {"id": written.id}
        )
        assert "KODE-1234" not in row.scalar_one()


async def test_a_lost_database_is_named_without_parameters() -> None:
    engine = Database.at("postgresql+psycopg://nobody@127.0.0.1:1/none", a_key_ring())
    with pytest.raises(DatabaseUnreachable, match="PostgreSQL is not reachable"):
        await Reads(engine).by_number("JK1")


async def test_a_claim_that_died_is_unconfirmed_and_never_sent_again(written: Written) -> None:
    messages = Messages(written.engine)
    first, _ = await messages.of(written.id)
    assert await messages.claim(first, "mailto")
    assert not await messages.claim(first, "mailto")
    assert [one.state for one in await messages.get(written.id, [first.key])] == ["unconfirmed"]


async def test_what_failed_may_be_claimed_again(written: Written) -> None:
    messages = Messages(written.engine)
    first, _ = await messages.of(written.id)
    assert await messages.claim(first, "mailto")
    await messages.mark_pending(first, "busy")
    assert await messages.claim(first, "mailto")
    await messages.mark_sent(first)
    (now,) = await messages.get(written.id, [first.key])
    assert (now.state, now.attempts, now.last_error) == ("sent", 2, None)


def test_migrating_twice_changes_nothing_and_a_newer_database_is_refused(owner_url: str) -> None:
    from sqlalchemy import create_engine

    migrate(owner_url)
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        head = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(DatabaseTooNew, match="update the code"):
            migrate(owner_url)
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head})
        engine.dispose()


async def counts(written: Written) -> tuple[int, ...]:
    async with transaction(written.engine) as connection:
        return tuple(
            [
                (
                    await connection.execute(
                        text(f"SELECT count(*) FROM {table} WHERE complaint_id = :id"), {"id": written.id}
                    )
                ).scalar_one()
                for table in ("event", "audit", "message")
            ]
        )
