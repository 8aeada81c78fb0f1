"""The gateway between supervisors' digests and complaints, for activities: each call is safe to repeat."""

from temporalio import activity
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.service import RPCError, RPCStatusCode

from activities.contracts import DigestRule
from domain.commands import SERVICE, Instruction, ReportUndelivered
from durable.contract import DIGEST, PERFORM_LATER, WAKE, DigestStart

FIRST = Priority(priority_key=1)
"""When very many complaints are late together, the letter that tells of them does not queue behind them."""


async def wake_digest(recipient: str, rule: DigestRule) -> None:
    """Tells a supervisor's digest that something is pending; starts it when it does not run."""
    await activity.client().start_workflow(
        DIGEST,
        DigestStart(recipient=recipient, rule=rule),
        id=f"digest-{recipient}",
        task_queue=activity.info().task_queue,
        start_signal=WAKE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        static_summary=f"letters to {recipient}",
        priority=FIRST,
    )


async def report_undelivered(complaint_id: str, seq: int, reason: str) -> None:
    """Tells a complaint, if it is still open, that a notice about one of its events did not go out."""
    command = ReportUndelivered(about=seq, reason=reason)
    report = Instruction(id=f"undelivered/{seq}", actor=SERVICE, via="notify", command=command)
    try:
        await activity.client().get_workflow_handle(complaint_id).signal(PERFORM_LATER, report)
    except RPCError as failure:
        if failure.status is not RPCStatusCode.NOT_FOUND:
            raise
