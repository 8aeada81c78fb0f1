"""Sending alerts: first a question whether they are wanted, then what came in, at most once an hour."""

from collections.abc import Mapping
from datetime import UTC, datetime

import structlog
from temporalio import activity

from activities.contracts import SEND_ALERTS
from notify.alerts import confirmation, news
from notify.letter import Letter
from notify.media import MAILBOX, NotNow, Routes, Unconfirmed, Undeliverable, send
from store.alerts import Alerts


class Alerting:
    """The activity that tells subscribers."""

    def __init__(
        self,
        alerts: Alerts,
        routes: Routes,
        web_url: str,
        wards: Mapping[str, str],
        categories: Mapping[str, str],
    ) -> None:
        self._alerts = alerts
        self._routes = routes
        self._web_url = web_url
        self._wards = wards
        self._categories = categories

    @activity.defn(name=SEND_ALERTS)
    async def send_alerts(self) -> int:
        """Sends what is due; returns how many letters went out. What did not go out is not sent later."""
        now = datetime.now(UTC)
        await self._alerts.forget_unconfirmed(now)
        sent = 0
        for alert, token in await self._alerts.to_confirm():
            sent += await self._send(alert.address, confirmation(alert, self._wards, self._link(token)))
        for alert, new in await self._alerts.due(now):
            sent += await self._send(
                alert.address, news(alert, self._wards, self._categories, new.total, new.first)
            )
        return sent

    def _link(self, token: str) -> str:
        return f"{self._web_url}/api/v1/alerts/{token}"

    async def _send(self, address: str, letter: Letter) -> bool:
        route = self._routes.to("reporter", "alert", address)
        if route.name == MAILBOX:
            return False
        try:
            await send(route, letter)
        except (NotNow, Undeliverable, Unconfirmed) as trouble:
            structlog.get_logger("alerts").warning("a letter did not go out", reason=str(trouble))
            return False
        return True
