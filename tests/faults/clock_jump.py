"""The clock of the worker jumps by +2 h and back, by -2 h and back, under load.

Only the worker process sees it, by libfaketime (Debian: ``apt-get install libfaketime``); its monotonic clock
goes on, as with a real jump. Deadlines must come by Temporal's clock: none early, none late.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from sqlalchemy import text

from store.database import Database
from tests.faults.accounts import accounts_agree
from tests.faults.load import Load, settled
from tests.faults.script import Asked, Outcome, run
from tests.faults.stage import stage

JUMPS = ("+2h", "+0", "-2h", "+0")
AT_MOST = timedelta(minutes=1)
"""What a moment of the record may be away from PostgreSQL's clock: a retry, not a jump."""


async def clock_jump(asked: Asked) -> Outcome:
    """Lets the clock jump so many times."""
    library = faketime()
    with TemporaryDirectory() as folder:
        offset = Path(folder) / "offset"
        offset.write_text("+0\n")
        prefix = [
            "env",
            f"LD_PRELOAD={library}",
            f"FAKETIME_TIMESTAMP_FILE={offset}",
            "FAKETIME_CACHE_DURATION=1",
            "DONT_FAKE_MONOTONIC=1",
        ]
        async with stage("demo", worker_prefix=prefix) as on:
            load, stop = Load(on, asked.seed), asyncio.Event()
            working = asyncio.create_task(load.run(stop))
            chance = Random(asked.seed)
            for number in range(asked.times):
                await asyncio.sleep(chance.uniform(3, 8))
                offset.write_text(f"{JUMPS[number % len(JUMPS)]}\n")
                asked.advance()
            await asyncio.sleep(12)  # a ladder's first steps with the last offset
            stop.set()
            await working
            await settled(load)
            accounts = await accounts_agree(on.engine, on.client, load.promises)
            far = await _furthest(on.engine)
    furthest = max(far.values())
    figures = f"{asked.times} jumps, moments at most {furthest.total_seconds():.1f} s from PostgreSQL's clock"
    wrong = [what for what, distance in far.items() if distance > AT_MOST]
    return Outcome(f"{figures}, wrong: {wrong or 'none'}; {accounts}", accounts.agree and not wrong)


async def _furthest(engine: Database) -> dict[str, timedelta]:
    """How far moments that our code gave are from those that PostgreSQL gave."""
    asked = {
        "event.at": "SELECT max(abs(extract(epoch FROM recorded_at - at))) FROM event",
        "message.sent_at": "SELECT max(abs(extract(epoch FROM created_at - sent_at))) FROM message "
        "WHERE medium = 'mailbox' AND audience <> 'supervisor'",
    }
    async with engine.connect() as connection:
        return {
            name: timedelta(seconds=float((await connection.execute(text(query))).scalar_one() or 0))
            for name, query in asked.items()
        }


def faketime() -> Path:
    """The library for programs with threads."""
    for found in Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"):
        return found
    sys.exit("libfaketime is not installed; on Debian: apt-get install libfaketime")


if __name__ == "__main__":
    run("clock_jump", clock_jump, 8, counted="how often it jumps")
