"""Alerts from the wish to the letter: asked over HTTP, confirmed by the address, told once, stopped."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import update
from temporalio.client import Client
from temporalio.testing import ActivityEnvironment
from temporalio.worker import Worker

from activities.alerts import Alerting
from domain.alerts import CONFIRM_WITHIN, EVERY
from durable.contract import ALERTS
from notify.media import Routes
from store.alerts import Alerts
from store.database import Database
from store.engine import transaction
from store.tables import AlertRow
from tests.channels.http.conftest import Served, said
from tests.channels.http.test_submit import URL, problem
from tests.mail_server import MailServer

pytestmark = pytest.mark.servers
ASK = "/api/v1/alerts"
WARD = "31.71.01.1001"


@pytest.fixture
def alerting(engine: Database, mail_server: MailServer) -> Alerting:
    routes = Routes(mail_server.url)
    return Alerting(
        Alerts(engine), routes, "", {WARD: "Kelurahan Gambir"}, {"jalan-berlubang": "Jalan berlubang"}
    )


async def run(alerting: Alerting) -> int:
    sent: int = await ActivityEnvironment().run(alerting.send_alerts)
    return sent


async def an_hour_passes(engine: Database) -> None:
    async with transaction(engine) as connection:
        await connection.execute(update(AlertRow).values(told_until=AlertRow.told_until - EVERY))


def letters(mail_server: MailServer, address: str) -> list[str]:
    found = [mail for mail in mail_server.mails if address in str(mail["to"])]
    return [f"{mail['subject']}\n{mail.get_payload(decode=True).decode()}" for mail in found]  # type: ignore[union-attr]


async def opens_every_link(anybody: httpx.AsyncClient, *links: str) -> None:
    """What a scanner of mail does."""
    for link in links:
        page = await anybody.get(link)
        assert page.status_code == 200
        assert page.text.count('<form method="post">') == 1
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "where", [{"ward": WARD}, {"point": {"latitude": -6.1754, "longitude": 106.8272}, "radius_metres": 2000}]
)
async def test_an_alert_lives_from_a_wish_to_stop(
    alerting: Alerting,
    engine: Database,
    anybody: httpx.AsyncClient,
    jaki: httpx.AsyncClient,
    mail_server: MailServer,
    where: dict[str, object],
) -> None:
    address = f"{uuid4().hex}@contoh.id"
    assert (await anybody.post(ASK, json={"address": address, **where})).status_code == 202
    await run(alerting)
    (asked,) = letters(mail_server, address)
    token = re.search(r"/api/v1/alerts/([A-Za-z0-9_-]+)/confirm", asked)
    assert token
    await run(alerting)
    assert len(letters(mail_server, address)) == 1, "it is asked once"
    confirm, stop = f"{ASK}/{token[1]}/confirm", f"{ASK}/{token[1]}/stop"
    await opens_every_link(anybody, confirm, stop)
    begun = [alert.address for alert, _ in await Alerts(engine).due(datetime.now(UTC) + EVERY)]
    assert address not in begun, "opening a link confirms nothing"
    assert (await anybody.post(confirm)).status_code == 200
    await opens_every_link(anybody, confirm, stop)
    number = (await jaki.post(URL, json=said())).json()["number"]
    await run(alerting)
    assert len(letters(mail_server, address)) == 1, "not before an hour has passed"
    await an_hour_passes(engine)
    await run(alerting)
    told = letters(mail_server, address)[1]
    assert f"{number}: Jalan berlubang" in told
    assert "Siti" not in told
    later = datetime.now(UTC) + EVERY
    assert [new for alert, new in await Alerts(engine).due(later) if alert.address == address] == [], "once"
    assert (await anybody.post(stop)).status_code == 200
    problem(await anybody.post(stop), 404)
    problem(await anybody.post(confirm), 404)


async def test_who_does_not_confirm_is_forgotten(engine: Database, alerting: Alerting) -> None:
    alerts, address = Alerts(engine), f"{uuid4().hex}@contoh.id"
    await alerts.ask(address, WARD, None, datetime.now(UTC) - CONFIRM_WITHIN)
    tokens = [token for alert, token in await alerts.to_confirm() if alert.address == address]
    assert not await alerts.confirm(tokens[0], datetime.now(UTC) + timedelta(seconds=1))
    await run(alerting)
    assert not await alerts.stop(tokens[0])


@pytest.mark.parametrize(
    "body",
    [
        {"address": "a@contoh.id"},
        {"address": "a@contoh.id", "ward": "nowhere"},
        {"address": "a@contoh.id", "ward": WARD, "point": {"latitude": -6.1, "longitude": 106.8}},
        {"address": "a@contoh.id\nBcc: b@contoh.id", "ward": WARD},
        {"address": "a@contoh.id,b@contoh.id", "ward": WARD},
        {"address": "no address", "ward": WARD},
    ],
)
async def test_a_wish_that_cannot_be_is_refused(anybody: httpx.AsyncClient, body: dict[str, object]) -> None:
    problem(await anybody.post(ASK, json=body), 422)


async def test_the_schedules_workflow_runs_the_activity(
    client: Client, worker: Worker, served: Served
) -> None:
    assert served.url
    sent = await client.execute_workflow(ALERTS, id=uuid4().hex, task_queue="complaints", result_type=int)
    assert sent == 0, "without mail nothing goes out"
