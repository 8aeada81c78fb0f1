"""Servers that the settings place elsewhere, and those that are not there."""

import time
from pathlib import Path

import pytest

from runtime.database import check_database, database_url
from runtime.settings import Settings, WrongSetting
from runtime.stack import Stack, stack_status
from runtime.temporal_client import connect
from runtime.unreachable import Unreachable

pytestmark = pytest.mark.servers


async def test_nothing_ever_ran_here(settings: Settings) -> None:
    with pytest.raises(Unreachable, match=r"Start the stack with: starter\.py up"):
        await connect(settings)
    with pytest.raises(Unreachable, match="PostgreSQL is not reachable"):
        database_url(settings)
    status = await stack_status(settings)
    assert not status.ready
    assert status.temporal_ui is None


async def test_unreachable_elsewhere_is_said_quickly_and_without_the_password(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    elsewhere = settings.model_copy(update={"database_url": "postgresql+psycopg://u:geheim@127.0.0.1:1/x"})
    began = time.monotonic()
    with pytest.raises(Unreachable, match="Check TEMPORAL_ADDRESS"):
        await connect(elsewhere)
    with pytest.raises(Unreachable, match="Check TUNTAS_DATABASE_URL") as caught:
        await check_database(elsewhere)
    assert "geheim" not in str(caught.value)
    status = await stack_status(elsewhere)
    assert "geheim" not in status.model_dump_json()
    assert status.temporal.address == "127.0.0.1:1"
    assert time.monotonic() - began < 9
    with pytest.raises(Unreachable):
        await Stack(elsewhere).__aenter__()


async def test_a_host_that_never_answers_does_not_hang(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{port}")
        url = f"postgresql+psycopg://u:p@127.0.0.1:{port}/x"
        began = time.monotonic()
        status = await stack_status(settings.model_copy(update={"database_url": url}))
        assert time.monotonic() - began < 4
    assert [status.temporal.ready, status.database.ready, status.worker.ready] == [False] * 3


async def test_a_stack_uses_servers_elsewhere_and_leaves_them(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Stack(Settings(home=tmp_path / "there")) as there:
        monkeypatch.setenv("TEMPORAL_ADDRESS", there.temporal_address)
        here = settings.model_copy(update={"database_url": there.database_url})
        async with Stack(here) as stack:
            assert stack.temporal_address == there.temporal_address
            assert stack.temporal_ui is None
            assert (await stack_status(here)).database.ready
            assert not (settings.home / "postgres").exists()
            assert not (settings.home / "temporal.db").exists()
        assert await (await connect(here)).service_client.check_health()
        assert await check_database(here)


async def test_a_profile_that_is_not_there_is_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "none.toml"))
    monkeypatch.setenv("TEMPORAL_PROFILE", "production")
    with pytest.raises(WrongSetting, match="production"):
        await connect(settings)
