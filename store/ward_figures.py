"""Figures of the wards, shown to everybody: how many complaints, how fast, how many late."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, text

from store.database import Database
from store.engine import transaction
from store.tables import HANDLED, ComplaintRow

QUERY = text("""
    SELECT c.ward,
           count(*) AS opened,
           count(*) FILTER (WHERE done.at IS NOT NULL) AS done,
           count(*) FILTER (WHERE c.deadlines @> '[{"kind": "resolution", "state": "missed"}]'
                               OR c.deadlines @> '[{"kind": "resolution", "state": "breached"}]') AS late,
           extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY done.at - c.opened_at)) AS seconds
      FROM complaint c
      LEFT JOIN LATERAL (
           SELECT max(e.at) AS at FROM event e
            WHERE e.complaint_id = c.id AND e.event = 'completed'
              AND (c.status = 'RESOLVED' OR c.outcome = 'resolved')) done ON true
     WHERE c.opened_at >= :since AND c.ward IS NOT NULL
     GROUP BY c.ward
""")
"""``late``: the resolution time ran out before the work was done, or has run out while it is not."""

IN_HAND = (
    select(ComplaintRow.ward, func.count().label("number")).where(text(HANDLED)).group_by(ComplaintRow.ward)
)
"""By the index of what is being handled, which holds the ward too."""


class WardFigures(NamedTuple):
    """A ward within a period; ``median`` is from receipt to the completion that was found good."""

    ward: str
    opened: int
    done: int
    late: int
    median: timedelta | None


async def ward_figures(database: Database, since: datetime) -> dict[str, WardFigures]:
    """The figures of each ward that had a complaint since a moment."""
    async with transaction(database) as connection:
        rows = await connection.execute(QUERY, {"since": since})
        return {
            row.ward: WardFigures(
                row.ward,
                row.opened,
                row.done,
                row.late,
                timedelta(seconds=float(row.seconds)) if row.seconds is not None else None,
            )
            for row in rows
        }


async def in_hand_by_ward(database: Database) -> dict[str | None, int]:
    """How many complaints are being handled in each ward, whenever they came; None: without a ward."""
    async with transaction(database) as connection:
        return {row.ward: int(row.number) for row in await connection.execute(IN_HAND)}
