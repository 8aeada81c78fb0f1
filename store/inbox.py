"""The inbox of a unit: the complaints that it holds, the most urgent first, and how many are how urgent."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import DateTime, Row, bindparam, cast, func, literal_column, select, text, tuple_
from sqlalchemy.sql import ColumnElement

from domain.search import ANYTHING, Search
from domain.status import Status
from domain.value import Value
from store.database import Database
from store.engine import transaction
from store.personal import COMPLAINT, parsed
from store.search import conditions_of, counted, rows_where
from store.tables import ComplaintRow

EXCERPT = 160
"""Characters of a text that a list shows."""

NEVER = "infinity"
"""What stands for the end of a complaint without one: it comes last."""

# Written out, not bound: a plan that does not know the values cannot use the partial index.
IS_OPEN = text("complaint.seq > 0 AND complaint.status NOT IN ('RESOLVED', 'CLOSED')")
END: ColumnElement[datetime] = literal_column(
    f"COALESCE(complaint.next_due_at, '{NEVER}'::timestamptz)", DateTime(timezone=True)
)


class InboxFilter(Value):
    """What of an inbox is shown: everything that is open, or less. ``categories`` are codes.

    Words or a number find also what is no longer open.
    """

    status: Status | None = None
    categories: tuple[str, ...] | None = None
    ward: str | None = None
    search: Search = ANYTHING


class InboxPlace(Value):
    """A place in the order of an inbox; ``due`` is a moment in ISO 8601, or ``NEVER``."""

    due: str
    number: str


class Waiting(Value):
    """A complaint as an inbox shows it to those who hold it. ``excerpt`` is the beginning of its text."""

    number: str
    status: Status
    category: str
    ward: str | None
    hops: int
    escalation_level: int
    next_due_at: datetime | None
    due_at: datetime | None
    ews_until: datetime | None
    parent: str | None
    excerpt: str
    where: str | None

    @property
    def place(self) -> InboxPlace:
        """Where it stands in the list."""
        due = self.next_due_at.isoformat() if self.next_due_at else NEVER
        return InboxPlace(due=due, number=self.number)


class Urgencies(NamedTuple):
    """How many open complaints are late, end within a day, within two, or later."""

    late: int
    today: int
    soon: int
    calm: int

    @property
    def all(self) -> int:
        """All of them."""
        return sum(self)


class Named(NamedTuple):
    """What is needed to send a command to a complaint: the id of its workflow, and who holds it."""

    id: str
    unit: str


class Inbox:
    """Reads the inboxes of units. Every call is one query, and one for keys that are not at hand."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, unit: str, which: InboxFilter, after: InboxPlace | None, limit: int
    ) -> Sequence[Waiting]:
        """The complaints that a unit holds, the most urgent first, from after a place in the list on."""
        query = select(*_COLUMNS).where(*await self._conditions(unit, which))
        if after:
            # A text, so that "infinity" is possible: Python has no such moment.
            due = cast(bindparam("after_due", after.due), DateTime(timezone=True))
            query = query.where(tuple_(END, ComplaintRow.number) > tuple_(due, after.number))
        query = query.order_by(END, ComplaintRow.number).limit(limit)
        async with transaction(self._database) as connection:
            rows = (await connection.execute(query)).all()
        opened = await self._database.vault.open(COMPLAINT, [row.sealed for row in rows])
        return [_waiting(row, said) for row, said in zip(rows, opened, strict=True)]

    async def count(self, unit: str, which: InboxFilter) -> int:
        """How many of a unit's complaints these are, up to one more than ``MOST_COUNTED``."""
        conditions = await self._conditions(unit, which)
        async with transaction(self._database) as connection:
            return (await connection.execute(counted(rows_where(*conditions)))).scalar_one()

    async def urgencies(self, unit: str, now: datetime, today: timedelta, soon: timedelta) -> Urgencies:
        """How urgent the open complaints of a unit are."""
        due = ComplaintRow.next_due_at
        query = select(
            func.count().filter(due < now),
            func.count().filter(due >= now, due < now + today),
            func.count().filter(due >= now + today, due < now + soon),
            func.count().filter((due >= now + soon) | due.is_(None)),
        ).where(ComplaintRow.unit == unit, IS_OPEN)
        async with transaction(self._database) as connection:
            return Urgencies(*(await connection.execute(query)).one())

    async def named(self, numbers: Sequence[str]) -> Mapping[str, Named]:
        """The complaints with these numbers, of whatever unit."""
        query = select(ComplaintRow.number, ComplaintRow.id, ComplaintRow.unit).where(
            ComplaintRow.number.in_(numbers), ComplaintRow.seq > 0
        )
        async with transaction(self._database) as connection:
            return {row.number: Named(row.id, row.unit or "") for row in await connection.execute(query)}

    async def _conditions(self, unit: str, which: InboxFilter) -> list[Any]:
        return [
            ComplaintRow.unit == unit,
            *_conditions(which),
            *await conditions_of(self._database, which.search),
        ]


_COLUMNS = [
    getattr(ComplaintRow, name)
    for name in (
        "number",
        "status",
        "category",
        "ward",
        "hops",
        "escalation_level",
        "next_due_at",
        "due_at",
        "ews_until",
        "parent",
        "sealed",
    )
]


def _conditions(which: InboxFilter) -> list[Any]:
    """Resolved complaints wait for the reporter only: they are shown when they are asked for."""
    if which.status in {Status.RESOLVED, Status.CLOSED}:
        conditions: list[Any] = [ComplaintRow.status == which.status]
    elif which.search.names_something and which.status is None:
        conditions = [ComplaintRow.seq > 0]
    else:
        conditions = [IS_OPEN, *([ComplaintRow.status == which.status] if which.status else [])]
    if which.categories is not None:
        conditions.append(ComplaintRow.category.in_(which.categories))
    if which.ward is not None:
        conditions.append(ComplaintRow.ward == which.ward)
    return conditions


def _waiting(row: Row[Any], said: bytes | None) -> Waiting:
    personal = parsed(said)
    told = {**row._mapping, "excerpt": _beginning(personal.text), "where": personal.place}  # noqa: SLF001 - a documented name
    return Waiting.model_validate(told)


def _beginning(said: str) -> str:
    line = " ".join(said.split())
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1].rstrip()}…"
