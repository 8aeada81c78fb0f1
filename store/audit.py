"""The audit trail in PostgreSQL: chained as it is written, and verified as a whole."""

from collections.abc import AsyncIterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Label, Row, func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.audit import AuditEntry, beginning
from domain.value import Value
from store.engine import transaction
from store.tables import AuditRow, ComplaintRow, EventRow

PORTION = 2000


class Break(Value):
    """Something that is wrong with the trail of a complaint, in one sentence."""

    complaint_id: str
    number: str | None
    seq: int | None
    what: str


class Head(NamedTuple):
    """The whole trail up to an entry, in one digest: later it can be seen whether any of it was changed."""

    last_id: int
    digest: str

    def __str__(self) -> str:
        return f"{self.last_id}:{self.digest}"


class Step(NamedTuple):
    """How far verifying has come, and what was found since the last step."""

    entries: int
    breaks: Sequence[Break]


def chain_before(first: Mapping[str, Any]) -> Label[bytes | None]:
    """What the chain is before a row of ``event``; NULL before the first."""
    query = select(AuditRow.hash).where(
        AuditRow.complaint_id == first["complaint_id"], AuditRow.seq == first["seq"] - 1
    )
    return query.scalar_subquery().label("previous")


def chained(events: Sequence[Mapping[str, Any]], previous: bytes | None) -> list[dict[str, Any]]:
    """The rows of ``audit`` for rows of ``event``, which follow what the chain was before them."""
    rows = []
    chain = previous or beginning(events[0]["complaint_id"])
    for event in events:
        entry = entry_of(event)
        chain = entry.hash_after(chain)
        rows.append({**entry.model_dump(), "hash": chain})
    return rows


def entry_of(event: Mapping[str, Any]) -> AuditEntry:
    """The entry for a row of ``event``."""
    return AuditEntry(
        complaint_id=event["complaint_id"],
        seq=event["seq"],
        at=event["at"],
        actor=event["actor"],
        actor_unit=event["actor_unit"],
        action=event["event"],
        via=event["via"],
        content=sha256(event["sealed"]).digest(),
    )


class AuditTrail:
    """Reads and verifies the trail."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of(self, complaint_id: str) -> list[AuditEntry]:
        """The trail of a complaint, oldest first."""
        query = select(AuditRow.__table__).where(AuditRow.complaint_id == complaint_id).order_by(AuditRow.seq)
        async with transaction(self._engine) as connection:
            return [AuditEntry.model_validate(dict(row._mapping)) for row in await connection.execute(query)]  # noqa: SLF001 - a documented name

    async def count(self) -> int:
        """Entries in the whole trail."""
        async with transaction(self._engine) as connection:
            return await connection.scalar(select(func.count()).select_from(AuditRow)) or 0

    async def last_id(self) -> int:
        """The number of the latest entry."""
        async with transaction(self._engine) as connection:
            return await connection.scalar(select(func.max(AuditRow.id))) or 0

    async def verify(self, complaint_id: str | None, up_to: int) -> AsyncIterator[Step | Head]:
        """Goes through every chain, in portions; the last that it gives is the head up to an entry."""
        check = _Check(up_to)
        async with transaction(self._engine) as connection:
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
            await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
            rows = await connection.stream(
                _everything(complaint_id), execution_options={"yield_per": PORTION}
            )
            async for portion in rows.partitions():
                yield Step(len(portion), [found for row in portion for found in check.take(row)])
            yield Step(0, check.end())
            for row in await connection.execute(_without_trail(complaint_id)):
                yield Step(0, [Break(complaint_id=row.id, number=row.number, seq=None, what=NO_TRAIL)])
        yield check.head()


NO_TRAIL = "the complaint is on record, but its trail is gone"


class _Check:
    """Follows the chains, complaint by complaint."""

    def __init__(self, up_to: int) -> None:
        self._up_to = up_to
        self._digest = sha256()
        self._row: Row[Any] | None = None
        self._chain, self._old_head = b"", b""
        self._seq = 0

    def take(self, row: Row[Any]) -> list[Break]:
        """What is wrong with a row, and with the complaint before it if this is another."""
        found = []
        if self._row is None or row.complaint_id != self._row.complaint_id:
            found = self.end()
            self._chain, self._old_head, self._seq = beginning(row.complaint_id), b"", 0
        self._row = row
        found += [
            Break(complaint_id=row.complaint_id, number=row.number, seq=row.seq, what=what)
            for what in self._wrong(row)
        ]
        if row.id is not None:
            self._seq = row.seq
            if row.id <= self._up_to:
                self._old_head = row.hash
        return found

    def end(self) -> list[Break]:
        """What is wrong with the end of a complaint's chain."""
        row = self._row
        if row is None:
            return []
        if self._old_head:
            self._digest.update(row.complaint_id.encode() + b"\0" + self._old_head)
        if row.last is None:
            return [
                self._break(row, "the trail is there, but the complaint is not in the list of complaints")
            ]
        if self._seq < row.last:
            return [
                self._break(row, f"the trail ends at {self._seq}, but the complaint has {row.last} events")
            ]
        return []

    def head(self) -> Head:
        """The digest of all heads."""
        return Head(self._up_to, self._digest.hexdigest())

    def _break(self, row: Row[Any], what: str) -> Break:
        return Break(complaint_id=row.complaint_id, number=row.number, seq=None, what=what)

    def _wrong(self, row: Row[Any]) -> list[str]:
        if row.id is None:
            return ["the event has no entry in the trail"]
        found = []
        if row.seq != self._seq + 1:
            found.append(f"the entry does not follow entry {self._seq}: one is missing")
        entry = AuditEntry(
            complaint_id=row.complaint_id,
            seq=row.seq,
            at=row.at,
            actor=row.actor,
            actor_unit=row.actor_unit,
            action=row.action,
            via=row.via,
            content=row.content,
        )
        expected = entry.hash_after(self._chain)
        if not found and expected != row.hash:
            found.append("the entry, or the chain before it, was changed")
        self._chain = row.hash
        if row.event is None:
            found.append("the event of the entry is gone")
        elif (row.event, row.event_actor, row.event_at) != (row.action, row.actor, row.at):
            found.append("the event says another thing than the entry")
        elif row.event_content is not None and row.event_content != row.content:
            found.append("what is kept of the event was changed")
        return found


def _everything(complaint_id: str | None) -> Any:
    same = (EventRow.complaint_id == AuditRow.complaint_id) & (EventRow.seq == AuditRow.seq)
    whose: ColumnElement[str] = func.coalesce(AuditRow.complaint_id, EventRow.complaint_id)
    place: ColumnElement[int] = func.coalesce(AuditRow.seq, EventRow.seq)
    query = (
        select(
            whose.label("complaint_id"),
            place.label("seq"),
            *(
                getattr(AuditRow, name)
                for name in ("id", "at", "actor", "actor_unit", "action", "via", "content", "hash")
            ),
            EventRow.event,
            EventRow.actor.label("event_actor"),
            EventRow.at.label("event_at"),
            func.sha256(EventRow.sealed).label("event_content"),
            ComplaintRow.number,
            ComplaintRow.seq.label("last"),
        )
        .select_from(AuditRow)
        .join(EventRow, same, full=True)
        .outerjoin(ComplaintRow, ComplaintRow.id == whose)
        .order_by(whose, place)
    )
    return query if complaint_id is None else query.where(whose == literal(complaint_id))


def _without_trail(complaint_id: str | None) -> Any:
    query = select(ComplaintRow.id, ComplaintRow.number).where(
        ComplaintRow.seq > 0,
        ~select(AuditRow.id).where(AuditRow.complaint_id == ComplaintRow.id).exists(),
        ~select(EventRow.seq).where(EventRow.complaint_id == ComplaintRow.id).exists(),
    )
    return query if complaint_id is None else query.where(ComplaintRow.id == complaint_id)
