"""Very many complaints breach within the same minute: each is escalated once, supervisors get digests.

All belong to units under one supervisor, and their response clocks end at one moment. Counted are
escalations, each complaint by itself, and letters against notices.
"""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import text

from tests.city import ASISTEN_KOTA, KELURAHAN
from tests.faults.accounts import accounts_agree
from tests.faults.due_together import DIGEST_EVERY_S, DueTogether, reconciled
from tests.faults.load import Promises
from tests.faults.script import Asked, Outcome, run
from tests.faults.stage import Stage, stage

MINUTE_S = 60
DRAINED_WITHIN_S = 7200
LOOK_EVERY_S = 2
UNIT = KELURAHAN.model_copy(update={"ladder": (ASISTEN_KOTA,)})


async def many_breaches(asked: Asked) -> Outcome:
    """Opens so many, and waits until all have been escalated."""
    async with stage("dki-2025") as on:
        promises = Promises()
        due = DueTogether(on, promises, UNIT, f"m-{asked.seed}", asked.times)
        await due.open(asked.advance)
        spread = await due.spread()
        assert not (await _counts(on))["breached"], "some were breached before the last was open"
        await asyncio.sleep(max(0.0, (due.moment - datetime.now(UTC)).total_seconds()))
        took = await _until_escalated(on, asked.times)
        accounts = await accounts_agree(on.engine, on.client, promises, wait_s=600)
        counts = await _counts(on)
        wrong = [*_wrong(counts, asked.times, spread), *await reconciled(on)]
    figures = (
        f"{asked.times} complaints opened at {due.rate:.0f} a second, all due within {spread:.0f} s, "
        f"the last breach on record {counts['within_s']} s after the first, all escalated after "
        f"{took:.0f} s ({asked.times / took:.0f} a second); {counts['escalated']} escalations, "
        f"{counts['notices']} notices in {counts['letters']} letters; wrong: {'; '.join(wrong) or 'none'}"
    )
    return Outcome(f"{figures}; {accounts}", accounts.agree and not wrong)


def _wrong(counts: dict[str, int], times: int, spread: float) -> list[str]:
    """Every complaint once and none twice; no more letters than the time for digests allows."""
    wrong = [
        f"{counts[name]} {name} of {times}"
        for name in ("breached", "escalated", "notices", "told")
        if counts[name] != times
    ]
    wrong += [f"{counts[name]} {name}" for name in ("twice", "told_twice") if counts[name]]
    if counts["letters"] > (most := counts["lasted_s"] // DIGEST_EVERY_S + 2):
        wrong.append(f"{counts['letters']} letters, at most {most} were due")
    if spread > MINUTE_S:
        wrong.append(f"clocks ended within {spread:.0f} s, not within a minute")
    return wrong


async def _until_escalated(on: Stage, many: int) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    while True:
        escalated = await _number(on, COUNTED["escalated"])
        took = loop.time() - began
        if escalated >= many:
            return took
        assert took < DRAINED_WITHIN_S, f"only {escalated} of {many} after {took:.0f} s"
        await asyncio.sleep(LOOK_EVERY_S)


COUNTED = {
    "breached": "SELECT count(*) FROM event WHERE event = 'breached'",
    "escalated": "SELECT count(*) FROM event WHERE event = 'escalated'",
    "twice": "SELECT count(*) FROM (SELECT 1 FROM event WHERE event IN ('breached', 'escalated') "
    "GROUP BY complaint_id, event HAVING count(*) > 1) t",
    "within_s": "SELECT coalesce(extract(epoch FROM max(recorded_at) - min(recorded_at)), 0)::int FROM event "
    "WHERE event = 'breached'",
    "told": "SELECT count(DISTINCT complaint_id) FROM message WHERE audience = 'supervisor' "
    "AND state = 'sent' AND digest_id IS NOT NULL",
    "told_twice": "SELECT count(*) FROM (SELECT 1 FROM message WHERE audience = 'supervisor' "
    "GROUP BY complaint_id HAVING count(*) > 1) t",
    "notices": "SELECT coalesce(sum(items), 0) FROM digest WHERE state = 'sent'",
    "letters": "SELECT count(*) FROM digest WHERE state = 'sent' AND items > 0",
    "lasted_s": "SELECT coalesce(extract(epoch FROM max(sent_at) - min(sent_at)), 0)::int FROM digest",
}


async def _counts(on: Stage) -> dict[str, int]:
    return {name: await _number(on, query) for name, query in COUNTED.items()}


async def _number(on: Stage, query: str) -> int:
    async with on.engine.connect() as connection:
        return int((await connection.execute(text(query))).scalar_one())


if __name__ == "__main__":
    run("many_breaches", many_breaches, 1000, counted="complaints")
