"""What a channel reads of its own complaints: bounded lists, one complaint, its timeline."""

from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select, text, tuple_

from domain.channel_view import OwnComplaint, OwnFilter, Place, Step
from domain.commands import REPORTER
from store.complaints import Reads, view_of
from store.database import Database
from store.engine import transaction
from store.events import Line, lines_of
from store.search import conditions_of
from store.tables import ComplaintRow

INTERNAL = ("command_refused", "not_delivered")
"""What happened between the service and officers or media, and says nothing to a reporter."""

LONGEST_TIMELINE = 1000


class ChannelReads:
    """Reads for channels and for reporters who have the access code."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine

    async def own(
        self, channel: str, which: OwnFilter, after: Place | None, limit: int
    ) -> list[OwnComplaint]:
        """The complaints of a channel, the newest first, from after a place in the list on."""
        query = select(ComplaintRow.__table__).where(ComplaintRow.channel == channel, ComplaintRow.seq > 0)
        query = query.where(*_conditions(which), *await conditions_of(self._engine, which.search))
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
        lines = await lines_of(self._engine, complaint_id, without=INTERNAL, limit=LONGEST_TIMELINE)
        return [_step(line) for line in lines]

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


def _step(line: Line) -> Step:
    told = line.entry
    return Step(
        seq=told.seq,
        at=told.at,
        event=told.event,
        by_unit=line.unit,
        by_reporter=told.by == REPORTER.code,
        detail=told.detail,
    )
