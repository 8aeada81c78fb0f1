"""The stack on which faults happen: real servers, worker and web, in a data folder of its own."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from temporalio.client import Client

import runtime.supervisor
from domain.channel_key import Scope
from durable.codec import SealingCodec
from durable.complaints import Complaints
from durable.plugin import TuntasPlugin
from durable.search_attributes import REGISTRY
from runtime.process_identity import ProcessIdentity
from runtime.settings import Settings
from runtime.stack import Stack
from runtime.temporal_client import connect
from store.channel_keys import ChannelKeys
from store.database import Database
from store.migrate import migrate
from tests.program import ROOT

CHANNEL = "jaki"
LONGEST_RESTART_S = 1.0
"""The supervisor waits up to half a minute before the tenth restart in a row; here no longer than this."""


class Stage:
    """What a fault acts upon, and what is looked at afterwards."""

    def __init__(self, stack: Stack, settings: Settings, engine: Database, client: Client, key: str) -> None:
        self.stack = stack
        self.settings = settings
        self.engine = engine
        self.client = client
        self.key = key

    @property
    def complaints(self) -> Complaints:
        """The gateway that officers use."""
        return Complaints(self.client)

    @property
    def web(self) -> str:
        """Where the web server answers now."""
        return self.stack.web or ""

    def process(self, which: str) -> ProcessIdentity | None:
        """The running worker, web, temporal or database."""
        found: ProcessIdentity | None = getattr(self.stack.record, f"{which}_process")
        return found

    def kill(self, which: str) -> bool:
        """Kill -9; False when it does not run at this moment."""
        found = self.process(which)
        if found is None or not found.is_alive():
            return False
        os.kill(found.pid, signal.SIGKILL)
        return True

    async def worker_down(self) -> None:
        """The worker ends and is not started again, until ``worker_up``."""
        place = self._place_of_the_worker()
        self.stack._watchers[place].cancel()
        await self.stack._services()[place].stop()

    async def worker_up(self) -> None:
        """It is started and looked after again."""
        place = self._place_of_the_worker()
        service = self.stack._services()[place]
        await service.start()
        self.stack._watchers[place] = asyncio.create_task(self.stack._watch(service))

    def _place_of_the_worker(self) -> int:
        return [service.name for service in self.stack._services()].index("The worker")


@asynccontextmanager
async def stage(
    policy: str = "demo",
    home: Path | None = None,
    worker_prefix: Sequence[str] = (),
    **chosen: Any,
) -> AsyncIterator[Stage]:
    """Everything running; ``worker_prefix`` stands before the worker's command, ``chosen`` are settings."""
    runtime.supervisor.LONGEST_DELAY_S = LONGEST_RESTART_S
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        settings = Settings(home=home or Path(folder) / "home", policy=policy, **chosen)
        os.environ["TUNTAS_HOME"] = str(settings.home)
        stack = Stack(
            settings,
            search_attributes=REGISTRY,
            migrate=migrate,
            worker_command=[*worker_prefix, sys.executable, str(ROOT / "worker.py")],
            web_command=[sys.executable, str(ROOT / "starter.py"), "web"],
        )
        async with stack as running:
            engine = Database.of(settings, pool_size=8)
            try:
                made = await ChannelKeys(engine).add(CHANNEL, "faults", (Scope.SUBMIT,), datetime.now(UTC))
                client = await connect(settings, plugins=[TuntasPlugin(SealingCodec(engine.vault))])
                yield Stage(running, settings, engine, client, made.secret)
            finally:
                await engine.dispose()
        if stack.interrupted:
            sys.exit("A signal ended it before the accounts were made.")
