"""A complaint's weeks in the time-skipping server: every deadline at the right minute, each once."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.testing import WorkflowEnvironment

from domain.commands import Accept, AnyCommand, Complete, Validate
from domain.intake import complaint_id
from domain.organisation import Unit
from domain.status import Outcome, Status
from durable.complaints import Complaints
from durable.search_attributes import REGISTRY
from jakarta.load import load_jakarta
from runtime.settings import Settings
from store.complaints import Reads
from store.database import Database
from store.messages import Messages
from tests.city import BIRO, KELURAHAN, PHOTO, instruction, officer, opening
from worker import hosted_by, plugin

MINUTE = timedelta(minutes=1)


@asynccontextmanager
async def skipping(engine: Database) -> AsyncIterator[tuple[WorkflowEnvironment, Complaints]]:
    """A time-skipping server with our search attributes and a worker on the real database."""
    environment = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(Path(sys.executable).parent / "temporal-test-server"),
        plugins=[plugin(engine, Settings(), load_jakarta())],
    )
    async with environment:
        await environment.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace="default",
                search_attributes={
                    name: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")
                    for name, kind in REGISTRY.items()
                },
            )
        )
        async with hosted_by(environment.client, "complaints"):
            yield environment, Complaints(environment.client)


async def test_a_week_in_which_nobody_acts(engine: Database) -> None:
    async with skipping(engine) as (environment, complaints):
        start = opening(reference=uuid4().hex)
        await complaints.open(start)
        identity = complaint_id("jaki", start.intake.reference)
        opened = (await complaints.state(identity)).opened_at
        assert opened is not None
        await environment.sleep(timedelta(days=9, hours=1))
        seen = [
            (entry.event, round((entry.at - opened) / MINUTE))
            for entry in await complaints.timeline(identity)
        ]
        hour, day = 60, 24 * 60
        assert seen == [
            ("received", 0),
            ("warned", 4 * hour),
            ("breached", 6 * hour),
            ("escalated", 6 * hour),
            ("escalated", 6 * hour + day),
            ("escalated", 6 * hour + 3 * day),
            ("warned", 5 * day),
            ("breached", 6 * day),
            ("escalated", 6 * day),
            ("escalated", 7 * day),
            ("escalated", 9 * day),
        ]
        recorded = await Reads(engine).timeline(identity)
        assert [entry.event for entry in recorded] == [event for event, _ in seen]
        told = [message.recipient for message in await Messages(engine).of(identity)]
        assert [told.count(code) for code in ("ASKO", "SEKO", "INSP")] == [2, 2, 2]


async def test_the_due_moment_that_moves_later_is_slept_on(engine: Database) -> None:
    """Taken up before the warning: the timer of the warning fires into nothing, and the next one is set."""
    async with skipping(engine) as (environment, complaints):
        start = opening(reference=uuid4().hex)
        await complaints.open(start)
        identity = complaint_id("jaki", start.intake.reference)
        await complaints.perform(identity, instruction(Accept(), officer(KELURAHAN), "a"))
        await environment.sleep(timedelta(days=5, minutes=1))
        assert [entry.event for entry in await complaints.timeline(identity)] == [
            "received",
            "accepted",
            "warned",
        ]
        history = await environment.client.get_workflow_handle(identity).fetch_history()
        cancelled = [event for event in history.events if event.HasField("timer_canceled_event_attributes")]
        assert cancelled == []


async def test_a_resolved_complaint_closes_by_itself_and_the_workflow_ends(engine: Database) -> None:
    steps: list[tuple[AnyCommand, Unit]] = [
        (Accept(), KELURAHAN),
        (Complete(note="Selesai.", evidence=(PHOTO,)), KELURAHAN),
        (Validate(accepted=True), BIRO),
    ]
    async with skipping(engine) as (environment, complaints):
        start = opening(reference=uuid4().hex)
        await complaints.open(start)
        identity = complaint_id("jaki", start.intake.reference)
        for number, (command, unit) in enumerate(steps):
            await complaints.perform(identity, instruction(command, officer(unit), f"c{number}"))
        await environment.sleep(timedelta(days=20))
        history = await environment.client.get_workflow_handle(identity).fetch_history()
        assert history.events[-1].HasField("workflow_execution_completed_event_attributes")
        stored = await Reads(engine).by_id(identity)
        assert stored is not None
        assert (stored.status, stored.outcome) == (Status.CLOSED, Outcome.RESOLVED)
