"""What is known of files that were taken in, and at which complaints they are used."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, Row, bindparam, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY, BIT, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.events import Completed, Event, ProgressNoted
from domain.evidence import SIMILAR_BITS, AtComplaint, Attachment, Case, Purpose, Use, findings
from domain.intake import Opening
from domain.place import Point
from store.engine import transaction
from store.tables import BANDS, AttachmentRow, AttachmentUseRow, ComplaintRow

MOST_USES = 50

QUARTERS, QUARTER_BITS = 4, 16
"""How a likeness lies in its index (``store.tables.BANDS``)."""


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

    async def is_at(self, number: str, digest: str) -> bool:
        """Whether a file is one of a complaint's."""
        query = (
            select(AttachmentUseRow.sha256)
            .join(ComplaintRow, ComplaintRow.id == AttachmentUseRow.complaint_id)
            .where(ComplaintRow.number == number, AttachmentUseRow.sha256 == digest)
            .limit(1)
        )
        async with transaction(self._engine) as connection:
            return await connection.scalar(query) is not None

    async def of(self, number: str) -> list[AtComplaint]:
        """The files of a complaint in the order in which they came, each with its findings."""
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(_uses().where(ComplaintRow.number == number))).all()
            return await shown(connection, rows)


async def shown(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[AtComplaint]:
    """Rows of ``_uses`` with what is striking about each: two queries, however many there are."""
    pictures = [_attachment(row) for row in rows]
    same = await _same(connection, {one.sha256 for one in pictures})
    alike = await _alike(connection, {one.likeness for one in pictures if one.likeness is not None})
    found = []
    for row, picture in zip(rows, pictures, strict=True):
        others = [use for digest, use in alike.get(picture.likeness, ()) if digest != picture.sha256]
        use = _use(row)
        striking = findings(picture, use, _case(row), same.get(picture.sha256, []), others[:MOST_USES])
        found.append(AtComplaint(attachment=picture, use=use, findings=tuple(striking)))
    return found


async def _same(connection: AsyncConnection, digests: Collection[str]) -> Mapping[str, list[Use]]:
    """The uses of the same contents, anywhere: the first ``MOST_USES`` of each."""
    found: dict[str, list[Use]] = {}
    if digests:
        query = _uses().where(AttachmentRow.sha256.in_(digests)).limit(MOST_USES * len(digests))
        for row in await connection.execute(query):
            found.setdefault(row.sha256, []).append(_use(row))
    return found


async def _alike(
    connection: AsyncConnection, likenesses: Collection[int]
) -> Mapping[int | None, list[tuple[str, Use]]]:
    """The uses of pictures that look like one of these, by likeness.

    When two of 64 bits differ in at most six places (``SIMILAR_BITS``), one of their four quarters differs in
    at most one: so the index is asked for each quarter as it is, and with each of its bits turned.
    """
    found: dict[int | None, list[tuple[str, Use]]] = {}
    if likenesses:
        wanted = func.unnest(literal(sorted(likenesses), ARRAY(BigInteger))).column_valued("wanted")
        differs = cast(AttachmentRow.likeness.op("#")(wanted), BIT(64))
        probes = sorted({probe for likeness in likenesses for probe in _probes(likeness)})
        query = (
            _uses()
            .add_columns(wanted.label("wanted"))
            .join(wanted, func.bit_count(differs) <= SIMILAR_BITS)
            .where(
                AttachmentRow.likeness.is_not(None),
                text(f"{BANDS} && :probes").bindparams(bindparam("probes", probes, ARRAY(Integer))),
            )
            .limit(MOST_USES * len(likenesses))
        )
        for row in await connection.execute(query):
            found.setdefault(row.wanted, []).append((row.sha256, _use(row)))
    return found


def _probes(likeness: int) -> Iterator[int]:
    for place in range(QUARTERS):
        quarter = likeness >> (QUARTER_BITS * (QUARTERS - 1 - place)) & (1 << QUARTER_BITS) - 1
        mark = place << QUARTER_BITS
        yield mark | quarter
        for bit in range(QUARTER_BITS):
            yield mark | quarter ^ 1 << bit


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


def _case(row: Row[Any]) -> Case:
    point = Point(latitude=row.at_latitude, longitude=row.at_longitude) if row.at_latitude else None
    return Case(number=row.number, point=point, opened_at=row.opened_at)


def _use(row: Row[Any]) -> Use:
    return Use(number=row.number, purpose=row.purpose, unit=row.unit, at=row.at)
