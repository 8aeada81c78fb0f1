"""Integrity: what strikes about the handling of complaints is looked for, each morning, by a schedule."""

from temporalio import workflow

from activities.contracts import LOOK_FOR_FINDINGS
from domain.integrity import looked_at
from durable import timeouts
from durable.contract import INTEGRITY


@workflow.defn(name=INTEGRITY)
class IntegrityWorkflow:
    """Looks at the month that runs, and at the one before while that may still change."""

    @workflow.run
    async def run(self) -> int:
        """Returns how many findings are new."""
        new = 0
        for month in looked_at(workflow.info().start_time):
            new += await workflow.execute_activity(
                LOOK_FOR_FINDINGS,
                month,
                result_type=int,
                start_to_close_timeout=timeouts.FINDINGS,
                retry_policy=timeouts.REPORT_RETRY,
                summary=f"findings of {month.name}",
            )
        return new
