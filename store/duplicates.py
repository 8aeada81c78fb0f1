"""Complaints that may be about the same thing: listed for the desk or the holder, never merged by machine."""

import math
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, or_, select

from domain.evidence import METRES_PER_DEGREE
from domain.value import Value
from store.database import Database
from store.engine import transaction
from store.personal import COMPLAINT, parsed
from store.tables import ComplaintRow

WITHIN_METRES = 150.0
WITHIN = timedelta(days=14)
ALIKE = 55.0
"""Of 100: how alike two texts must be [O]; measured on paraphrases in the tests."""

MOST = 10


class Candidate(Value):
    """A complaint that may be the same: how far away (None: the same named place), and how alike the text."""

    number: str
    unit: str
    status: str
    metres: float | None
    alike: float


class Duplicates:
    """Looks for complaints like one that is there."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine

    async def of(self, number: str, family: Collection[str]) -> list[Candidate]:
        """Open complaints of the same category family, near or at the same named place, and alike in text.

        Opened within 14 days of it, the most alike first, at most ten.
        """
        from rapidfuzz import fuzz, utils  # noqa: PLC0415 - heavy, and needed here only

        async with transaction(self._engine) as connection:
            one = (
                await connection.execute(select(ComplaintRow.__table__).where(ComplaintRow.number == number))
            ).one_or_none()
            if one is None or one.opened_at is None:
                return []
            rows = (await connection.execute(_nearby(one, family))).all()
        sealed = await self._engine.vault.open(COMPLAINT, [row.sealed for row in (one, *rows)])
        said, *others = (parsed(opened).text for opened in sealed)
        found = [
            Candidate(
                number=row.number,
                unit=row.unit,
                status=row.status,
                metres=_metres(one, row),
                alike=round(fuzz.token_set_ratio(said, other, processor=utils.default_process), 1),
            )
            for row, other in zip(rows, others, strict=True)
        ]
        alike = [
            one for one in found if one.alike >= ALIKE and (one.metres is None or one.metres <= WITHIN_METRES)
        ]
        return sorted(alike, key=lambda candidate: -candidate.alike)[:MOST]


def _nearby(one: Row[Any], family: Collection[str]) -> Any:
    """A box of 150 m, or the same words for the place; without those that follow another already."""
    near = []
    if one.latitude is not None:
        high = WITHIN_METRES / METRES_PER_DEGREE
        wide = high / math.cos(math.radians(one.latitude))
        near.append(
            and_(
                ComplaintRow.latitude.between(one.latitude - high, one.latitude + high),
                ComplaintRow.longitude.between(one.longitude - wide, one.longitude + wide),
            )
        )
    if one.place_index:
        near.append(ComplaintRow.place_index == one.place_index)
    return select(ComplaintRow.__table__).where(
        ComplaintRow.opened_at.between(one.opened_at - WITHIN, one.opened_at + WITHIN),
        ComplaintRow.category.in_(family),
        ComplaintRow.closed_at.is_(None),
        ComplaintRow.parent.is_(None),
        ComplaintRow.id != one.id,
        or_(*near) if near else ComplaintRow.id.is_(None),
    )


def _metres(one: Row[Any], other: Row[Any]) -> float | None:
    if one.latitude is None or other.latitude is None:
        return None
    north = (one.latitude - other.latitude) * METRES_PER_DEGREE
    east = (one.longitude - other.longitude) * METRES_PER_DEGREE * math.cos(math.radians(one.latitude))
    return round(math.hypot(north, east), 1)
