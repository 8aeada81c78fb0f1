import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from runtime.home import Home
from runtime.start_failed import StartFailed
from runtime.temporal_server import RETENTION, TemporalServer

pytestmark = pytest.mark.servers


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


@pytest.fixture
async def taken_port() -> AsyncIterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


async def _search_attributes(address: str) -> dict[str, int]:
    client = await Client.connect(address)
    request = ListSearchAttributesRequest(namespace="default")
    answer = await client.operator_service.list_search_attributes(request)
    return dict(answer.custom_attributes)


async def test_closed_workflows_stay_and_search_attributes_are_added_later(
    home: Home, taken_port: int
) -> None:
    first = TemporalServer(home, search_attributes={"Unit": "Keyword"}, port=taken_port, ui_port=taken_port)
    await first.start()
    try:
        assert str(taken_port) not in first.address + first.ui
        client = await Client.connect(first.address)
        answer = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace="default")
        )
        kept = answer.config.workflow_execution_retention_ttl.ToTimedelta()
        assert kept == RETENTION > timedelta(days=29)
    finally:
        await first.stop()
    wanted = {"Unit": "Keyword", "DueAt": "Datetime", "EscalationLevel": "Int", "Tags": "KeywordList"}
    second = TemporalServer(home, search_attributes=wanted)
    await second.start()
    try:
        assert set(wanted) <= set(await _search_attributes(second.address))
    finally:
        await second.stop()


async def test_a_start_that_fails_says_why(home: Home) -> None:
    home.temporal_database.write_text("this is no database, but somebody's letter " * 100)
    with pytest.raises(StartFailed, match="Temporal ended at once") as caught:
        await TemporalServer(home, search_attributes={}).start()
    assert "The last lines of" in str(caught.value)
    assert "not a database" in str(caught.value)
