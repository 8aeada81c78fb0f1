"""What came in during a period, as open data begins with: where it stood at the end, and no words."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.period import Period
from store.engine import transaction

RECEIVED = """
SELECT complaint.channel, complaint.category, last.ward, last.status, last.outcome, last.hops, last.score,
    complaint.is_public, complaint.latitude, complaint.longitude, run.ended_as,
    extract(epoch FROM run.ended_at - run.started_at)::bigint AS seconds
FROM complaint
CROSS JOIN LATERAL (
    SELECT * FROM standing WHERE complaint_id = complaint.id AND at < :end ORDER BY seq DESC LIMIT 1
) AS last
LEFT JOIN LATERAL (
    SELECT * FROM clock_standing
    WHERE complaint_id = complaint.id AND clock = 'resolution' AND at < :end ORDER BY seq DESC LIMIT 1
) AS run ON true
WHERE opened_at >= :start AND opened_at < :end AND NOT restricted
ORDER BY complaint.number
"""
"""One whose processing was restricted serves the complaint only (UU 27/2022, art. 11), and is left out."""


class Received(NamedTuple):
    """A complaint that came in, as of the period's end. ``seconds``: from intake to completion."""

    channel: str
    category: str
    ward: str | None
    status: str
    outcome: str | None
    hops: int
    score: int | None
    is_public: bool
    latitude: float | None
    longitude: float | None
    ended_as: str | None
    seconds: int | None


class OpenData:
    """Reads what open data is made from."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def received(self, period: Period) -> Sequence[Received]:
        """All that came in during a period."""
        async with transaction(self._engine) as connection:
            await connection.execute(text("SET LOCAL statement_timeout = '10min'"))
            rows = await connection.execute(text(RECEIVED), {"start": period.start, "end": period.end})
            return [Received(*row) for row in rows]
