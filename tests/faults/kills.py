"""Kill -9 of the worker, the web server, Temporal or PostgreSQL at random moments under load.

Reporters hand in over HTTP and officers act meanwhile, asking again when there is no answer. Afterwards every
complaint is brought to its end, and the accounts must agree.
"""

import asyncio
from random import Random

from tests.faults.accounts import accounts_agree
from tests.faults.load import Load, settled
from tests.faults.script import Asked, Outcome, run
from tests.faults.stage import Stage, stage
from tests.program import until

WHICH = ("worker", "web", "temporal", "database")
LONGEST_BETWEEN_S = 8.0
"""At most so long after it runs again the next kill comes: often in the middle of catching up."""


async def kills(asked: Asked) -> Outcome:
    """Kills one of them so many times."""
    async with stage("demo") as on:
        load, stop = Load(on, asked.seed), asyncio.Event()
        working = asyncio.create_task(load.run(stop))
        await _kill(on, asked)
        stop.set()
        await working
        await settled(load)
        accounts = await accounts_agree(on.engine, on.client, load.promises)
    asked_again = load.promises.counts["asked again"]
    figures = f"{asked.times} kills of {asked.what}, {asked_again} requests asked again; {accounts}"
    return Outcome(figures, accounts.agree)


async def _kill(on: Stage, asked: Asked) -> None:
    chance = Random(asked.seed)
    for _ in range(asked.times):
        await asyncio.sleep(chance.uniform(0.2, LONGEST_BETWEEN_S))

        async def killed() -> bool:
            return on.kill(asked.what)

        await until(killed, 120)
        asked.advance()
        await asyncio.sleep(0.3)


if __name__ == "__main__":
    run("kills", kills, 20, WHICH, "how often it is killed")
