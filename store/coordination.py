"""What coordinators read: what their units have in hand, how late it is, and what waits for a decision.

Everything here is bounded by what is being handled, or by a page; history is counted by day.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, cast, func, literal, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Integer, String

from domain.events import EwsRequested
from domain.outlook import Outlook
from domain.scope import Scope
from domain.search import ANYTHING, Search
from domain.status import Status
from store.database import Database
from store.engine import transaction
from store.personal import EVENT
from store.public_reads import OPEN_TO_ALL
from store.search import conditions_of, counted, rows_where
from store.tables import HANDLED, ComplaintRow, EventRow

PAGE = 50
SOON = timedelta(hours=24)
AGES = (1, 3, 6, 14)
"""Days at which an open complaint passes into the next age."""

UNTAKEN = (Status.WAITING, Status.COORDINATION, Status.DISPOSITION)
USUAL_HOP_LIMIT = 3


class Counts(NamedTuple):
    """Of what is being handled: all, late already, and due within 24 hours."""

    open: int = 0
    late: int = 0
    today: int = 0


class Snapshot(NamedTuple):
    """What a scope has in hand now; ``ages`` has one count more than ``AGES``."""

    total: Counts
    by_unit: Mapping[str, Counts]
    by_ward: Mapping[str | None, Counts]
    ages: Sequence[Counts]


class Waiting(StrEnum):
    """What may wait for a coordinator."""

    LADDER = "ladder"
    EWS = "ews"
    HOPS = "hops"


class Wanted(NamedTuple):
    """Which complaints a list shows; None is no condition."""

    unit: str | None = None
    ward: str | None = None
    status: Status | None = None
    late: bool | None = None
    today: bool = False
    waiting: Waiting | None = None
    search: Search = ANYTHING


class Place(NamedTuple):
    """Where a list goes on: after this complaint, the nearest end first."""

    due_at: datetime | None
    number: str


class Listed(NamedTuple):
    """A complaint in a list: where it stands, nothing that anybody said."""

    id: str
    number: str
    category: str
    unit: str
    ward: str | None
    status: Status
    hops: int
    escalation_level: int
    opened_at: datetime
    next_due_at: datetime | None
    ews_until: datetime | None
    outlook: Outlook


class Day(NamedTuple):
    """What happened on a day (WIB) to the complaints that a unit holds now."""

    opened: int
    closed: int
    late: int


SNAPSHOT = """
SELECT grouping(unit, ward, age) AS kind, unit, ward, age,
       count(*) AS open, count(*) FILTER (WHERE late) AS late, count(*) FILTER (WHERE today) AS today
  FROM (
    SELECT unit, ward, next_due_at < :now AS late,
           next_due_at >= :now AND next_due_at < :soon AND status <> 'AWAITING_REPORTER' AS today,
           width_bucket(extract(epoch FROM :now - opened_at)::float8 / 86400, CAST(:ages AS float8[])) AS age
      FROM complaint WHERE {where}
  ) AS handled
 GROUP BY GROUPING SETS ((unit), (ward), (age), ())
"""
BY_UNIT, BY_WARD, BY_AGE, TOTAL = 0b011, 0b101, 0b110, 0b111

HISTORY = text("""
SELECT 'opened' AS what, (opened_at AT TIME ZONE 'Asia/Jakarta')::date AS day, unit, count(*) AS many
  FROM complaint WHERE opened_at >= :since GROUP BY 2, 3
UNION ALL
SELECT 'closed', (closed_at AT TIME ZONE 'Asia/Jakarta')::date, unit, count(*)
  FROM complaint WHERE closed_at >= :since AND closed_at IS NOT NULL GROUP BY 2, 3
UNION ALL
SELECT 'late', (event.at AT TIME ZONE 'Asia/Jakarta')::date, unit, count(*)
  FROM event JOIN complaint ON complaint.id = event.complaint_id
 WHERE event.event = 'breached' AND event.at >= :since GROUP BY 2, 3
""")

LIST_COLUMNS = tuple(getattr(ComplaintRow, name) for name in Listed._fields)


class Coordination:
    """Reads for one scope at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def snapshot(self, scope: Scope, now: datetime) -> Snapshot:
        """What the scope has in hand, counted in one query over the index of what is being handled."""
        where = HANDLED if scope.units is None else f"{HANDLED} AND unit = ANY(:units)"
        values = {"now": now, "soon": now + SOON, "ages": list(AGES)}
        if scope.units is not None:
            values["units"] = sorted(scope.units)
        async with transaction(self._database) as connection:
            rows = (await connection.execute(text(SNAPSHOT.format(where=where)), values)).all()
        ages = {row.age: _counts(row) for row in rows if row.kind == BY_AGE}
        return Snapshot(
            total=next((_counts(row) for row in rows if row.kind == TOTAL), Counts()),
            by_unit={row.unit: _counts(row) for row in rows if row.kind == BY_UNIT},
            by_ward={row.ward: _counts(row) for row in rows if row.kind == BY_WARD},
            ages=[ages.get(age, Counts()) for age in range(len(AGES) + 1)],
        )

    async def page(
        self,
        scope: Scope,
        wanted: Wanted,
        now: datetime,
        hop_limits: Mapping[str, int],
        after: Place | None = None,
        limit: int = PAGE,
    ) -> list[Listed]:
        """Complaints of the scope that are being handled, the nearest end first; one more than ``limit``."""
        query = (
            select(*LIST_COLUMNS)
            .where(
                text(HANDLED),
                *_within(scope),
                *_conditions(scope, wanted, now, hop_limits),
                *await self._sought(scope, wanted.search),
            )
            .order_by(ComplaintRow.next_due_at.asc().nulls_last(), ComplaintRow.number)
            .limit(limit + 1)
        )
        if after:
            query = query.where(_beyond(after))
        async with transaction(self._database) as connection:
            return [_listed(row) for row in await connection.execute(query)]

    async def count(self, scope: Scope, wanted: Wanted, now: datetime, hop_limits: Mapping[str, int]) -> int:
        """How many complaints the list has on all its pages, up to one more than ``MOST_COUNTED``."""
        rows = rows_where(
            text(HANDLED),
            *_within(scope),
            *_conditions(scope, wanted, now, hop_limits),
            *await self._sought(scope, wanted.search),
        )
        async with transaction(self._database) as connection:
            return (await connection.execute(counted(rows))).scalar_one()

    async def by_numbers(self, scope: Scope, numbers: Collection[str]) -> list[Listed]:
        """Those of these complaints that the scope sees and that are being handled, by number."""
        query = (
            select(*LIST_COLUMNS)
            .where(text(HANDLED), *_within(scope), ComplaintRow.number.in_(numbers))
            .order_by(ComplaintRow.number)
        )
        async with transaction(self._database) as connection:
            return [_listed(row) for row in await connection.execute(query)]

    async def ews_reasons(self, ids: Collection[str]) -> Mapping[str, str]:
        """Why the holder asked for a later end, by complaint id: the latest request of each."""
        query = (
            select(EventRow.complaint_id, EventRow.sealed)
            .where(EventRow.complaint_id.in_(ids), EventRow.event == "ews_requested")
            .distinct(EventRow.complaint_id)
            .order_by(EventRow.complaint_id, EventRow.seq.desc())
        )
        async with transaction(self._database) as connection:
            rows = (await connection.execute(query)).all()
        bodies = await self._database.vault.open(EVENT, [row.sealed for row in rows])
        return {
            row.complaint_id: EwsRequested.model_validate_json(body).note
            for row, body in zip(rows, bodies, strict=True)
            if body
        }

    async def _sought(self, scope: Scope, search: Search) -> list[ColumnElement[bool]]:
        """Words are looked for only where this seat may read them; others could guess at them."""
        conditions = await conditions_of(self._database, search)
        readable = or_(_one_of(scope.steps), OPEN_TO_ALL)
        return [*conditions, readable] if search.words else conditions

    async def history(self, since: datetime) -> Mapping[tuple[date, str], Day]:
        """Opened, closed and breached by day and unit, of the whole province: asked for now and then."""
        found: dict[tuple[date, str], dict[str, int]] = {}
        async with transaction(self._database) as connection:
            for row in await connection.execute(HISTORY, {"since": since}):
                found.setdefault((row.day, row.unit), {})[row.what] = row.many
        return {
            key: Day(many.get("opened", 0), many.get("closed", 0), many.get("late", 0))
            for key, many in found.items()
        }


def _counts(row: Any) -> Counts:
    return Counts(row.open, row.late, row.today)


def _within(scope: Scope) -> list[ColumnElement[bool]]:
    return [] if scope.units is None else [_one_of(scope.units)]


def _one_of(units: Collection[str]) -> ColumnElement[bool]:
    """As one parameter, however many units there are: the statement is prepared once."""
    return ComplaintRow.unit == func.any(literal(sorted(units), ARRAY(String)))


def _conditions(
    scope: Scope, wanted: Wanted, now: datetime, hop_limits: Mapping[str, int]
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (ComplaintRow.unit, wanted.unit),
            (ComplaintRow.ward, wanted.ward),
            (ComplaintRow.status, wanted.status),
        )
        if value is not None
    ]
    if wanted.late is not None:
        late = ComplaintRow.next_due_at < now
        found.append(late if wanted.late else ~late)
    if wanted.today:
        found += [
            ComplaintRow.next_due_at.between(now, now + SOON),
            ComplaintRow.status != Status.AWAITING_REPORTER,
        ]
    match wanted.waiting:
        case Waiting.LADDER:
            found += [ComplaintRow.next_due_at < now, _reached(scope)]
        case Waiting.EWS:
            found += [ComplaintRow.ews_until.is_not(None)]
        case Waiting.HOPS:
            limits = cast(json.dumps(dict(hop_limits)), JSONB)
            limit = cast(limits.op("->>")(ComplaintRow.policy), Integer)
            found += [
                ComplaintRow.hops >= func.coalesce(limit, USUAL_HOP_LIMIT),
                ComplaintRow.status.in_(UNTAKEN),
            ]
        case None:
            pass
    return found


def _reached(scope: Scope) -> ColumnElement[bool]:
    """The ladder has come as far as this seat; for who only looks on, to its first step."""
    if not scope.steps:
        return ComplaintRow.escalation_level > 0
    steps = {step: [unit for unit, at in scope.steps.items() if at == step] for step in scope.steps.values()}
    return or_(
        *(and_(ComplaintRow.escalation_level >= step, _one_of(units)) for step, units in steps.items())
    )


def _beyond(after: Place) -> ColumnElement[bool]:
    due_at, number = ComplaintRow.next_due_at, ComplaintRow.number
    if after.due_at is None:
        return and_(due_at.is_(None), number > after.number)
    return or_(due_at > after.due_at, and_(due_at == after.due_at, number > after.number), due_at.is_(None))


def _listed(row: Any) -> Listed:
    told = row._mapping  # noqa: SLF001 - a documented name
    return Listed(**{**told, "status": Status(row.status), "outlook": Outlook.model_validate(row.outlook)})
