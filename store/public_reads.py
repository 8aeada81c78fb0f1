"""What anybody reads: complaints of the whole jurisdiction without the people in them."""

from math import cos, radians
from typing import Any

from sqlalchemy import ColumnElement, Float, Numeric, Row, and_, case, cast, func, literal, null, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from domain.place import PRIVATE_DECIMALS
from domain.public_facts import (
    Near,
    PublicRequest,
    PublicUpdate,
    RequestFilter,
    UpdateFilter,
)
from domain.status import Status
from store.database import Database
from store.engine import transaction
from store.personal import COMPLAINT, Personal, parsed
from store.search import conditions_of, counted, rows_where
from store.tables import ComplaintRow, EventRow

DONE = (Status.RESOLVED, Status.CLOSED)
"""What others call closed: the work has been checked, or nothing more can happen."""

TURNING_POINTS = {
    "validated": True,
    "parent_resolved": True,
    "closed": True,
    "withdrawn": True,
    "reopened": False,
    "parent_reopened": False,
    "separated": False,
}
"""Events that end a complaint for others, or open it again."""

TOLD = (
    "received",
    "accepted",
    "coordinated",
    "disposed",
    "handed_back",
    "reassigned",
    "progress_noted",
    "completed",
    "validated",
    "follow_up_rejected",
    "asked",
    "replied",
    "ews_granted",
    "escalated",
    "reopened",
    "merged",
    "separated",
    "parent_resolved",
    "parent_reopened",
    "closed",
    "withdrawn",
)
"""Events that others may know of; the rest is between the service, officers and the reporter."""

OPEN_TO_ALL = and_(ComplaintRow.is_public, ~ComplaintRow.restricted)

METRES_PER_DEGREE = 111_320.0


def _seen(column: InstrumentedAttribute[float | None]) -> ColumnElement[float | None]:
    """A coordinate as others see it; filters use it too, so that nobody can ask the exact one out of us."""
    rounded = cast(func.round(cast(column, Numeric), PRIVATE_DECIMALS), Float)
    return case((OPEN_TO_ALL, column), else_=rounded)


POINT = func.point(ComplaintRow.longitude, ComplaintRow.latitude)
LATITUDE, LONGITUDE = _seen(ComplaintRow.latitude), _seen(ComplaintRow.longitude)


class PublicReads:
    """Reads for everybody, each bounded by a page."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine

    async def requests(self, which: RequestFilter) -> list[PublicRequest]:
        """The complaints asked for, in the order asked for."""
        query = (
            select(
                ComplaintRow.number,
                ComplaintRow.status,
                ComplaintRow.category,
                ComplaintRow.unit,
                ComplaintRow.ward,
                ComplaintRow.waits_for,
                case((OPEN_TO_ALL, ComplaintRow.sealed), else_=null()).label("sealed"),
                LATITUDE.label("latitude"),
                LONGITUDE.label("longitude"),
                func.coalesce(ComplaintRow.opened_at, ComplaintRow.registered_at).label("requested_at"),
                func.coalesce(ComplaintRow.updated_at, ComplaintRow.registered_at).label("updated_at"),
                ComplaintRow.next_due_at,
            )
            .where(ComplaintRow.seq > 0, *await self._conditions(which))
            .order_by(
                (ComplaintRow.updated_at if which.latest_change_first else ComplaintRow.opened_at).desc(),
                ComplaintRow.number.desc(),
            )
            .limit(which.page_size)
            .offset((which.page - 1) * which.page_size)
        )
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        opened = await self._engine.vault.open(COMPLAINT, [row.sealed for row in rows])
        return [_request(row, parsed(said)) for row, said in zip(rows, opened, strict=True)]

    async def count(self, which: RequestFilter) -> int:
        """How many complaints these are on all pages, up to one more than ``MOST_COUNTED``."""
        conditions = await self._conditions(which)
        async with transaction(self._engine) as connection:
            return (await connection.execute(counted(rows_where(*conditions)))).scalar_one()

    async def _conditions(self, which: RequestFilter) -> list[ColumnElement[bool]]:
        return [*asked_for(which), *await conditions_of(self._engine, which.search)]

    async def updates(self, which: UpdateFilter) -> list[PublicUpdate]:
        """What happened to complaints, oldest first."""
        query = (
            select(ComplaintRow.number, EventRow.seq, EventRow.event, EventRow.at, _last_turn().label("turn"))
            .join(ComplaintRow, ComplaintRow.id == EventRow.complaint_id)
            .where(EventRow.event.in_(TOLD), *_told(which))
            .order_by(EventRow.at, ComplaintRow.number, EventRow.seq)
            .limit(which.page_size)
            .offset((which.page - 1) * which.page_size)
        )
        async with transaction(self._engine) as connection:
            return [_update(row) for row in await connection.execute(query)]


def _last_turn() -> ColumnElement[str]:
    """The last event up to this one that ended the complaint or opened it again, NULL before any did."""
    earlier = aliased(EventRow)
    return (
        select(earlier.event)
        .where(
            earlier.complaint_id == EventRow.complaint_id,
            earlier.seq <= EventRow.seq,
            earlier.event.in_(TURNING_POINTS),
        )
        .order_by(earlier.seq.desc())
        .limit(1)
        .correlate(EventRow)
        .scalar_subquery()
    )


def asked_for(which: RequestFilter) -> list[ColumnElement[bool]]:
    """The conditions of a filter on the table ``complaint``, but for those of its search."""
    if which.numbers is not None:
        return [ComplaintRow.number.in_(which.numbers)]
    bounds = (
        (ComplaintRow.opened_at, which.requested_from, which.requested_to),
        (ComplaintRow.updated_at, which.updated_from, which.updated_to),
    )
    conditions: list[ColumnElement[bool]] = []
    for column, first, last in bounds:
        conditions += [column >= first] if first else []
        conditions += [column <= last] if last else []
    if which.categories is not None:
        conditions.append(ComplaintRow.category.in_(which.categories))
    if which.wards is not None:
        conditions.append(ComplaintRow.ward.in_(which.wards))
    if which.is_open is not None:
        done = ComplaintRow.status.in_(DONE)
        conditions.append(~done if which.is_open else done)
    if which.public_only or which.search.narrows:
        conditions.append(OPEN_TO_ALL)
    return conditions + (_within(which.near) if which.near else [])


def _told(which: UpdateFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if which.numbers is not None:
        conditions.append(ComplaintRow.number.in_(which.numbers))
    if which.since:
        conditions.append(EventRow.at >= which.since)
    if which.until:
        conditions.append(EventRow.at <= which.until)
    return conditions


def _within(near: Near) -> list[ColumnElement[bool]]:
    """Close enough, on a plane: the error stays below a thousandth within a city.

    The box, which an index answers, is wider by what rounding moves a private point.
    """
    north = (LATITUDE - near.point.latitude) * METRES_PER_DEGREE
    narrowing = cos(radians(near.point.latitude))
    east = (LONGITUDE - near.point.longitude) * literal(METRES_PER_DEGREE * narrowing)
    high = near.metres / METRES_PER_DEGREE + 10**-PRIVATE_DECIMALS
    wide = near.metres / (METRES_PER_DEGREE * narrowing) + 10**-PRIVATE_DECIMALS
    box = func.box(
        func.point(near.point.longitude - wide, near.point.latitude - high),
        func.point(near.point.longitude + wide, near.point.latitude + high),
    )
    return [POINT.op("<@")(box), north * north + east * east <= near.metres * near.metres]


def _request(row: Row[Any], said: Personal) -> PublicRequest:
    """``said`` is nothing when the complaint is not public."""
    told = {**row._mapping, "text": said.text or None, "place": said.place}  # noqa: SLF001 - a documented name
    del told["sealed"]
    return PublicRequest.model_validate(told)


def _update(row: Any) -> PublicUpdate:
    ends = TURNING_POINTS.get(row.turn, False)
    return PublicUpdate(number=row.number, seq=row.seq, event=row.event, at=row.at, ends=ends)
