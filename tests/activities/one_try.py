from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy


@workflow.defn(name="OneTry")
class OneTry:
    """Calls the activity "fail" once."""

    @workflow.run
    async def run(self, which: str) -> None:
        await workflow.execute_activity(
            "fail",
            which,
            start_to_close_timeout=timedelta(seconds=5),
            retry_policy=RetryPolicy(maximum_attempts=1),
        )
