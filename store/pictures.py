"""Which files are at complaints, without what is striking about them: read in one query for all."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from domain.evidence import Purpose
from store.database import Database
from store.engine import transaction
from store.tables import AttachmentRow, AttachmentUseRow, ComplaintRow


class Shown(NamedTuple):
    """A file at a complaint: it came with the event ``seq``."""

    number: str
    seq: int
    sha256: str
    media_type: str
    purpose: Purpose

    @property
    def is_picture(self) -> bool:
        """Whether it can be looked at as a picture."""
        return self.media_type.startswith("image/")


class Pictures:
    """Reads the files of complaints."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def at(self, numbers: Sequence[str]) -> list[Shown]:
        """The files of these complaints, in the order in which they came."""
        query = (
            select(
                ComplaintRow.number,
                AttachmentUseRow.seq,
                AttachmentRow.sha256,
                AttachmentRow.media_type,
                AttachmentUseRow.purpose,
            )
            .join(AttachmentUseRow, AttachmentUseRow.sha256 == AttachmentRow.sha256)
            .join(ComplaintRow, ComplaintRow.id == AttachmentUseRow.complaint_id)
            .where(ComplaintRow.number.in_(numbers))
            .order_by(ComplaintRow.number, AttachmentUseRow.seq, AttachmentRow.sha256)
        )
        async with transaction(self._database) as connection:
            return [
                Shown(row.number, row.seq, row.sha256, row.media_type, Purpose(row.purpose))
                for row in await connection.execute(query)
            ]
