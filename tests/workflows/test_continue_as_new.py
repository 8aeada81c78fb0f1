"""A complaint that has lived through very much continues as new, and forgets nothing that matters."""

import asyncio
from uuid import uuid4

from domain.commands import Accept, Progress
from domain.intake import complaint_id
from durable.complaints import Complaints
from jakarta.load import load_jakarta
from runtime.settings import Settings
from store.complaints import Reads
from store.database import Database
from tests.city import KELURAHAN, instruction, officer, opening
from tests.workflows.short_lived_server import short_lived
from worker import plugin

LURAH = officer(KELURAHAN)
NOTES = 40


async def test_a_long_life_continues_as_new(engine: Database) -> None:
    """The server suggests it at 100 events here, so that it happens several times within the test."""
    async with short_lived(plugin(engine, Settings(), load_jakarta()), 100) as client:
        complaints, start = Complaints(client), opening(reference=uuid4().hex)
        receipt = await complaints.open(start)
        identity = complaint_id("jaki", start.intake.reference)
        await complaints.perform(identity, instruction(Accept(), LURAH, "accept"))
        for number in range(NOTES):
            order = instruction(Progress(note=f"Catatan {number}."), LURAH, f"note-{number}")
            await complaints.perform(identity, order)
            # It continues when nothing is under way: the notice about this note must have gone out.
            await asyncio.sleep(0.05)
        # The server forgets update ids when a workflow continues as new; the complaint does not.
        after = await complaints.perform(identity, instruction(Accept(), LURAH, "accept"))
        handle = client.get_workflow_handle(identity)
        described = await handle.describe()
        assert described.raw_description.workflow_execution_info.first_run_id != described.run_id
        recorded = await Reads(engine).timeline(identity)
        assert [entry.event for entry in recorded] == ["received", "accepted", *["progress_noted"] * NOTES]
        assert await complaints.timeline(identity) == recorded
        assert (await complaints.open(start)).number == receipt.number
        assert after.seq == NOTES + 2
        await handle.terminate("the test is over")
