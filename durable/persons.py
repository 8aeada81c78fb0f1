"""The gateway between a person's request and complaints, for activities and commands: safe to repeat."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from temporalio import activity
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.commands import AnyCommand, Instruction
from domain.person import Decision, PersonRequest, RequestState
from domain.refusal import RefusalCode, Refused
from durable.complaints import Complaints, answers
from durable.contract import DECIDE, PERSON_REQUEST

PATIENCE = timedelta(seconds=30)
CLOSED = {RefusalCode.UNKNOWN_NUMBER, RefusalCode.WRONG_STATE}


class PersonRequests:
    """Requests of persons, as commands and pages make and decide them."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def ask(self, request: PersonRequest) -> None:
        """Begins a request; its 72 hours run from ``asked_at``. The same id again begins nothing."""
        async with answers():
            with suppress(WorkflowAlreadyStartedError):  # it is done already
                await self._client.start_workflow(
                    PERSON_REQUEST,
                    request,
                    id=_id(request.id),
                    task_queue=self._task_queue,
                    id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    static_summary=f"{request.right} for {len(request.numbers)} complaints",
                    rpc_timeout=PATIENCE,
                )

    async def decide(self, identity: str, decision: Decision) -> RequestState:
        """Grants or refuses a request. Raises ``Refused`` when it was decided before or is unknown."""
        async with answers("There is no such request, or it is done; see: starter.py person list"):
            state: RequestState = await self._client.get_workflow_handle(_id(identity)).execute_update(
                DECIDE, decision, result_type=RequestState, rpc_timeout=PATIENCE
            )
        return state


async def tell(identity: str, instruction: Instruction[AnyCommand]) -> bool:
    """Has a complaint carry a command out; False when its workflow has ended."""
    try:
        await Complaints(activity.client()).perform(identity, instruction)
    except Refused as refused:
        if refused.code in CLOSED:
            return False
        raise
    return True


async def running_since(identity: str) -> datetime | None:
    """When the run of a workflow began that runs now; None when none does."""
    try:
        about = await activity.client().get_workflow_handle(identity).describe()
    except RPCError as failure:
        if failure.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    return about.start_time if about.status is WorkflowExecutionStatus.RUNNING else None


async def delete_ended_runs(identity: str) -> int:
    """Has Temporal delete the runs of a workflow that have ended; returns how many it was asked to.

    The runs are followed from the latest back: visibility may not know yet of one that has just ended.
    """
    client, asked, run, latest = activity.client(), 0, "", True
    while run or latest:
        try:
            handle = client.get_workflow_handle(identity, run_id=run or None)
            about = await handle.describe()
            before = await _run_before(handle)
            if about.status is not WorkflowExecutionStatus.RUNNING:
                await _delete(client, identity, about.run_id)
                asked += 1
        except RPCError as failure:
            if failure.status is not RPCStatusCode.NOT_FOUND:
                raise
            break
        run, latest = before, False
    return asked


async def _run_before(handle: WorkflowHandle[Any, Any]) -> str:
    async for event in handle.fetch_history_events(page_size=1):
        return event.workflow_execution_started_event_attributes.continued_execution_run_id
    return ""


async def _delete(client: Client, identity: str, run: str) -> None:
    await client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=identity, run_id=run),
        )
    )


def _id(identity: str) -> str:
    return f"person-{identity}"
