"""Complaints whose response clocks all end at one moment, and the planning of that moment.

A clock is frozen when its complaint is opened, so the moment must be known before the first is: it is planned
from how fast a few complaints can be opened here and now. Whether it held is looked up, not assumed.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from domain.intake import complaint_id
from domain.organisation import Unit
from domain.policy import ClockRule, Policy, Span, SpanUnit
from durable.complaints import NoAnswer
from tests.city import POLICY, opening
from tests.faults.load import Promises
from tests.faults.stage import CHANNEL, Stage
from tests.program import ROOT

AT_ONCE = 40
TRIAL = 100
"""Complaints by which the rate is measured; their clocks end in a month."""

MONTH = timedelta(days=30)
MARGIN = 1.5
"""The machine may get so much slower than in the trial before the plan fails, and with it the run."""

START = timedelta(seconds=20)
DIGEST_EVERY_S = 30
ENDS = (
    "SELECT count(*), extract(epoch FROM max(due) - min(due)) FROM ("
    "SELECT (clock ->> 'due_at')::timestamptz AS due FROM complaint c, "
    "jsonb_array_elements(c.deadlines::jsonb) clock "
    "WHERE clock ->> 'kind' = 'response' AND c.reference NOT LIKE '%-trial-%') t"
)


class TooSlow(AssertionError):
    """The moment came before all were open: the run shows nothing, and is to be repeated."""


class DueTogether:
    """Opens complaints of one unit that are all due at ``moment``."""

    def __init__(self, on: Stage, promises: Promises, unit: Unit, prefix: str, times: int) -> None:
        self._on = on
        self._promises = promises
        self._unit = unit
        self._prefix = prefix
        self._times = times
        self.moment = datetime.now(UTC) + MONTH
        self.trial_rate = 0.0
        self.rate = 0.0

    def identity(self, number: int) -> str:
        """The id of a complaint, counted from 0."""
        return complaint_id(CHANNEL, f"{self._prefix}-{number}")

    async def open(self, advance: Callable[[], None]) -> None:
        """Measures, plans and opens all of them. Raises ``TooSlow``."""
        trial = min(TRIAL, self._times)
        self.trial_rate = await self._rate(trial, lambda number: self._open(f"{self._prefix}-trial-{number}"))
        self.moment = datetime.now(UTC) + START + timedelta(seconds=MARGIN * self._times / self.trial_rate)
        sys.stderr.write(f"{self.trial_rate:.1f} a second in the trial: due at {self.moment:%H:%M:%S} UTC\n")

        async def one(number: int) -> None:
            if datetime.now(UTC) > self.moment - timedelta(seconds=2):
                raise TooSlow(
                    f"not all were open when the moment came (trial: {self.trial_rate:.1f} a second)"
                )
            await self._open(f"{self._prefix}-{number}")
            advance()

        self.rate = await self._rate(self._times, one)

    async def spread(self) -> float:
        """Seconds between the first and the last end of a clock, as they stand in the record."""
        async with self._on.engine.connect() as connection:
            many, seconds = (await connection.execute(text(ENDS))).one()
        assert many == self._times, f"{many} response clocks of {self._times}"
        return float(seconds)

    async def _rate(self, many: int, one: Callable[[int], Awaitable[None]]) -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await each(many, one)
        return many / (loop.time() - began)

    async def _open(self, reference: str) -> None:
        while True:
            start = opening(reference=reference, policy=policy_due_at(self.moment)).model_copy(
                update={"kelurahan": self._unit}
            )
            try:
                receipt = await self._on.complaints.open(start)
            except (NoAnswer, RuntimeError):
                continue
            break
        self._promises.numbers[complaint_id(CHANNEL, reference)] = receipt.number


def policy_due_at(moment: datetime) -> Policy:
    """A response clock that ends at a moment, and quiet afterwards."""
    seconds = max(1, round((moment - datetime.now(UTC)).total_seconds()))
    return POLICY.model_copy(
        update={
            "response": ClockRule(limit=Span(amount=seconds, unit=SpanUnit.SECONDS)),
            "ladder_after": (timedelta(),),
            "remind_every": MONTH,
            "digest_every": Span(amount=DIGEST_EVERY_S, unit=SpanUnit.SECONDS),
        }
    )


async def each(many: int, do: Callable[[int], Awaitable[None]]) -> None:
    """Does it for every number from 0, some at a time; the first failure ends it."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with gate:
            await do(number)

    async with asyncio.TaskGroup() as group:
        for number in range(many):
            group.create_task(one(number))


async def reconciled(on: Stage) -> list[str]:
    """What ``starter.py reconcile`` finds wrong over all complaints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "starter.py"),
        "reconcile",
        env={**os.environ, "TUNTAS_HOME": str(on.settings.home)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await process.communicate())[0].decode(errors="replace").strip()
    return [f"reconcile: {said[-300:]}"] if process.returncode else []
