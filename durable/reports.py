"""Beginning a report by hand, as its schedule would have begun it."""

from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from domain.period import Period
from durable.contract import REPORT, report_id


async def begin_report(client: Client, task_queue: str, period: Period) -> bool:
    """Has the report of a period made and sent; False when it was begun before, which is left alone."""
    try:
        await client.start_workflow(
            REPORT,
            period,
            id=report_id(period),
            task_queue=task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            static_summary=f"report of {period.name}",
        )
    except WorkflowAlreadyStartedError:
        return False
    return True
