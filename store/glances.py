"""Complaints at a glance: what was said, and what is needed to judge who may see it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from store.database import Database
from store.engine import transaction
from store.personal import COMPLAINT, parsed
from store.tables import ComplaintRow


class Glance(NamedTuple):
    """A complaint. ``text`` and ``place`` may be personal: show them to those who may see the case."""

    id: str
    number: str
    status: str
    category: str
    channel: str
    unit: str
    validator: str | None
    ward: str | None
    is_open_to_all: bool
    opened_at: datetime | None
    text: str
    place: str | None


class Glances:
    """Reads complaints by their numbers: one query, and one for keys that are not at hand."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, numbers: Sequence[str]) -> list[Glance]:
        """Those of these numbers that there are, in the order of the numbers given."""
        if not numbers:
            return []
        query = select(ComplaintRow.__table__).where(ComplaintRow.number.in_(numbers), ComplaintRow.seq > 0)
        async with transaction(self._database) as connection:
            rows = (await connection.execute(query)).all()
        opened = await self._database.vault.open(COMPLAINT, [row.sealed for row in rows])
        found = {row.number: _glance(row, said) for row, said in zip(rows, opened, strict=True)}
        return [found[number] for number in dict.fromkeys(numbers) if number in found]


def _glance(row: Row[Any], said: bytes | None) -> Glance:
    personal = parsed(said)
    return Glance(
        id=row.id,
        number=row.number,
        status=row.status,
        category=row.category or "",
        channel=row.channel,
        unit=row.unit,
        validator=row.validator,
        ward=row.ward,
        is_open_to_all=row.is_public and not row.restricted,
        opened_at=row.opened_at,
        text=personal.text,
        place=personal.place,
    )
