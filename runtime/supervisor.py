"""Keeping a server or program running."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from runtime.process_identity import ProcessIdentity
from runtime.start_failed import StartFailed

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 30.0
# Who ran this long did not die of the reason for which it died last time.
STEADY_AFTER_S = 60.0


class Service(Protocol):
    """What the stack runs. ``start`` returns when it is ready, and raises ``StartFailed``."""

    name: str

    @property
    def identity(self) -> ProcessIdentity | None:
        """The running process, None when there is none."""

    async def start(self) -> None:
        """Start it and wait until it is ready."""

    async def exited(self) -> str:
        """Wait until it ends, and say how it ended."""

    async def stop(self) -> None:
        """End it in order."""

    def kill(self) -> None:
        """End it at once."""


async def keep_running(
    service: Service, say: Callable[[str], None], restarted: Callable[[], Awaitable[None]]
) -> None:
    """Start a service again whenever it ends, waiting longer each time that it ends soon; until cancelled.

    ``restarted`` is awaited after each successful start.
    """
    delay = FIRST_DELAY_S
    while True:
        began = time.monotonic()
        how = await service.exited()
        if time.monotonic() - began > STEADY_AFTER_S:
            delay = FIRST_DELAY_S
        say(f"{service.name} stopped unexpectedly ({how}); starting it again.")
        while True:
            await asyncio.sleep(delay)
            delay = min(2 * delay, LONGEST_DELAY_S)
            try:
                await service.start()
            except (StartFailed, OSError) as error:
                say(f"{error} Trying again in {delay:.0f} s.")
            else:
                break
        await restarted()
        say(f"{service.name} runs again.")
