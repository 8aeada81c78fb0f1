"""How many others have the same trouble: support for a complaint, once for each browser."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from store.engine import transaction
from store.tables import SupportRow


class Supports:
    """Counts who supports what."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, complaint_id: str, supporter: str, at: datetime) -> bool:
        """Notes support, once for each secret of a browser; False when it was noted before."""
        values = {"complaint_id": complaint_id, "supporter_hash": digest(supporter), "at": at}
        statement = insert(SupportRow).values(values).on_conflict_do_nothing().returning(SupportRow.at)
        async with transaction(self._engine) as connection:
            return (await connection.execute(statement)).scalar_one_or_none() is not None

    async def counts(self, complaint_ids: Sequence[str]) -> dict[str, int]:
        """How many support each; those that nobody supports are left out."""
        query = (
            select(SupportRow.complaint_id, func.count())
            .where(SupportRow.complaint_id.in_(complaint_ids))
            .group_by(SupportRow.complaint_id)
        )
        async with transaction(self._engine) as connection:
            return {str(found): count for found, count in await connection.execute(query)}

    async def has(self, complaint_id: str, supporter: str) -> bool:
        """Whether this browser has supported it."""
        query = select(SupportRow.at).where(
            SupportRow.complaint_id == complaint_id, SupportRow.supporter_hash == digest(supporter)
        )
        async with transaction(self._engine) as connection:
            return (await connection.execute(query)).first() is not None


def digest(supporter: str) -> str:
    """A browser's secret as it is kept."""
    return sha256(supporter.encode()).hexdigest()
