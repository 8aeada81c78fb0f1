"""What a peer runs on: a folder of its own, the embedded PostgreSQL in it, and the peer's programs."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import httpx
import psycopg
from psycopg import sql

from bench.peers.environment import environment, folder
from runtime.child_process import ChildProcess
from runtime.postgres import Postgres, socket_dir
from runtime.start_failed import StartFailed

READY_LIMIT_S = 120.0
STOP_GRACE_S = 15.0
COMMAND_LIMIT_S = 300.0


class Place:
    """One peer's folder; ``bin`` holds the programs of its environment."""

    def __init__(self, name: str, say: Callable[[str], None]) -> None:
        self.name = name
        self.home = folder(name)
        self.bin = environment(name, say)
        self.data = self.home / "data"
        self._logs = self.home / "logs"
        self._postgres = Postgres(self.home / "postgres", say)
        self._programs: dict[str, ChildProcess] = {}
        self._fresh = False

    @property
    def address(self) -> str:
        """The peer's database for libpq and psycopg."""
        return f"postgresql://postgres@/{self.name}?host={quote(str(socket_dir(self.home / 'postgres')))}"

    @property
    def socket(self) -> Path:
        """The folder of PostgreSQL's socket, which is what some programs want for a host."""
        return socket_dir(self.home / "postgres")

    @property
    def processes(self) -> list[int]:
        """PostgreSQL and the programs that run now."""
        database = [self._postgres.identity.pid] if self._postgres.identity else []
        return [*database, *(program.pid for program in self._programs.values() if program.pid)]

    def clear(self) -> None:
        """The next start begins with an empty database and an empty folder of data."""
        for old in (self.data, self._logs):
            shutil.rmtree(old, ignore_errors=True)
        self._fresh = True

    async def start(self) -> bool:
        """Start PostgreSQL; True when its database is new, and its tables are to be made."""
        self.data.mkdir(parents=True, exist_ok=True)
        await self._postgres.start()
        return await asyncio.to_thread(self._database)

    async def run(self, name: str, *command: str, **variables: str) -> None:
        """Start one of the peer's programs, which goes on running; its output goes to ``NAME.log``."""
        program = ChildProcess(
            command, self._logs / f"{name}.log", cwd=self.data, env=self._variables(variables)
        )
        await program.start()
        self._programs[name] = program

    async def once(self, *command: str, **variables: str) -> None:
        """Run a program to its end. Raises ``StartFailed`` with what it said when it failed."""
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=self.data,
            env=self._variables(variables),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            said = (await asyncio.wait_for(process.communicate(), COMMAND_LIMIT_S))[0]
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode:
            raise StartFailed(f"{self.name}: {command[-1]} failed:\n{said.decode(errors='replace')[-2000:]}")

    async def answers(self, url: str) -> None:
        """Wait until a page is answered. Raises ``StartFailed``, which tells where the logs are."""
        until = time.monotonic() + READY_LIMIT_S
        async with httpx.AsyncClient(timeout=5) as caller:
            while time.monotonic() < until and all(self._programs[name].pid for name in self._programs):
                with suppress(httpx.TransportError):
                    if (await caller.get(url)).status_code < 500:  # noqa: PLR2004 - server errors
                        return
                await asyncio.sleep(0.1)
        raise StartFailed(f"{self.name} does not answer; see the logs in {self._logs}")

    def kill(self, *names: str) -> None:
        """Kill -9 of programs and of all that they have started."""
        for name in names:
            pid = self._programs[name].pid
            if pid:  # each program leads a group of its own
                os.killpg(pid, signal.SIGKILL)

    async def end(self, *names: str) -> None:
        """End programs and whatever they leave behind."""
        for name in names:
            if (program := self._programs.pop(name, None)) and (pid := program.pid):
                await program.stop(STOP_GRACE_S)
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)

    async def stop(self) -> None:
        """End the programs, last started first, then PostgreSQL."""
        await self.end(*reversed(self._programs))
        await self._postgres.stop()

    def _variables(self, more: Mapping[str, str]) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("TUNTAS", "PYTHON"))
        }
        return {**kept, "PATH": f"{self.bin}{os.pathsep}{os.environ.get('PATH', '')}", **more}

    def _database(self) -> bool:
        name = sql.Identifier(self.name)
        server = f"host={self.socket} user=postgres dbname=postgres"
        with psycopg.connect(server, autocommit=True) as connection:
            if self._fresh:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
                self._fresh = False
            known = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(known, [self.name]).fetchone():
                return False
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        return True
