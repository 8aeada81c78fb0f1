"""Retention: what was kept for as long as it may be is erased; a schedule begins it each night."""

from temporalio import workflow

from activities.contracts import ERASE_OLD
from durable import timeouts
from durable.contract import RETENTION


@workflow.defn(name=RETENTION)
class RetentionWorkflow:
    """Erases what is old, once."""

    @workflow.run
    async def run(self) -> int:
        """Returns how many complaints were erased."""
        erased: int = await workflow.execute_activity(
            ERASE_OLD,
            result_type=int,
            start_to_close_timeout=timeouts.RETENTION,
            heartbeat_timeout=timeouts.HEARTBEAT,
            retry_policy=timeouts.ALERTS_RETRY,
            summary="closed complaints past their retention",
        )
        return erased
