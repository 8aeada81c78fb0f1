"""The gateway to running complaints: open, instruct and ask, with errors that people can act upon."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar

from temporalio.client import (
    Client,
    RPCTimeoutOrCancelledError,
    WithStartWorkflowOperation,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import TypedSearchAttributes, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.calendar import WorkingCalendar
from domain.commands import AnyCommand, Complete, Instruction, Reassign
from domain.complaint import Complaint
from domain.events import ClockMove
from domain.intake import Opening, complaint_id
from domain.refusal import RefusalCode, Refused
from domain.timeline import Entry
from domain.view import ComplaintView, DeadlineView, Receipt, view
from durable import search_attributes
from durable.contract import (
    COMPLAINT,
    COMPLETE,
    DEADLINES,
    PERFORM,
    PERFORM_LATER,
    REASSIGN,
    RECEIPT,
    RECEIPT_OF,
    RECOUNT,
    STATE,
    TIMELINE,
    Start,
)
from durable.queues import COMPLAINTS

PATIENCE = timedelta(seconds=30)
"""How long a caller waits for a worker; asking again is safe."""


A = TypeVar("A")


class NoAnswer(Exception):
    """Temporal or the workers did not answer. Nothing is lost: the same request may be sent again."""


class Complaints:
    """The complaints of one Temporal namespace."""

    def __init__(self, client: Client, task_queue: str = COMPLAINTS, patience: timedelta = PATIENCE) -> None:
        self._client = client
        self._task_queue = task_queue
        self._patience = patience

    async def open(self, opening: Opening) -> Receipt:
        """Starts a complaint, or finds the one that the same channel and reference started before.

        Returns when the complaint has its number and is recorded. Raises ``Refused`` with
        REFERENCE_CLASH when another reference has taken the id, ``NoAnswer`` when nobody answered.
        """
        identity = complaint_id(opening.intake.channel, opening.intake.reference)
        with_start = self._start_operation(identity, opening)
        async with answers():
            try:
                receipt: Receipt = await self._client.execute_update_with_start_workflow(
                    RECEIPT,
                    id=RECEIPT,
                    start_workflow_operation=with_start,
                    result_type=Receipt,
                    rpc_timeout=self._patience,
                )
            except WorkflowAlreadyStartedError:
                receipt = await self._ask(identity, RECEIPT_OF, Receipt)
        if receipt.reference != opening.intake.reference:
            raise Refused(
                RefusalCode.REFERENCE_CLASH,
                "Another reference of this channel has the same fingerprint; send it again with another.",
            )
        return receipt

    async def perform(self, identity: str, instruction: Instruction[AnyCommand]) -> ComplaintView:
        """Sends a command and waits until it is recorded. Raises ``Refused`` or ``NoAnswer``."""
        async with answers():
            after: ComplaintView = await self._handle(identity).execute_update(
                PERFORM,
                instruction,
                id=instruction.id,
                result_type=ComplaintView,
                rpc_timeout=self._patience,
            )
        return after

    async def perform_later(self, identity: str, instruction: Instruction[AnyCommand]) -> None:
        """Leaves a command behind without waiting; a refusal of it shows on the timeline."""
        signals = {Reassign: REASSIGN, Complete: COMPLETE}
        async with answers():
            await self._handle(identity).signal(
                signals.get(type(instruction.command), PERFORM_LATER), instruction, rpc_timeout=self._patience
            )

    async def state(self, identity: str) -> ComplaintView:
        """Where a complaint stands. Raises ``Refused`` with UNKNOWN_NUMBER, or ``NoAnswer``."""
        return await self._ask(identity, STATE, ComplaintView)

    async def timeline(self, identity: str) -> list[Entry]:
        """What has happened to a complaint, oldest first."""
        return await self._ask(identity, TIMELINE, list[Entry])

    async def deadlines(self, identity: str) -> list[DeadlineView]:
        """The clocks of a complaint."""
        return await self._ask(identity, DEADLINES, list[DeadlineView])

    async def recount(self, identity: str, calendar: WorkingCalendar) -> tuple[ClockMove, ...] | None:
        """Which ends another working calendar would move; None when the complaint has it already."""
        async with answers():
            moves: tuple[ClockMove, ...] | None = await self._handle(identity).query(
                RECOUNT,
                calendar,
                result_type=tuple[ClockMove, ...] | None,  # type: ignore[arg-type] # a type, to the SDK
                rpc_timeout=self._patience,
            )
        return moves

    async def _ask(self, identity: str, query: str, answer: type[A]) -> A:
        async with answers():
            told: A = await self._handle(identity).query(
                query, result_type=answer, rpc_timeout=self._patience
            )
        return told

    def _handle(self, identity: str) -> WorkflowHandle[object, object]:
        return self._client.get_workflow_handle(identity)

    def _start_operation(self, identity: str, opening: Opening) -> WithStartWorkflowOperation[object, object]:
        now = view(Complaint.blank(opening), identity)
        return WithStartWorkflowOperation(
            COMPLAINT,
            Start(opening=opening, opens_in_one=True),
            id=identity,
            task_queue=self._task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=TypedSearchAttributes(
                search_attributes.pairs(search_attributes.attributes(now))
            ),
            static_summary=f"{opening.intake.category} through {opening.intake.channel}",
        )


@asynccontextmanager
async def answers(
    unknown: str = "There is no such complaint; check the number.",
) -> AsyncIterator[None]:
    """Turns what the engine says into ``Refused`` or ``NoAnswer``; ``unknown`` tells of what is not there."""
    try:
        yield
    except WorkflowUpdateFailedError as failure:
        raise _refused(failure.cause) from failure
    except (WorkflowUpdateRPCTimeoutOrCancelledError, RPCTimeoutOrCancelledError) as failure:
        raise NoAnswer(
            "No worker has answered in time. Is one running? Ask again: nothing is taken twice."
        ) from failure
    except WorkflowQueryFailedError as failure:
        raise NoAnswer(f"The complaint could not be asked: {failure}") from failure
    except RPCError as failure:
        raise _unanswered(failure, unknown) from failure


def _refused(cause: BaseException) -> Exception:
    if isinstance(cause, ApplicationError) and cause.type in set(RefusalCode):
        return Refused(RefusalCode(cause.type), cause.message)
    return NoAnswer(f"The complaint could not carry this out: {cause}")


def _unanswered(failure: RPCError, unknown: str) -> Exception:
    match failure.status:
        case RPCStatusCode.NOT_FOUND if "already completed" in str(failure):
            return Refused(
                RefusalCode.WRONG_STATE, "The complaint is CLOSED; nothing more can be done to it."
            )
        case RPCStatusCode.NOT_FOUND:
            return Refused(RefusalCode.UNKNOWN_NUMBER, unknown)
        case RPCStatusCode.DEADLINE_EXCEEDED | RPCStatusCode.CANCELLED:
            return NoAnswer(
                "No worker has answered in time. Is one running? Ask again: nothing is taken twice."
            )
        case _:
            return NoAnswer(
                f"Temporal did not answer ({failure.status.name}). Ask again: nothing is taken twice."
            )
