"""What happens by the clock of the engine: made when a worker starts, and left alone when it is there."""

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)

from durable.contract import ALERTS

ALERTS_EVERY = timedelta(minutes=5)


async def ensure_schedules(client: Client, task_queue: str) -> None:
    """Creates the schedules that are missing."""
    schedule = Schedule(
        action=ScheduleActionStartWorkflow(ALERTS, id="alerts", task_queue=task_queue),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=ALERTS_EVERY)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
    try:
        await client.create_schedule("alerts", schedule)
    except ScheduleAlreadyRunningError:
        return
