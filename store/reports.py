"""What was reported: which figures a period had when its report was made, and what became of the letters."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from store.bulk import FIRST_RUN
from store.engine import transaction
from store.tables import ComplaintRow, DigestRow, ReportRow

LETTER = "report"
"""The kind of letters that are reports, among those to supervisors."""


class Made(NamedTuple):
    """When the report of a period was first made, and the digest of its figures."""

    made_at: datetime
    digest: str


class Delivery(NamedTuple):
    """A letter with a report: to whom, and what became of it."""

    id: str
    recipient: str
    state: str
    medium: str | None
    attempts: int
    last_error: str | None
    sent_at: datetime | None


class Reports:
    """Keeps and tells what was reported."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def note(self, name: str, digest: str) -> Made:
        """Keeps that a report was made, once; returns the first time and the figures of then."""
        async with transaction(self._engine) as connection:
            await connection.execute(
                insert(ReportRow).values(name=name, digest=digest).on_conflict_do_nothing()
            )
            query = select(ReportRow.made_at, ReportRow.digest).where(ReportRow.name == name)
            return Made(*(await connection.execute(query)).one())

    async def noted(self, name: str) -> Made | None:
        """When the report of a period was made; None when it was not."""
        query = select(ReportRow.made_at, ReportRow.digest).where(ReportRow.name == name)
        async with transaction(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return Made(*row) if row else None

    async def deliveries(self, limit: int = 200) -> Sequence[Delivery]:
        """The letters with reports, the latest first; those that did not go out say why."""
        columns = (getattr(DigestRow, name) for name in Delivery._fields)
        query = select(*columns).where(DigestRow.kind == LETTER).order_by(DigestRow.created_at.desc())
        async with transaction(self._engine) as connection:
            return [Delivery(*row) for row in await connection.execute(query.limit(limit))]

    async def is_synthetic(self) -> bool:
        """Whether any complaint was made up: then every report says so."""
        query = select(ComplaintRow.id).where(ComplaintRow.first_run_id == FIRST_RUN).limit(1)
        async with transaction(self._engine) as connection:
            return await connection.scalar(query) is not None
