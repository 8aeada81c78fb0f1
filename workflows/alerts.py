"""Alerts to subscribers: one short workflow, begun again and again by a schedule."""

from temporalio import workflow

from activities.contracts import SEND_ALERTS
from durable import timeouts
from durable.contract import ALERTS


@workflow.defn(name=ALERTS)
class AlertsWorkflow:
    """Sends what is due once."""

    @workflow.run
    async def run(self) -> int:
        """Returns how many letters went out."""
        sent: int = await workflow.execute_activity(
            SEND_ALERTS,
            result_type=int,
            start_to_close_timeout=timeouts.ALERTS,
            retry_policy=timeouts.ALERTS_RETRY,
            summary="letters to subscribers",
        )
        return sent
