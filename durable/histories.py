"""What the histories of complaints say: from them everything can be made anew."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowHistory,
    WorkflowQueryFailedError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.converter import WorkflowSerializationContext
from temporalio.service import RPCError, RPCStatusCode

from activities.contracts import (
    ANNOUNCE,
    OPEN,
    RECORD,
    REGISTER,
    Deliver,
    Open,
    Opened,
    Record,
    Recorded,
    Register,
    Registered,
    recording,
)
from domain.complaint import Complaint
from domain.draft import Draft
from domain.intake import Opening
from domain.reconciling import Running
from domain.view import ComplaintView
from durable.contract import COMPLAINT, STATE, Resumed, Start

T = TypeVar("T")
ENDED = {WorkflowExecutionStatus.COMPLETED, WorkflowExecutionStatus.CONTINUED_AS_NEW}
ASKED_AT_ONCE = 16


class Standing(NamedTuple):
    """A complaint's workflow: whether it runs, and where the complaint stands; None when it cannot tell."""

    running: Running
    view: ComplaintView | None


class Kept(NamedTuple):
    """One recording as the history has it, and which of its notices went out with it."""

    what: Record
    told: tuple[str, ...]


class Past(NamedTuple):
    """All that a complaint's histories say: how it began, what was recorded, what was announced.

    ``number`` is None when it never got one. Runs that Temporal no longer keeps are missing.
    """

    first_run_id: str
    number: str | None
    registered_at: datetime | None
    opening: Opening | None
    recordings: list[Kept]
    announced: set[str]
    under_way: set[str]


class Histories:
    """Reads the workflows of complaints."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def ids(self) -> AsyncIterator[str]:
        """The ids of all complaints that Temporal keeps, each once."""
        seen: set[str] = set()
        async for one in self._client.list_workflows(f"WorkflowType = '{COMPLAINT}'", page_size=1000):
            if one.id not in seen:
                seen.add(one.id)
                yield one.id

    async def standing(self, identity: str) -> Standing:
        """What the workflow says of itself now. Raises ``RPCError`` when nobody answers."""
        handle = self._client.get_workflow_handle(identity)
        try:
            status = (await handle.describe()).status
            if status is WorkflowExecutionStatus.RUNNING:
                running = Running.RUNS
            else:
                running = Running.ENDED if status in ENDED else Running.BROKEN
            return Standing(running, await handle.query(STATE, result_type=ComplaintView))
        except WorkflowQueryFailedError:
            return Standing(running, None)
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:
                raise
            return Standing(Running.UNKNOWN, None)

    async def past(self, identity: str) -> Past:
        """What all the runs of a complaint recorded, from the first to the last."""
        runs: list[WorkflowHistory] = []
        run, latest = "", True
        while run or latest:
            try:
                history = await self._handle(identity, run).fetch_history()
            except RPCError as failure:
                if failure.status is not RPCStatusCode.NOT_FOUND:
                    raise
                break
            runs.insert(0, history)
            started = history.events[0].workflow_execution_started_event_attributes
            run, latest = started.continued_execution_run_id, False
        past = Past("", None, None, None, [], set(), set())
        for history in runs:
            past = await self._read(identity, history, past)
        return past

    async def start_again(self, identity: str, resumed: Resumed) -> bool:
        """Starts a complaint whose workflow was lost, from where it stood; False when one runs already."""
        handle = self._client.get_workflow_handle(identity)
        try:
            if (await handle.describe()).status is WorkflowExecutionStatus.RUNNING:
                return False
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:
                raise
        await self._client.start_workflow(
            COMPLAINT,
            Start(opening=resumed.complaint.opening, resumed=resumed),
            id=identity,
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            static_summary="started again from the record",
        )
        return True

    def _handle(self, identity: str, run: str) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(identity, run_id=run or None)

    async def _read(self, identity: str, history: WorkflowHistory, past: Past) -> Past:
        began = history.events[0].workflow_execution_started_event_attributes
        start = await self._decoded(identity, began.input, Start)
        known = start.resumed.complaint if start.resumed else None
        number, registered_at = past.number, past.registered_at
        if known and number is None:
            number, registered_at = known.number, known.opened_at
        recordings, announced, under_way = list(past.recordings), set(past.announced), set[str]()
        async for name, given, result in self._activities(history):
            if name == REGISTER and result is not None:
                registered_at = (await self._decoded(identity, given, Register)).at
                number = (await self._decoded(identity, result, Registered)).number
            elif name == OPEN and result is not None:
                asked = await self._decoded(identity, given, Open)
                opened = await self._decoded(identity, result, Opened)
                number, registered_at = opened.number, asked.at
                if opened.events:
                    recordings.append(Kept(_arrival(asked, opened), opened.told))
            elif name == RECORD and result is not None:
                told = await self._decoded(identity, result, Recorded)
                if not told.instead:  # else something else stood there, which is on record and counts
                    recordings.append(Kept(await self._decoded(identity, given, Record), told.told))
            elif name == ANNOUNCE:
                keys = (await self._decoded(identity, given, Deliver)).keys
                (under_way if result is None else announced).update(keys)
        return Past(
            first_run_id=began.first_execution_run_id,
            number=number,
            registered_at=registered_at,
            opening=past.opening or start.opening,
            recordings=recordings,
            announced=announced,
            under_way=under_way,
        )

    async def _activities(
        self, history: WorkflowHistory
    ) -> AsyncIterator[tuple[str, Payloads, Payloads | None]]:
        """Each activity of a run: its type, what it was given, and its result; None when it has not ended."""
        scheduled: dict[int, tuple[str, Payloads]] = {}
        for event in history.events:
            if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                about = event.activity_task_scheduled_event_attributes
                scheduled[event.event_id] = (about.activity_type.name, about.input)
            elif event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                done = event.activity_task_completed_event_attributes
                name, given = scheduled.pop(done.scheduled_event_id)
                yield name, given, done.result
        for name, given in scheduled.values():
            yield name, given, None

    async def _decoded(self, identity: str, payloads: Payloads, kind: type[T]) -> T:
        context = WorkflowSerializationContext(namespace=self._client.namespace, workflow_id=identity)
        converter = self._client.data_converter.with_context(context)
        (value,) = await converter.decode(list(payloads.payloads), [kind])
        found: T = value
        return found


def _arrival(asked: Open, opened: Opened) -> Record:
    draft = Draft(Complaint.blank(asked.opening))
    draft.take(opened.events)
    return recording(draft, asked.complaint_id)


async def standings(histories: Histories, ids: list[str]) -> list[Standing]:
    """Where several complaints stand, some of them asked at a time."""
    limit = asyncio.Semaphore(ASKED_AT_ONCE)

    async def one(identity: str) -> Standing:
        async with limit:
            return await histories.standing(identity)

    return list(await asyncio.gather(*(one(identity) for identity in ids)))
