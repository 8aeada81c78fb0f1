"""What a channel reads of its own complaints: bounded lists, one complaint, its timeline."""

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.channel_view import OwnComplaint, OwnFilter, Place, Step
from store.complaints import Reads, view_of
from store.engine import transaction
from store.tables import ComplaintRow, EventRow

INTERNAL = ("command_refused", "not_delivered")
"""What happened between the service and officers or media, and says nothing to a reporter."""

LONGEST_TIMELINE = 1000


class ChannelReads:
    """Reads for channels and for reporters who have the access code."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def own(
        self, channel: str, which: OwnFilter, after: Place | None, limit: int
    ) -> list[OwnComplaint]:
        """The complaints of a channel, the newest first, from after a place in the list on."""
        query = select(ComplaintRow.__table__).where(ComplaintRow.channel == channel, ComplaintRow.seq > 0)
        query = query.where(*_conditions(which))
        newest_first = (ComplaintRow.registered_at, ComplaintRow.number)
        if after:
            query = query.where(tuple_(*newest_first) < tuple_(after.registered_at, after.number))
        query = query.order_by(*(column.desc() for column in newest_first)).limit(limit)
        return await self._found(query)

    async def one(self, number: str) -> OwnComplaint | None:
        """The complaint with this number, whatever its channel."""
        found = await self._found(
            select(ComplaintRow.__table__).where(ComplaintRow.number == number, ComplaintRow.seq > 0)
        )
        return found[0] if found else None

    async def steps(self, complaint_id: str) -> list[Step]:
        """What happened to a complaint, oldest first, without the names of officers."""
        query = (
            select(
                EventRow.seq,
                EventRow.at,
                EventRow.event,
                EventRow.actor,
                EventRow.actor_unit,
                EventRow.detail,
            )
            .where(EventRow.complaint_id == complaint_id, EventRow.event.not_in(INTERNAL))
            .order_by(EventRow.seq)
            .limit(LONGEST_TIMELINE)
        )
        async with transaction(self._engine) as connection:
            return [_step(row) for row in await connection.execute(query)]

    async def is_access_code(self, number: str, access_code: str) -> bool:
        """Whether this is the code that the reporter of the complaint was given."""
        return await Reads(self._engine).is_access_code(number, access_code)

    async def ping(self) -> None:
        """Returns when PostgreSQL has answered. Raises ``DatabaseUnreachable``."""
        async with transaction(self._engine) as connection:
            await connection.execute(text("SELECT 1"))

    async def _found(self, query: Select[Any]) -> list[OwnComplaint]:
        async with transaction(self._engine) as connection:
            return [_own(row) for row in await connection.execute(query)]


def _conditions(which: OwnFilter) -> list[ColumnElement[bool]]:
    equal = (
        (ComplaintRow.status, which.status),
        (ComplaintRow.category, which.category),
        (ComplaintRow.ward, which.ward),
        (ComplaintRow.reference, which.reference),
    )
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal if value is not None]
    if which.registered_from:
        conditions.append(ComplaintRow.registered_at >= which.registered_from)
    if which.registered_to:
        conditions.append(ComplaintRow.registered_at <= which.registered_to)
    if which.updated_from:
        conditions.append(ComplaintRow.updated_at >= which.updated_from)
    return conditions


def _own(row: Row[Any]) -> OwnComplaint:
    return OwnComplaint(
        reference=row.reference,
        public=row.is_public,
        registered_at=row.registered_at,
        updated_at=row.updated_at or row.registered_at,
        standing=view_of(row),
    )


def _step(row: Any) -> Step:
    return Step(
        seq=row.seq,
        at=row.at,
        event=row.event,
        by_unit=row.actor_unit,
        by_reporter=row.actor == "reporter",
        detail=row.detail,
    )
