"""What happens by the clock of the engine: made when a worker starts, and left alone when it is there."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

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

from domain.period import PeriodKind
from durable.contract import ALERTS, INTEGRITY, REPORT_DUE, RETENTION

ALERTS_EVERY = timedelta(minutes=5)
NIGHT, EARLY, MORNING = 2, 4, 6
"""The hours (WIB) at which what is old is erased, what strikes is looked for, and reports are made."""

MONDAY = 1
CATCH_UP = timedelta(days=31)
"""How late the engine still begins a report that it should have begun while it was down."""


class Regular(NamedTuple):
    """A workflow that is begun again and again. ``late``: how late it may still be begun; None: as ever."""

    workflow: str
    spec: ScheduleSpec
    arguments: Sequence[object] = ()
    overlap: ScheduleOverlapPolicy = ScheduleOverlapPolicy.SKIP
    late: timedelta | None = None


def _daily(hour: int, **days: Sequence[ScheduleRange]) -> ScheduleSpec:
    calendar = ScheduleCalendarSpec(hour=[ScheduleRange(hour)], **days)  # type: ignore[arg-type]
    return ScheduleSpec(calendars=[calendar], time_zone_name="Asia/Jakarta")


def _report(kind: PeriodKind, spec: ScheduleSpec) -> Regular:
    return Regular(REPORT_DUE, spec, [kind], ScheduleOverlapPolicy.BUFFER_ALL, CATCH_UP)


SCHEDULES = {
    "alerts": Regular(ALERTS, ScheduleSpec(intervals=[ScheduleIntervalSpec(every=ALERTS_EVERY)])),
    "retention": Regular(RETENTION, _daily(NIGHT)),
    "integrity": Regular(INTEGRITY, _daily(EARLY)),
    "report-month": _report(PeriodKind.MONTH, _daily(MORNING, day_of_month=[ScheduleRange(1)])),
    "report-week": _report(PeriodKind.WEEK, _daily(MORNING, day_of_week=[ScheduleRange(MONDAY)])),
    "report-day": _report(PeriodKind.DAY, _daily(MORNING)),
}


async def ensure_schedules(client: Client, task_queue: str) -> None:
    """Creates the schedules that are missing."""
    for name in SCHEDULES:
        try:
            await client.create_schedule(name, schedule_of(name, task_queue))
        except ScheduleAlreadyRunningError:
            continue


def schedule_of(name: str, task_queue: str) -> Schedule:
    """One of the schedules, for workers on a task queue."""
    regular = SCHEDULES[name]
    policy = SchedulePolicy(overlap=regular.overlap)
    if regular.late:
        policy.catchup_window = regular.late
    action = ScheduleActionStartWorkflow(
        regular.workflow, args=list(regular.arguments), id=name, task_queue=task_queue
    )
    return Schedule(action=action, spec=regular.spec, policy=policy)
