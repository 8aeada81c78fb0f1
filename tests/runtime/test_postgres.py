import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from runtime.postgres import Postgres, socket_dir
from runtime.start_failed import StartFailed

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home") / "postgres"


@pytest.fixture
async def postgres(data: Path) -> AsyncIterator[Postgres]:
    server = Postgres(data, lambda _: None)
    await server.start()
    yield server
    await server.stop()


def _connect(server: Postgres) -> psycopg.Connection:
    return psycopg.connect(server.owner_url.replace("+psycopg", ""), autocommit=True)


async def test_data_survives_a_stop_and_a_kill(postgres: Postgres, data: Path) -> None:
    assert os.stat(data).st_mode & 0o077 == 0  # noqa: PTH116 - a glance that blocks nobody
    with _connect(postgres) as connection:
        connection.execute("CREATE TABLE t AS SELECT 'Kampung Melayu' AS name")
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
        assert connection.execute("SHOW timezone").fetchone() == ("UTC",)
    await postgres.stop()
    assert postgres.identity is None
    await postgres.start()
    assert postgres.identity is not None
    os.kill(postgres.identity.pid, signal.SIGKILL)
    assert await postgres.exited() == "its process ended"
    await postgres.start()
    with _connect(postgres) as connection:
        assert connection.execute("SELECT name FROM t").fetchone() == ("Kampung Melayu",)


async def test_one_that_still_runs_is_taken_over(postgres: Postgres, data: Path) -> None:
    successor = Postgres(data, lambda _: None)
    await successor.start()
    assert successor.identity == postgres.identity
    await successor.stop()
    assert await postgres.exited()


async def test_a_process_number_that_was_reused_does_not_mislead(postgres: Postgres, data: Path) -> None:
    pid_file = data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    await postgres.stop()
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    await postgres.start()
    with _connect(postgres) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


async def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    home = tmp_path / ("a-very-long-name-" * 6)
    home.mkdir()
    server = Postgres(home / "postgres", lambda _: None)
    await server.start()
    try:
        with _connect(server) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert socket_dir(home / "postgres").stat().st_mode & 0o077 == 0
    finally:
        await server.stop()
    assert not socket_dir(home / "postgres").exists()


async def test_broken_data_is_refused_with_the_log(postgres: Postgres, data: Path) -> None:
    await postgres.stop()
    (data / "global" / "pg_control").write_bytes(b"")
    began = time.monotonic()
    with pytest.raises(StartFailed, match="does not start") as caught:
        await postgres.start()
    assert "pg_control" in str(caught.value)
    assert time.monotonic() - began < 10
