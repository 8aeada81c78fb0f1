"""What is known of files that were taken in, and at which complaints they are used."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Row,
    String,
    and_,
    cast,
    column,
    func,
    literal_column,
    select,
    text,
    tuple_,
    values,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.events import Completed, Event, ProgressNoted
from domain.evidence import SIMILAR_BITS, AtComplaint, Attachment, Case, Purpose, Use, findings
from domain.intake import Opening
from domain.place import Point
from store.engine import transaction
from store.tables import BANDS, AttachmentRow, AttachmentUseRow, ComplaintRow

MOST_USES = 50
"""Other uses of a content that are told."""

QUARTERS, QUARTER_BITS = 4, 16
"""How a likeness lies in its index (``store.tables.BANDS``)."""


class ProofFilter(NamedTuple):
    """Which proofs: since when, of which unit, and after which (its moment, complaint and digest)."""

    since: datetime
    unit: str | None = None
    after: tuple[datetime, str, str] | None = None


class AttachmentCatalogue:
    """Notes files, and reads them with their findings."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, attachment: Attachment, by: str, at: datetime) -> None:
        """Notes a file that was taken in; one that is known stays as it was noted first."""
        point = attachment.point
        values = attachment.model_dump(exclude={"point"}) | {
            "marks": list(attachment.marks),
            "latitude": point.latitude if point else None,
            "longitude": point.longitude if point else None,
            "taken_in_by": by,
            "taken_in_at": at,
        }
        async with transaction(self._engine) as connection:
            await connection.execute(insert(AttachmentRow).values(values).on_conflict_do_nothing())

    async def missing(self, digests: Iterable[str]) -> list[str]:
        """Of these digests, those that were never taken in."""
        wanted = list(digests)
        async with transaction(self._engine) as connection:
            query = select(AttachmentRow.sha256).where(AttachmentRow.sha256.in_(wanted))
            there = set((await connection.execute(query)).scalars())
        return [digest for digest in wanted if digest not in there]

    async def of(self, number: str) -> list[AtComplaint]:
        """The files of a complaint in the order in which they came, each with its findings."""
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(_uses().where(ComplaintRow.number == number))).all()
            return await _all_shown(connection, rows)

    async def handed_in_as_proof(self, which: ProofFilter, limit: int) -> list[AtComplaint]:
        """Files that came with completions, the latest first, each with its findings."""
        place = tuple_(AttachmentUseRow.at, ComplaintRow.number, AttachmentRow.sha256)
        query = (
            _uses()
            .where(text("purpose = 'completed'"), AttachmentUseRow.at >= which.since)
            .order_by(None)
            .order_by(AttachmentUseRow.at.desc(), ComplaintRow.number.desc(), AttachmentRow.sha256.desc())
            .limit(limit)
        )
        if which.unit:
            query = query.where(AttachmentUseRow.unit == which.unit)
        if which.after:
            query = query.where(AttachmentUseRow.at <= which.after[0], place < tuple_(*which.after))
        async with transaction(self._engine) as connection:
            return await _all_shown(connection, (await connection.execute(query)).all())


async def _all_shown(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[AtComplaint]:
    mine = _mine(rows)
    same = await _others(connection, mine, mine.c.sha256 == AttachmentRow.sha256) if rows else {}
    similar = await _others(connection, mine, _looks_alike(mine)) if rows else {}
    return [_shown(row, same.get(row.sha256, ()), similar.get(row.sha256, ())) for row in rows]


async def insert_uses(
    connection: AsyncConnection, complaint_id: str, events: Sequence[Event], opening: Opening | None
) -> None:
    """Notes which files came with these events, in the caller's transaction."""
    if rows := use_rows(complaint_id, events, opening):
        await connection.execute(insert(AttachmentUseRow).on_conflict_do_nothing(), rows)


def use_rows(complaint_id: str, events: Sequence[Event], opening: Opening | None) -> list[dict[str, Any]]:
    """The rows that say which files came with these events."""
    return [
        {
            "complaint_id": complaint_id,
            "seq": event.seq,
            "sha256": evidence.sha256,
            "purpose": purpose,
            "unit": event.by.unit,
            "at": event.at,
        }
        for event in events
        for purpose, evidences in _with_event(event, opening)
        for evidence in evidences
        if evidence.sha256
    ]


def _with_event(event: Event, opening: Opening | None) -> list[tuple[Purpose, Any]]:
    match event.body:
        case ProgressNoted(photos=photos):
            return [(Purpose.PROGRESS, photos)]
        case Completed(evidence=evidence):
            return [(Purpose.COMPLETED, evidence)]
        case _ if event.seq == 1 and opening:
            return [(Purpose.REPORTED, opening.intake.attachments)]
        case _:
            return []


def _mine(rows: Sequence[Row[Any]]) -> Any:
    """The contents whose other uses are looked for, with what their likenesses are looked for by."""
    contents = {row.sha256: row.likeness for row in rows}
    return values(
        column("sha256", String),
        column("likeness", BigInteger),
        column("probes", ARRAY(Integer)),
        name="mine",
    ).data([(digest, likeness, _probes(likeness)) for digest, likeness in sorted(contents.items())])


def _looks_alike(mine: Any) -> Any:
    """Whether two pictures are nearly the same: few of the bits of their likenesses differ.

    When two of 64 bits differ in at most six places (``SIMILAR_BITS``), one of their four quarters differs in
    at most one: so the index is asked for each quarter as it is, and with each of its bits turned.
    """
    # Where no likeness is known, PostgreSQL would take the column for a text.
    differs = cast(AttachmentRow.likeness.op("#")(cast(mine.c.likeness, BigInteger)), BIT(64))
    quarters: ColumnElement[Any] = literal_column(f"({BANDS})".replace("likeness", "attachment.likeness"))
    return and_(
        AttachmentRow.likeness.is_not(None),
        quarters.op("&&")(mine.c.probes),
        AttachmentRow.sha256 != mine.c.sha256,
        func.bit_count(differs) <= SIMILAR_BITS,
    )


def _probes(likeness: int | None) -> list[int]:
    """The quarters of a likeness as its index keeps them, and those that differ from them in one bit."""
    found = []
    for place in range(QUARTERS if likeness is not None else 0):
        quarter = (likeness or 0) >> (QUARTER_BITS * (QUARTERS - 1 - place)) & (1 << QUARTER_BITS) - 1
        mark = place << QUARTER_BITS
        found += [mark | quarter, *(mark | quarter ^ 1 << bit for bit in range(QUARTER_BITS))]
    return found


async def _others(connection: AsyncConnection, mine: Any, condition: Any) -> dict[str, list[Use]]:
    """Where these contents, or others that fit them, are used: the first uses of each."""
    place = func.row_number().over(
        partition_by=mine.c.sha256,
        order_by=(AttachmentUseRow.at, AttachmentUseRow.seq, AttachmentRow.sha256),
    )
    ranked = (
        _uses()
        .order_by(None)
        .add_columns(mine.c.sha256.label("mine"), place.label("place"))
        .join(mine, condition)
        .subquery()
    )
    query = select(ranked).where(ranked.c.place <= MOST_USES).order_by(ranked.c.mine, ranked.c.place)
    found: dict[str, list[Use]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.mine, []).append(_use(row))
    return found


def _shown(row: Row[Any], same: Sequence[Use], similar: Sequence[Use]) -> AtComplaint:
    attachment, use = _attachment(row), _use(row)
    point = Point(latitude=row.at_latitude, longitude=row.at_longitude) if row.at_latitude else None
    case = Case(number=row.number, point=point, opened_at=row.opened_at)
    found = findings(attachment, use, case, same, similar)
    return AtComplaint(attachment=attachment, use=use, findings=tuple(found))


def _uses() -> Any:
    return (
        select(
            AttachmentRow.__table__,
            AttachmentUseRow.purpose,
            AttachmentUseRow.unit,
            AttachmentUseRow.at,
            AttachmentUseRow.seq,
            ComplaintRow.number,
            ComplaintRow.opened_at,
            ComplaintRow.latitude.label("at_latitude"),
            ComplaintRow.longitude.label("at_longitude"),
        )
        .join(AttachmentUseRow, AttachmentUseRow.sha256 == AttachmentRow.sha256)
        .join(ComplaintRow, ComplaintRow.id == AttachmentUseRow.complaint_id)
        .order_by(AttachmentUseRow.at, AttachmentUseRow.seq, AttachmentRow.sha256)
    )


def _attachment(row: Row[Any]) -> Attachment:
    located = row.latitude is not None
    return Attachment(
        sha256=row.sha256,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        width=row.width,
        height=row.height,
        taken_at=row.taken_at,
        point=Point(latitude=row.latitude, longitude=row.longitude) if located else None,
        has_camera=row.has_camera,
        marks=tuple(row.marks),
        likeness=row.likeness,
    )


def _use(row: Row[Any]) -> Use:
    return Use(sha256=row.sha256, number=row.number, purpose=row.purpose, unit=row.unit, at=row.at)
