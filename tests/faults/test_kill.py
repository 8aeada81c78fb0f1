"""Kill -9 in mid-flight: every complaint goes on, each deadline fires, nothing is recorded or sent twice."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.commands import Accept
from domain.intake import complaint_id
from domain.policy import Policy
from durable.codec import SealingCodec
from durable.complaints import Complaints
from durable.plugin import TuntasPlugin
from jakarta.load import load_jakarta
from runtime.settings import Settings
from runtime.temporal_client import connect
from store.complaints import Reads
from store.database import Database
from tests.city import KELURAHAN, instruction, officer, opening
from tests.program import Program, until

MANY = 60
KILLED = ("worker", "temporal", "database", "worker", "temporal")
LADDER = ["escalated", "escalated", "escalated"]
LEFT_ALONE = ["received", "warned", "breached", *LADDER, "warned", "breached", *LADDER]
TAKEN_UP = ["received", "accepted", "warned", "breached", *LADDER]
"""What the demo policy brings in 42 seconds to a complaint that nobody takes up, or nobody completes."""


@pytest.mark.timeout(420)
async def test_sixty_complaints_survive_kills_of_worker_temporal_and_database(tmp_path: Path) -> None:
    program = Program(tmp_path)
    await asyncio.to_thread(program.up, "demo")
    settings = Settings(home=program.home)
    engine = Database.of(settings)
    try:
        expected = await _start(settings, engine)
        for which in KILLED:
            await asyncio.sleep(4)
            program.kill(which)
        await until(lambda: _have_all(engine, expected), 300)
        await _check(engine, expected)
        assert await asyncio.to_thread(program.down) == 0
    finally:
        await engine.dispose()
        await asyncio.to_thread(program.end)


async def _start(settings: Settings, engine: Database) -> dict[str, list[str]]:
    """Opens the complaints, takes every second one up, and says which events each is to see."""
    complaints = Complaints(await connect(settings, plugins=[TuntasPlugin(SealingCodec(engine.vault))]))
    policy: Policy = load_jakarta().policy("demo", "jalan-rusak", datetime.now(UTC))

    async def one(number: int) -> tuple[str, list[str]]:
        start = opening(policy=policy, reference=f"kill-{number}")
        await complaints.open(start)
        identity = complaint_id("jaki", start.intake.reference)
        if number % 2:
            return identity, LEFT_ALONE
        await complaints.perform(identity, instruction(Accept(), officer(KELURAHAN), "accept"))
        return identity, TAKEN_UP

    return dict(await asyncio.gather(*(one(number) for number in range(MANY))))


async def _have_all(engine: Database, expected: dict[str, list[str]]) -> bool:
    reads = Reads(engine)
    try:
        timelines = await asyncio.gather(*(reads.timeline(identity) for identity in expected))
    except ConnectionError:
        return False
    return all(
        len(timeline) >= len(events) for timeline, events in zip(timelines, expected.values(), strict=True)
    )


async def _check(engine: Database, expected: dict[str, list[str]]) -> None:
    for identity, events in expected.items():
        timeline = await Reads(engine).timeline(identity)
        assert [entry.event for entry in timeline][: len(events)] == events
        assert {entry.event for entry in timeline[len(events) :]} <= {"reminded"}
        assert [entry.seq for entry in timeline] == list(range(1, len(timeline) + 1))
    await until(lambda: _all_sent(engine))
    async with engine.connect() as connection:
        audited = await connection.execute(text("SELECT complaint_id, seq FROM audit"))
        assert Counter(Counter(audited.all()).values()).keys() == {1}, "an event is in the audit trail twice"
        sent = (await connection.execute(text("SELECT event, attempts FROM message"))).all()
    counts = Counter(row.event for row in sent)
    half = MANY // 2
    assert {event: counts[event] for event in {*LEFT_ALONE, *TAKEN_UP}} == {
        "received": 2 * MANY,
        "accepted": half,
        "warned": half + 2 * half,
        "breached": half + 2 * half,
        "escalated": 3 * half + 6 * half,
    }
    assert {row.attempts for row in sent} == {1}


async def _all_sent(engine: Database) -> bool:
    async with engine.connect() as connection:
        left = await connection.execute(text("SELECT count(*) FROM message WHERE state <> 'sent'"))
    return bool(left.scalar_one() == 0)
