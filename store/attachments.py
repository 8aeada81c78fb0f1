"""What is known of files that were taken in, and at which complaints they are used."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, and_, cast, func, literal_column, select
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

_MINE = AttachmentRow.__table__.alias("mine")
"""The contents whose other uses are looked for."""


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
            digests = sorted({row.sha256 for row in rows})
            likenesses = {row.likeness for row in rows if row.likeness is not None}
            same = await _others(connection, _MINE.c.sha256 == AttachmentRow.sha256, digests)
            similar = await _others(connection, _looks_alike(likenesses), digests)
        return [_shown(row, same.get(row.sha256, ()), similar.get(row.sha256, ())) for row in rows]


async def insert_uses(
    connection: AsyncConnection, complaint_id: str, events: Sequence[Event], opening: Opening | None
) -> None:
    """Notes which files came with these events, in the caller's transaction."""
    rows = [
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
    if rows:
        await connection.execute(insert(AttachmentUseRow).on_conflict_do_nothing(), rows)


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


def _looks_alike(likenesses: Collection[int]) -> Any:
    """Whether two pictures are nearly the same: few of the bits of their likenesses differ.

    When two of 64 bits differ in at most six places (``SIMILAR_BITS``), one of their four quarters differs in
    at most one: so the index is asked for each quarter as it is, and with each of its bits turned.
    """
    differs = cast(AttachmentRow.likeness.op("#")(_MINE.c.likeness), BIT(64))
    probes = sorted({probe for likeness in likenesses for probe in _probes(likeness)})
    quarters: ColumnElement[Any] = literal_column(f"({BANDS})".replace("likeness", "attachment.likeness"))
    return and_(
        AttachmentRow.sha256 != _MINE.c.sha256,
        AttachmentRow.likeness.is_not(None),
        quarters.op("&&")(cast(probes, ARRAY(Integer))),
        func.bit_count(differs) <= SIMILAR_BITS,
    )


def _probes(likeness: int) -> Iterator[int]:
    for place in range(QUARTERS):
        quarter = likeness >> (QUARTER_BITS * (QUARTERS - 1 - place)) & (1 << QUARTER_BITS) - 1
        mark = place << QUARTER_BITS
        yield mark | quarter
        for bit in range(QUARTER_BITS):
            yield mark | quarter ^ 1 << bit


async def _others(
    connection: AsyncConnection, condition: Any, digests: Sequence[str]
) -> dict[str, list[Use]]:
    """Where the contents with these digests, or others that fit them, are used: the first uses of each."""
    if not digests:
        return {}
    place = func.row_number().over(
        partition_by=_MINE.c.sha256,
        order_by=(AttachmentUseRow.at, AttachmentUseRow.seq, AttachmentRow.sha256),
    )
    ranked = (
        _uses()
        .order_by(None)
        .add_columns(_MINE.c.sha256.label("mine"), place.label("place"))
        .join(_MINE, condition)
        .where(_MINE.c.sha256.in_(digests))
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
    return Use(number=row.number, purpose=row.purpose, unit=row.unit, at=row.at)
