"""Nothing works for a while, and a backlog waits: deadlines that passed, commands that nobody carried out.

Two hours cannot be waited for, and Temporal's clock cannot be moved; but what waits afterwards does not
depend on how long it waited: every complaint has a deadline that passed and a signal that came meanwhile.
Measured is how fast that is worked off.
"""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import text

from domain.commands import Accept
from tests.city import KELURAHAN, instruction, officer
from tests.faults.accounts import accounts_agree
from tests.faults.due_together import DueTogether, each, reconciled
from tests.faults.load import Promises
from tests.faults.script import Asked, Outcome, run
from tests.faults.stage import Stage, stage

SHORT_S = 5
LOOK_EVERY_S = 2
WORKED_OFF_WITHIN_S = 7200
LURAH = officer(KELURAHAN)


async def backlog(asked: Asked) -> Outcome:
    """So many complaints wait when the worker comes back."""
    async with stage("dki-2025") as on:
        promises = Promises()
        due = DueTogether(on, promises, KELURAHAN, f"b-{asked.seed}", asked.times)
        await due.open(asked.advance)
        await on.worker_down()
        await each(asked.times, lambda number: _leave(on, due.identity(number)))
        await asyncio.sleep(max(0.0, (due.moment - datetime.now(UTC)).total_seconds()) + SHORT_S)
        assert not await _number(on, BREACHED), "some were breached before the worker was down"
        took = await _worked_off(on, asked.times)
        accounts = await accounts_agree(on.engine, on.client, promises, wait_s=600)
        late, doubled = await _number(on, BREACHED), await _number(on, DOUBLED)
        wrong = await reconciled(on)
        if (late, doubled) != (asked.times, 0):
            wrong.append(f"{late} breaches of {asked.times}, {doubled} complaints breached or accepted twice")
    figures = (
        f"{asked.times} complaints opened at {due.rate:.0f} a second; after the down-time {late} breaches "
        f"and {asked.times} commands worked off in {took:.0f} s "
        f"({asked.times / took:.0f} complaints a second); wrong: {'; '.join(wrong) or 'none'}"
    )
    return Outcome(f"{figures}; {accounts}", accounts.agree and not wrong)


async def _leave(on: Stage, identity: str) -> None:
    await on.complaints.perform_later(identity, instruction(Accept(), LURAH, f"accept-{identity}"))


async def _worked_off(on: Stage, many: int) -> float:
    """Starts the worker; returns how many seconds it took until every command was carried out."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await on.worker_up()
    while (accepted := await _number(on, ACCEPTED)) < many:
        assert loop.time() - began < WORKED_OFF_WITHIN_S, f"only {accepted} of {many} were worked off"
        await asyncio.sleep(LOOK_EVERY_S)
    return loop.time() - began


ACCEPTED = "SELECT count(*) FROM event WHERE event = 'accepted'"
BREACHED = "SELECT count(*) FROM event WHERE event = 'breached'"
DOUBLED = (
    "SELECT count(*) FROM (SELECT 1 FROM event WHERE event IN ('breached', 'accepted') "
    "GROUP BY complaint_id, event HAVING count(*) > 1) t"
)


async def _number(on: Stage, query: str) -> int:
    async with on.engine.connect() as connection:
        return int((await connection.execute(text(query))).scalar_one())


if __name__ == "__main__":
    run("backlog", backlog, 1000, counted="complaints")
