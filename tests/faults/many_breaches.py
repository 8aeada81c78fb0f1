"""Very many complaints breach within the same minute: each is escalated once, supervisors get digests.

All belong to units under one supervisor, and their response clocks end at one moment. Counted are
escalations, and letters against notices.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from domain.intake import complaint_id
from domain.policy import ClockRule, Policy, Span, SpanUnit
from durable.complaints import NoAnswer
from tests.city import ASISTEN_KOTA, KELURAHAN, POLICY, opening
from tests.faults.accounts import accounts_agree
from tests.faults.load import Promises
from tests.faults.script import Asked, Outcome, run
from tests.faults.stage import CHANNEL, Stage, stage

AT_ONCE = 40
OPENED_A_SECOND = 12
"""A cautious guess, from which the moment of the breaches is planned."""

MINUTE = timedelta(minutes=1)
DRAINED_WITHIN_S = 3600
UNIT = KELURAHAN.model_copy(update={"ladder": (ASISTEN_KOTA,)})


async def many_breaches(asked: Asked) -> Outcome:
    """Opens so many, and waits until all have been escalated."""
    async with stage("dki-2025") as on:
        promises, moment = (
            Promises(),
            datetime.now(UTC) + timedelta(seconds=20 + asked.times / OPENED_A_SECOND),
        )
        await _open(on, asked, promises, moment)
        early = datetime.now(UTC) < moment
        await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))
        took = await _until_escalated(on, asked.times)
        accounts = await accounts_agree(on.engine, on.client, promises, wait_s=600)
        counts = await _counts(on)
    expected = {"breached": asked.times, "escalated": asked.times, "notices": asked.times}
    once = {name: counts[name] for name in expected} == expected
    figures = (
        f"{asked.times} complaints due at one moment{'' if early else ' (some opened too late)'}, "
        f"breached within {counts['within_s']} s of the record, all escalated after {took:.0f} s "
        f"({asked.times / took:.0f} a second); {counts['escalated']} escalations, "
        f"{counts['notices']} notices in {counts['letters']} letters"
    )
    return Outcome(f"{figures}; {accounts}", accounts.agree and once and early)


async def _open(on: Stage, asked: Asked, promises: Promises, moment: datetime) -> None:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with gate:
            start = opening(reference=f"m-{asked.seed}-{number}", policy=_due_at(moment)).model_copy(
                update={"kelurahan": UNIT}
            )
            while True:
                try:
                    receipt = await on.complaints.open(start)
                except (NoAnswer, RuntimeError):
                    continue
                break
            promises.numbers[complaint_id(CHANNEL, start.intake.reference)] = receipt.number
            asked.advance()

    await asyncio.gather(*(one(number) for number in range(asked.times)))


def _due_at(moment: datetime) -> Policy:
    """A response clock that ends at a moment, and quiet afterwards."""
    seconds = max(1, round((moment - datetime.now(UTC)).total_seconds()))
    return POLICY.model_copy(
        update={
            "response": ClockRule(limit=Span(amount=seconds, unit=SpanUnit.SECONDS)),
            "ladder_after": (timedelta(),),
            "remind_every": timedelta(days=30),
            "digest_every": Span(amount=30, unit=SpanUnit.SECONDS),
        }
    )


async def _until_escalated(on: Stage, many: int) -> float:
    began = asyncio.get_running_loop().time()
    while True:
        counts = await _counts(on)
        took = asyncio.get_running_loop().time() - began
        if counts["escalated"] >= many:
            return took
        assert took < DRAINED_WITHIN_S, f"only {counts['escalated']} of {many} after {took:.0f} s"
        await asyncio.sleep(1)


async def _counts(on: Stage) -> dict[str, int]:
    asked = {
        "breached": "SELECT count(*) FROM event WHERE event = 'breached'",
        "escalated": "SELECT count(*) FROM event WHERE event = 'escalated'",
        "within_s": "SELECT coalesce(extract(epoch FROM max(at) - min(at)), 0)::int FROM event "
        "WHERE event = 'breached'",
        "notices": "SELECT coalesce(sum(items), 0) FROM digest WHERE state = 'sent'",
        "letters": "SELECT count(*) FROM digest WHERE state = 'sent' AND items > 0",
    }
    async with on.engine.connect() as connection:
        return {
            name: int((await connection.execute(text(query))).scalar_one()) for name, query in asked.items()
        }


if __name__ == "__main__":
    run("many_breaches", many_breaches, 1000, counted="complaints")
