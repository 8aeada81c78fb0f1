"""Reports: one workflow for each period, begun by a schedule through another that works out which."""

import asyncio
from datetime import datetime

from temporalio import workflow
from temporalio.common import SearchAttributeKey, VersioningBehavior, WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

from activities.contracts import GIVE_REPORT_UP, MAKE_REPORT, SEND_REPORT, MadeReport, SendReport
from domain.period import Period, PeriodKind
from durable import timeouts
from durable.contract import REPORT, REPORT_DUE, report_id

SCHEDULED_FOR = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
"""When the schedule meant it to begin; the worker may have been down for days."""


@workflow.defn(name=REPORT)
class ReportWorkflow:
    """Makes the report of a period, then sends it to everybody who gets it."""

    @workflow.run
    async def run(self, period: Period) -> int:
        """Returns to how many it went out."""
        made = await workflow.execute_activity(
            MAKE_REPORT,
            period,
            result_type=MadeReport,
            start_to_close_timeout=timeouts.REPORT_MADE,
            retry_policy=timeouts.REPORT_RETRY,
            summary=f"report of {period.name}",
        )
        letters = [SendReport(period=period, recipient=one) for one in made.recipients]
        return sum(await asyncio.gather(*(self._send(letter) for letter in letters)))

    async def _send(self, letter: SendReport) -> bool:
        """One that cannot be delivered holds up no other, and is shown to a human."""
        try:
            await workflow.execute_activity(
                SEND_REPORT,
                letter,
                start_to_close_timeout=timeouts.REPORT_MADE,
                schedule_to_close_timeout=timeouts.REPORT_PATIENCE,
                retry_policy=timeouts.DELIVERY_RETRY,
                summary=f"to {letter.recipient}",
            )
        except ActivityError:
            await workflow.execute_activity(
                GIVE_REPORT_UP,
                letter,
                start_to_close_timeout=timeouts.RECORD_ATTEMPT,
                retry_policy=timeouts.RECORD_RETRY,
                summary=f"to {letter.recipient}: given up",
            )
            return False
        return True


@workflow.defn(name=REPORT, versioning_behavior=VersioningBehavior.PINNED)
class PinnedReportWorkflow(ReportWorkflow):
    """The same for workers that say their version: a report ends with the code that began it."""

    @workflow.run
    async def run(self, period: Period) -> int:
        """Returns to how many it went out."""
        return await super().run(period)


@workflow.defn(name=REPORT_DUE)
class ReportDueWorkflow:
    """Begins the report of the day, week or month that was over when the schedule said so."""

    @workflow.run
    async def run(self, kind: PeriodKind) -> str:
        """Returns the name of the period. One whose report was begun before is left alone."""
        period = Period.ended_before(kind, self._moment())
        try:
            await workflow.start_child_workflow(
                REPORT,
                period,
                id=report_id(period),
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                parent_close_policy=ParentClosePolicy.ABANDON,
                static_summary=f"report of {period.name}",
            )
        except WorkflowAlreadyStartedError:
            workflow.logger.info("the report was begun before")
        return period.name

    def _moment(self) -> datetime:
        scheduled = workflow.info().typed_search_attributes.get(SCHEDULED_FOR)
        return scheduled or workflow.info().start_time
