"""Looking for what strikes about how complaints are handled, by all rules, in one month."""

import asyncio
from collections.abc import Callable
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
        new, _ = await self.look(month)
        return new

    async def look(self, month: Period) -> tuple[int, int]:
        """The same; returns how many findings are new, and how many hold no longer."""
        findings, at = Findings(self._database), self._clock()
        counted = set(Rule) - {Rule.PICTURE}
        first = await findings.keep(month.first, counted, await self.counted(month), at)
        then = await findings.keep(month.first, [Rule.PICTURE], await self.pictures(month), at)
        return first[0] + then[0], first[1] + then[1]

    async def counted(self, period: Period) -> list[Found]:
        """What strikes in a month by all rules but that of pictures."""
        limits, month = self._limits, period.first
        async with month_facts(self._database, period) as facts:
            closings, checks = await facts.closings(), await facts.checks()
            done, ratings = await facts.done(), await facts.ratings()
            paths, again = await facts.paths(), await facts.again(limits)
        return await asyncio.to_thread(
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

    async def pictures(self, period: Period) -> list[Found]:
        """What strikes about the pictures of a month."""
        catalogue, before = AttachmentCatalogue(self._database), (period.end, "", "")
        found: list[Found] = []
        while True:
            which = ProofFilter(since=period.start, after=before)
            proofs: list[AtComplaint] = await catalogue.handed_in_as_proof(which, PORTION)
            found += rules.pictures(period.first, proofs)
            if len(proofs) < PORTION:
                return found
            last = proofs[-1]
            before = (last.use.at, last.use.number, last.attachment.sha256)
