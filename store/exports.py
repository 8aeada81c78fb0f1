"""Complaints as other systems take them: read in portions, so that a whole city fits through."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from store.engine import transaction
from store.tables import ComplaintRow

PORTION = 1000

STANDING = (
    "number", "channel", "category", "status", "outcome", "unit", "ward", "hops", "escalation_level",
    "parent", "opened_at", "due_at", "closed_at",
)  # fmt: skip
PERSONAL = ("text", "latitude", "longitude", "place", "reporter_name", "reporter_contact")
REFERENCE = "reference"


class Exports:
    """Reads complaints for other systems."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def complaints(
        self, columns: tuple[str, ...], channel: str | None = None, since: datetime | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        """Complaints by number: those of a channel, or opened since a moment, or all."""
        query = select(*(getattr(ComplaintRow, name) for name in columns)).where(ComplaintRow.seq > 0)
        if channel:
            query = query.where(ComplaintRow.channel == channel)
        if since:
            query = query.where(ComplaintRow.opened_at >= since)
        query, last = query.order_by(ComplaintRow.number).limit(PORTION), ""
        while True:
            async with transaction(self._engine) as connection:
                rows = (await connection.execute(query.where(ComplaintRow.number > last))).mappings().all()
            for row in rows:
                yield dict(row)
            if len(rows) < PORTION:
                return
            last = rows[-1]["number"]
