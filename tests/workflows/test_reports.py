"""Reports by the clock of the engine: made once, also when the worker was away; letters sent once each."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.client import (
    Client,
    ScheduleBackfill,
    ScheduleHandle,
    ScheduleOverlapPolicy,
    WorkflowExecutionStatus,
    WorkflowHandle,
)
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.contracts import SendReport
from activities.report_maker import ReportMaker
from activities.reports import LETTER_FILE, Reporting
from domain.period import Period, PeriodKind
from durable.contract import REPORT, report_id
from durable.schedules import SCHEDULES, schedule_of
from jakarta.load import load_jakarta
from notify.media import Routes
from runtime.settings import Settings
from runtime.stack import Stack
from runtime.temporal_client import connect
from store.database import Database
from store.digests import Digests
from store.messages import Messages
from store.reports import Delivery, Reports
from tests.mail_server import MailServer
from worker import hosted_by, plugin

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("reports")]

CITY = load_jakarta()
FIRST_OF_APRIL = datetime(2024, 3, 31, 23, tzinfo=UTC)
"""06.00 WIB."""

MARCH = Period.month(2024, 3)


async def missed(schedule: ScheduleHandle, moment: datetime) -> None:
    """The engine begins what it should have begun around a moment."""
    around = timedelta(minutes=5)
    await schedule.backfill(
        ScheduleBackfill(moment - around, moment + around, overlap=ScheduleOverlapPolicy.BUFFER_ALL)
    )


async def runs(client: Client, identity: str) -> list[WorkflowExecutionStatus | None]:
    return [one.status async for one in client.list_workflows(f"WorkflowId = '{identity}'")]


async def letters(engine: Database, period: Period) -> list[Delivery]:
    found = await Reports(engine).deliveries()
    return [one for one in found if one.id.startswith(f"report-{period.name}/")]


async def test_a_worker_that_was_down_over_the_first_makes_the_report_when_it_is_back_once(
    servers: Stack, engine: Database
) -> None:
    settings = Settings(home=servers.home, task_queue=f"reports-{uuid4().hex}")
    client = await connect(settings, plugins=[plugin(engine, settings, CITY)])
    schedule = await client.create_schedule(
        f"report-month-{uuid4().hex}", schedule_of("report-month", settings.task_queue)
    )
    await missed(schedule, FIRST_OF_APRIL)  # no worker polls this queue
    handle: WorkflowHandle[object, int] = client.get_workflow_handle(report_id(MARCH), result_type=int)
    async with hosted_by(client, settings.task_queue):
        await _begun(client, report_id(MARCH))
        assert await handle.result() == len(CITY.report_rules.recipients)
        await missed(schedule, FIRST_OF_APRIL)
        await _due_ended(client, schedule, 2)
    assert await runs(client, report_id(MARCH)) == [WorkflowExecutionStatus.COMPLETED]
    sent = await letters(engine, MARCH)
    assert sorted(one.recipient for one in sent) == sorted(CITY.report_rules.recipients)
    assert {(one.state, one.medium, one.attempts) for one in sent} == {("sent", "mailbox", 0)}
    boxed = [one for one in await Messages(engine).sent() if one.event == "report"]
    assert {"GUBERNUR"} <= {one.recipient for one in boxed}
    assert {file.suffix for file in (servers.home / "reports" / MARCH.name).iterdir()} == {
        ".pdf", ".xlsx", ".json", ".csv", ".txt",
    }  # fmt: skip
    await schedule.delete()


async def _begun(client: Client, identity: str) -> None:
    for _ in range(600):
        if await runs(client, identity):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the report was never begun")


async def _due_ended(client: Client, schedule: ScheduleHandle, many: int) -> None:
    """Waits until so many workflows that the schedule began have ended."""
    query = f"TemporalScheduledById = '{schedule.id}' AND ExecutionStatus = 'Completed'"
    for _ in range(300):
        if len([one async for one in client.list_workflows(query)]) >= many:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("what the schedule began has not ended")


@pytest.mark.parametrize(
    ("kind", "name"),
    [(PeriodKind.MONTH, "report-month"), (PeriodKind.WEEK, "report-week"), (PeriodKind.DAY, "report-day")],
)
def test_reports_are_due_at_six_and_begun_however_late(kind: PeriodKind, name: str) -> None:
    regular = SCHEDULES[name]
    assert list(regular.arguments) == [kind]
    assert regular.spec.time_zone_name == "Asia/Jakarta"
    assert regular.late is not None
    assert schedule_of(name, "q").policy.catchup_window == regular.late >= timedelta(days=31)


def reporting(engine: Database, servers: Stack, url: str, address: str) -> Reporting:
    routes = Routes(url, addresses={"SEKDA": address})
    reporter = ReportMaker(engine, CITY, "https://tuntas.example")
    return Reporting(reporter, Reports(engine), Digests(engine), routes, servers.home / "mailed")


async def test_a_mail_server_that_falters_gets_the_report_once_with_its_files(
    servers: Stack, engine: Database, mail_server: MailServer
) -> None:
    what = SendReport(period=Period.month(2024, 5), recipient="SEKDA")
    mailing = reporting(engine, servers, mail_server.url, "sekda@contoh.id")
    mail_server.answer = "451 busy"
    with pytest.raises(ApplicationError, match="did not take"):
        await ActivityEnvironment().run(mailing.send_report, what)
    (waiting,) = await letters(engine, what.period)
    assert (waiting.state, waiting.attempts) == ("pending", 1)
    assert "did not take" in (waiting.last_error or "")
    mail_server.answer = "250 OK"
    for _ in range(2):
        await ActivityEnvironment().run(mailing.send_report, what)
    (mail,) = mail_server.mails
    assert sorted(str(part.get_filename()) for part in mail.walk() if part.get_filename()) == [
        "laporan-2024-05.pdf",
        "laporan-2024-05.xlsx",
    ]
    (sent,) = await letters(engine, what.period)
    assert (sent.state, sent.attempts) == ("sent", 2)


async def test_a_letter_that_no_medium_takes_is_shown(servers: Stack, engine: Database) -> None:
    settings = Settings(home=servers.home, task_queue=f"reports-{uuid4().hex}", notify_url="nonsense://x")
    client = await connect(settings, plugins=[plugin(engine, settings, CITY)])
    period = Period.ended_before(PeriodKind.DAY, FIRST_OF_APRIL)
    async with hosted_by(client, settings.task_queue):
        handle = await client.start_workflow(
            REPORT, period, id=report_id(period), task_queue=settings.task_queue, result_type=int
        )
        assert await handle.result() == 0
    shown = await letters(engine, period)
    assert len(shown) == len(ReportMaker(engine, CITY, "").coordinators())
    assert {one.state for one in shown} == {"failed"}
    assert all("nonsense" in (one.last_error or "") for one in shown)


async def test_the_files_of_a_month_are_the_same_when_they_are_made_again(
    servers: Stack, engine: Database
) -> None:
    period = Period.month(2024, 7)
    folder = servers.home / "mailed" / period.name
    made = []
    for _ in range(2):
        await reporting(engine, servers, "mailbox://", "").make_report(period)
        made.append({file.name: file.read_bytes() for file in folder.iterdir()})
        for file in folder.iterdir():
            file.unlink()
    assert made[0] == made[1]
    assert LETTER_FILE in made[0]
