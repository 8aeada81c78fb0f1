"""What happens by the clock of the engine: made when a worker starts, and left alone when it is there."""

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
)

from durable.contract import ALERTS, RETENTION

ALERTS_EVERY = timedelta(minutes=5)
NIGHT = 2
"""The hour (WIB) at which what is old is erased."""

SCHEDULES = {
    "alerts": (ALERTS, ScheduleSpec(intervals=[ScheduleIntervalSpec(every=ALERTS_EVERY)])),
    "retention": (
        RETENTION,
        ScheduleSpec(
            calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(NIGHT)])], time_zone_name="Asia/Jakarta"
        ),
    ),
}


async def ensure_schedules(client: Client, task_queue: str) -> None:
    """Creates the schedules that are missing."""
    for name, (workflow, spec) in SCHEDULES.items():
        schedule = Schedule(
            action=ScheduleActionStartWorkflow(workflow, id=name, task_queue=task_queue),
            spec=spec,
            policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
        )
        try:
            await client.create_schedule(name, schedule)
        except ScheduleAlreadyRunningError:
            continue
