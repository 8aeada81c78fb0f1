"""The rounds of the mail service: fetch what lies in the mailbox, make something of what is kept."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from channels.email.imap import Mailbox
from channels.email.inbox import Inbox

FETCH_EVERY_S = 30.0
WORK_EVERY_S = 2.0


async def go_round(inbox: Inbox, mailbox: Mailbox | None, stop: asyncio.Event) -> None:
    """Works until ``stop`` is set; what cannot be reached is tried again in the next round."""
    async with asyncio.TaskGroup() as rounds:
        rounds.create_task(_each(inbox.work, WORK_EVERY_S, stop))
        if mailbox:
            rounds.create_task(_each(mailbox.fetch, FETCH_EVERY_S, stop))


async def _each(work: Callable[[], Awaitable[int]], every_s: float, stop: asyncio.Event) -> None:
    """Again at once while there is something to do, otherwise after a pause."""
    log = structlog.get_logger("mail")
    while not stop.is_set():
        done = 0
        try:
            done = await work()
        except ConnectionError as error:
            log.warning("mail_waits", reason=str(error))
        except Exception as error:  # noqa: BLE001 - one thing that went wrong must not stop the mail
            log.warning("mail_round_failed", error=type(error).__name__)
        if not done:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every_s)
