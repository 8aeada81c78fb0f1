"""Payloads are sealed for the workflow that they belong to, though the sandbox is not asked for each."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from google.protobuf.message import Message
from sqlalchemy import select
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Worker

from domain.commands import Merge
from durable.codec import ENCODING
from durable.complaints import Complaints
from store.database import Database
from store.engine import transaction
from store.tables import DataKeyRow
from store.vault import FORM, HEAD
from tests.workflows.paths import LURAH, Path, start

pytestmark = pytest.mark.servers


@pytest.fixture
async def parent_and_child(client: Client, worker: Worker) -> tuple[Path, Path]:
    """Two complaints, one of which has told the other that it follows it."""
    parent, child = (Path(Complaints(client), start()) for _ in range(2))
    await parent.open()
    await child.open()
    await child.send(Merge(parent=await parent.itself()), LURAH)
    await parent.until("followed")
    return parent, child


async def test_what_a_complaint_tells_another_is_sealed_for_the_other(
    parent_and_child: tuple[Path, Path], client: Client, engine: Database
) -> None:
    parent, child = parent_and_child
    told = await client.get_workflow_handle(parent.id).fetch_history()
    tells = await client.get_workflow_handle(child.id).fetch_history()
    signalled = [e.workflow_execution_signaled_event_attributes for e in told.events]
    signals = [e.signal_external_workflow_execution_initiated_event_attributes for e in tells.events]
    assert await owners([*payloads(*signalled), *payloads(*signals)], engine) == {parent.id}


async def test_all_else_is_sealed_for_the_complaint(
    parent_and_child: tuple[Path, Path], client: Client, engine: Database
) -> None:
    parent, _ = parent_and_child
    history = await client.get_workflow_handle(parent.id).fetch_history()
    found = list(in_activities(history))
    assert len(found) >= 4
    assert await owners(found, engine) == {parent.id}


def in_activities(history: WorkflowHistory) -> Iterator[Payload]:
    for event in history.events:
        yield from payloads(event.activity_task_scheduled_event_attributes)
        yield from payloads(event.activity_task_completed_event_attributes)


def payloads(*parts: Message) -> Iterator[Payload]:
    """All sealed payloads within."""
    for part in parts:
        if isinstance(part, Payload):
            if part.metadata.get("encoding") == ENCODING:
                yield part
            continue
        for field, value in part.ListFields():
            if field.message_type and not field.message_type.GetOptions().map_entry:
                yield from payloads(*(value if field.is_repeated else [value]))


async def owners(sealed: list[Payload], engine: Database) -> set[str]:
    assert sealed
    ids = {UUID(bytes=one.data[len(FORM) : HEAD]) for one in sealed}
    async with transaction(engine) as connection:
        rows = await connection.execute(select(DataKeyRow.owner).where(DataKeyRow.id.in_(ids)))
        return set(rows.scalars())
