"""The address that operators ask, when something behind it is silent."""

import httpx
import pytest
from prometheus_client.core import GaugeMetricFamily

from runtime.metrics_address import loopback
from runtime.operations_server import Operations, served
from runtime.settings import WrongSetting


async def well() -> None: ...


async def silent() -> list[GaugeMetricFamily]:
    raise ConnectionError("gone")


async def test_it_says_what_is_silent_and_goes_on_answering() -> None:
    address, nobody = loopback(), loopback()
    operations = Operations({"PostgreSQL": silent, "Temporal": well}, nobody, silent)
    async with served(address, operations), httpx.AsyncClient(base_url=f"http://{address}") as caller:
        ready = await caller.get("/readyz")
        assert (ready.status_code, ready.json()["silent"]) == (503, ["PostgreSQL"])
        assert (await caller.get("/healthz")).status_code == 200
        metrics = await caller.get("/metrics")
        assert metrics.status_code == 200
        assert "tuntas_database_up 0.0" in metrics.text
        with pytest.raises(WrongSetting, match="is it taken"):
            async with served(address, operations):
                pass
    with pytest.raises(httpx.ConnectError):
        await httpx.AsyncClient().get(f"http://{address}/healthz")
