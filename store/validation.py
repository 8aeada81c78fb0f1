"""The queue of a unit that checks completions."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, text, tuple_

from store.database import Database
from store.engine import transaction
from store.tables import ComplaintRow

PAGE = 50


class ToCheck(NamedTuple):
    """A completion that waits: nothing of what anybody said."""

    number: str
    category: str
    unit: str
    ward: str | None
    next_due_at: datetime


class ValidationQueue:
    """Reads by the index of what waits for validation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, validator: str, after: str | None = None, limit: int = PAGE) -> list[ToCheck]:
        """What a unit has to check, the nearest end first; from after a complaint on, when one is named."""
        query = (
            select(*(getattr(ComplaintRow, name) for name in ToCheck._fields))
            .where(text("status = 'AWAITING_VALIDATION'"), ComplaintRow.validator == validator)
            .order_by(ComplaintRow.next_due_at, ComplaintRow.number)
            .limit(limit)
        )
        async with transaction(self._database) as connection:
            if after:
                there = await connection.scalar(
                    select(ComplaintRow.next_due_at).where(ComplaintRow.number == after)
                )
                place = tuple_(ComplaintRow.next_due_at, ComplaintRow.number)
                query = query.where(place > tuple_(there, after)) if there else query
            return [ToCheck(*row) for row in await connection.execute(query)]
