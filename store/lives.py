"""A complaint as the aggregate that it is, rebuilt from the record, to judge what may be done to it."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from domain.complaint import Complaint
from domain.events import Event
from domain.intake import Opening
from domain.view import ComplaintView
from store.complaints import view_of
from store.database import Database
from store.engine import transaction
from store.events import events_of
from store.opening import opened_opening
from store.tables import ComplaintRow


class Life(NamedTuple):
    """Where a complaint stands, the aggregate, and its events, oldest first.

    The aggregate is None when its opening was erased or is not kept, or when the record has a gap, which
    ``reconcile`` names; events that were erased are left out.
    """

    standing: ComplaintView
    complaint: Complaint | None
    events: list[Event]


class Lives:
    """Reads whole complaints."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, number: str) -> Life | None:
        """The complaint with this number, in two queries; None when there is none."""
        query = select(ComplaintRow.__table__).where(ComplaintRow.number == number, ComplaintRow.seq > 0)
        async with transaction(self._database) as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        opening, events = await asyncio.gather(
            opened_opening(self._database.vault, row.opening), events_of(self._database, row.id)
        )
        complaint = lived(opening, events) if opening and whole(events, row.seq) else None
        return Life(view_of(row), complaint, events)


async def revived(database: Database, complaint_id: str, kept: bytes | None) -> Complaint | None:
    """The complaint as its opening, sealed, and its events make it; None when either is not kept."""
    opening = await opened_opening(database.vault, kept)
    return lived(opening, await events_of(database, complaint_id)) if opening else None


def whole(events: Sequence[Event], last: int) -> bool:
    """Whether no event is missing up to the one that must be there at least."""
    return len(events) >= last and [event.seq for event in events] == list(range(1, len(events) + 1))


def lived(opening: Opening, events: Sequence[Event]) -> Complaint:
    """The complaint that these events make of an opening."""
    complaint = Complaint.blank(opening)
    for event in events:
        complaint.apply(event)
    return complaint
