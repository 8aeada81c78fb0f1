"""Looking for what strikes about how complaints are handled, by all rules, in one month."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from temporalio import activity

from activities.contracts import LOOK_FOR_FINDINGS
from domain import integrity_rules as rules
from domain.evidence import AtComplaint
from domain.integrity import Found, Rule
from domain.organisation import COORDINATORS, UnitKind
from domain.period import Period
from jakarta.load import Jakarta
from store.attachments import AttachmentCatalogue, ProofFilter
from store.database import Database
from store.findings import Findings
from store.integrity_facts import month_facts

PORTION = 100
"""Proofs whose pictures are compared at a time."""


class IntegrityLook:
    """Applies the rules to the record, and keeps what they find."""

    def __init__(
        self, database: Database, city: Jakarta, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._limits = city.integrity_thresholds
        self._desks = {unit.code for unit in city.units() if unit.kind in {UnitKind.DESK, *COORDINATORS}}
        self._clock = clock

    @activity.defn(name=LOOK_FOR_FINDINGS)
    async def look_for_findings(self, month: Period) -> int:
        """Looks at a month as far as it is over; returns how many findings are new. Twice is once."""
        found = await self.found(month)
        new, _ = await Findings(self._database).keep(month.first, list(Rule), found, self._clock())
        return new

    async def found(self, period: Period) -> list[Found]:
        """All that strikes in a month."""
        limits, month = self._limits, period.first
        async with month_facts(self._database, period) as facts:
            closings, checks = await facts.closings(), await facts.checks()
            done, ratings = await facts.done(), await facts.ratings()
            paths, again = await facts.paths(), await facts.again(limits)
        counted = await asyncio.to_thread(
            lambda: [
                *rules.too_fast(month, closings, limits),
                *rules.fast_units(month, closings, limits),
                *rules.ping_pong(month, paths, self._desks, limits),
                *rules.re_entered(month, again, limits),
                *rules.accepts_all(month, checks, limits),
                *rules.one_closer(month, checks, limits),
                *rules.month_end(period, done, limits),
                *rules.low_ratings(month, ratings, limits),
            ]
        )
        return [*counted, *[one async for one in self._pictures(period)]]

    async def _pictures(self, period: Period) -> AsyncIterator[Found]:
        catalogue, before = AttachmentCatalogue(self._database), (period.end, "", "")
        while True:
            which = ProofFilter(since=period.start, after=before)
            proofs: list[AtComplaint] = await catalogue.handed_in_as_proof(which, PORTION)
            for one in rules.pictures(period.first, proofs):
                yield one
            if len(proofs) < PORTION:
                return
            last = proofs[-1]
            before = (last.use.at, last.use.number, last.attachment.sha256)
