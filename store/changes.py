"""What has just been recorded: whose complaints changed. Asked again and again by one poller a process."""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import text

from domain.events import Moved
from store.audit import AuditTrail
from store.database import Database
from store.engine import transaction
from store.personal import EVENT

LOOK_BACK = 500
"""Entries before the newest that are looked at again: ids are given before transactions end, so that an
entry may appear after one with a higher id. Far more than are written at the same time."""

MOST = 5_000

MOVED = ("coordinated", "disposed", "handed_back", "reassigned")
"""Events that give a complaint another holder: the one before it has one less."""

QUERY = text("""
SELECT audit.id, complaint.unit, event.sealed
  FROM audit
  JOIN complaint ON complaint.id = audit.complaint_id
  LEFT JOIN event ON event.complaint_id = audit.complaint_id AND event.seq = audit.seq
                 AND audit.action = ANY(:moved)
 WHERE audit.id > :floor
 ORDER BY audit.id
 LIMIT :most
""")


class Change(NamedTuple):
    """Something was recorded: the unit that holds the complaint, and the one that gave it away with it."""

    unit: str | None
    former: str | None


class Changes:
    """Remembers how far it has read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: deque[int] = deque(maxlen=LOOK_BACK + MOST)
        self._floor: int | None = None

    async def next(self) -> Sequence[Change]:
        """What was recorded since the last time; nothing the first time."""
        first = self._floor is None
        if self._floor is None:
            self._floor = max(await AuditTrail(self._database).last_id() - LOOK_BACK, 0)
        values = {"floor": self._floor, "moved": list(MOVED), "most": LOOK_BACK + MOST}
        async with transaction(self._database) as connection:
            rows = (await connection.execute(QUERY, values)).all()
        seen = set(self._seen)
        new = [row for row in rows if row.id not in seen]
        self._seen.extend(row.id for row in new)
        if len(rows) > LOOK_BACK:
            self._floor = rows[-LOOK_BACK - 1].id
        if first:
            return []
        bodies = await self._database.vault.open(EVENT, [row.sealed for row in new])
        return [
            Change(row.unit, Moved.model_validate_json(body).sender.code if body else None)
            for row, body in zip(new, bodies, strict=True)
        ]
