"""Complaints as other systems take them: read in portions, so that a whole city fits through."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select

from store.database import Database
from store.engine import transaction
from store.personal import COMPLAINT, NOTHING, Personal, parsed
from store.tables import ComplaintRow

PORTION = 1000

STANDING = (
    "number", "channel", "category", "status", "outcome", "unit", "ward", "hops", "escalation_level",
    "parent", "opened_at", "due_at", "closed_at",
)  # fmt: skip
PERSONAL = ("latitude", "longitude", "text", "place", "name", "contact")
"""The last four are sealed."""

REFERENCE = "reference"


class Exports:
    """Reads complaints for other systems."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine

    async def complaints(
        self, columns: tuple[str, ...], channel: str | None = None, since: datetime | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        """Complaints by number: those of a channel, or opened since a moment, or all."""
        plain = (name for name in (*columns, "sealed") if name not in Personal.model_fields)
        query = select(*(getattr(ComplaintRow, name) for name in plain)).where(ComplaintRow.seq > 0)
        if channel:
            query = query.where(ComplaintRow.channel == channel)
        if since:
            query = query.where(ComplaintRow.opened_at >= since)
        query, last = query.order_by(ComplaintRow.number).limit(PORTION), ""
        while True:
            async with transaction(self._engine) as connection:
                rows = (await connection.execute(query.where(ComplaintRow.number > last))).mappings().all()
            opened = (
                await self._open(rows) if set(columns) & set(Personal.model_fields) else [NOTHING] * len(rows)
            )
            for row, personal in zip(rows, opened, strict=True):
                said = {**row, **personal.model_dump()}
                yield {name: said[name] for name in columns}
            if len(rows) < PORTION:
                return
            last = rows[-1]["number"]

    async def _open(self, rows: Sequence[RowMapping]) -> list[Personal]:
        opened = await self._engine.vault.open(COMPLAINT, [row["sealed"] for row in rows])
        return [parsed(one) for one in opened]
