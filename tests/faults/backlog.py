"""Nothing works for a while, and a backlog waits: deadlines that passed, commands that nobody carried out.

Two hours cannot be waited for, and Temporal's clock cannot be moved; but what waits afterwards does not
depend on how long it waited: every complaint has a deadline that passed and a signal that came meanwhile.
Measured is how fast that is worked off.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from domain.commands import Accept
from domain.intake import complaint_id
from domain.policy import ClockRule, Span, SpanUnit
from durable.complaints import NoAnswer
from tests.city import KELURAHAN, POLICY, instruction, officer, opening
from tests.faults.accounts import accounts_agree
from tests.faults.load import Promises
from tests.faults.script import Asked, Outcome, run
from tests.faults.stage import CHANNEL, Stage, stage

AT_ONCE = 40
SHORT_S = 5
WORKED_OFF_WITHIN_S = 7200
LURAH = officer(KELURAHAN)


async def backlog(asked: Asked) -> Outcome:
    """So many complaints wait when the worker comes back."""
    async with stage("dki-2025") as on:
        promises, loop = Promises(), asyncio.get_running_loop()
        due = datetime.now(UTC) + timedelta(seconds=30 + asked.times / 12)
        began = loop.time()
        await _each(asked.times, lambda number: _open(on, promises, number, due, asked))
        opened = asked.times / (loop.time() - began)
        early = datetime.now(UTC) < due
        await on.worker_down()
        await _each(asked.times, lambda number: _leave(on, number))
        await asyncio.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()) + SHORT_S)
        began = loop.time()
        await on.worker_up()
        await _until_worked_off(on, asked.times)
        took = loop.time() - began
        accounts = await accounts_agree(on.engine, on.client, promises, wait_s=600)
        late = await _number(on, "SELECT count(*) FROM event WHERE event = 'breached'")
    figures = (
        f"{asked.times} complaints opened at {opened:.0f} a second{'' if early else ' (too slowly)'}; after "
        f"the down-time {late} breaches, {asked.times} commands worked off in {took:.0f} s "
        f"({asked.times / took:.0f} complaints a second)"
    )
    return Outcome(f"{figures}; {accounts}", accounts.agree and late == asked.times)


async def _open(on: Stage, promises: Promises, number: int, due: datetime, asked: Asked) -> None:
    seconds = max(1, round((due - datetime.now(UTC)).total_seconds()))
    policy = POLICY.model_copy(
        update={
            "response": ClockRule(limit=Span(amount=seconds, unit=SpanUnit.SECONDS)),
            "ladder_after": (timedelta(),),
            "remind_every": timedelta(days=30),
            "digest_every": Span(amount=30, unit=SpanUnit.SECONDS),
        }
    )
    start = opening(reference=f"b-{number}", policy=policy)
    while True:
        try:
            receipt = await on.complaints.open(start)
        except (NoAnswer, RuntimeError):
            continue
        break
    promises.numbers[complaint_id(CHANNEL, start.intake.reference)] = receipt.number
    asked.advance()


async def _leave(on: Stage, number: int) -> None:
    identity = complaint_id(CHANNEL, f"b-{number}")
    await on.complaints.perform_later(identity, instruction(Accept(), LURAH, f"accept-{number}"))


async def _each(many: int, do: Callable[[int], Awaitable[None]]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with gate:
            await do(number)

    await asyncio.gather(*map(one, range(many)))


async def _until_worked_off(on: Stage, many: int) -> None:
    query = "SELECT count(*) FROM event WHERE event = 'accepted'"
    for _ in range(WORKED_OFF_WITHIN_S):
        if await _number(on, query) >= many:
            return
        await asyncio.sleep(1)
    raise AssertionError(f"only {await _number(on, query)} of {many} were worked off")


async def _number(on: Stage, query: str) -> int:
    async with on.engine.connect() as connection:
        return int((await connection.execute(text(query))).scalar_one())


if __name__ == "__main__":
    run("backlog", backlog, 1000, counted="complaints")
