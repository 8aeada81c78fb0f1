"""The worker dies between sending and noting: the mail server has the mail, nobody heard its answer.

No mail goes out a second time; each is ``unconfirmed``, and the timeline says that it is not known.
"""

import asyncio

from tests.faults.accounts import accounts_agree
from tests.faults.bad_mail_server import BadMailServer
from tests.faults.load import Load, settled
from tests.faults.script import Asked, Outcome, run
from tests.faults.stage import stage
from tests.program import until

NOTED_WITHIN_S = 120.0
"""Temporal gives an attempt of a delivery a minute; then the next one finds the claim."""


async def duplicate_delivery(asked: Asked) -> Outcome:
    """So many letters are in flight when the worker is killed."""
    first = iter(["hang"] * asked.times)
    server = BadMailServer(lambda: next(first, "take"))
    await server.start()
    async with stage("dki-2025", notify_url=server.url) as on:
        load = Load(on, asked.seed)
        for _ in range(asked.times):
            await load.submit()
            asked.advance()

        async def all_hang() -> bool:
            return server.holding == asked.times

        await until(all_hang)
        on.kill("worker")
        shown = 0

        async def all_shown() -> bool:
            nonlocal shown
            timelines = await asyncio.gather(*map(on.complaints.timeline, load.promises.numbers))
            shown = sum(entry.event == "not_delivered" for entries in timelines for entry in entries)
            return shown == asked.times

        await asyncio.sleep(5)
        await until(all_shown, NOTED_WITHIN_S)
        await settled(load)
        accounts = await accounts_agree(on.engine, on.client, load.promises, unconfirmed=asked.times)
    await server.stop()
    twice = sum(count > 1 for count in server.taken.values())
    figures = (
        f"{asked.times} letters in flight, {twice} arrived twice, {shown} shown as not known; {accounts}"
    )
    states = accounts.messages.get("unconfirmed", 0)
    return Outcome(figures, accounts.agree and not twice and states == asked.times)


if __name__ == "__main__":
    run("duplicate_delivery", duplicate_delivery, 5, counted="letters in flight")
