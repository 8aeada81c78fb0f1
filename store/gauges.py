"""What is counted of the whole service, in one query of which every part follows an index."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

from store.engine import transaction

FRESH_S = 10.0
"""How long an answer is given again: several scrapers cost no more than one."""

QUERY = text("""
SELECT 'complaints' AS gauge, status AS one, NULL AS two, count(*)::float AS value
  FROM complaint GROUP BY status
UNION ALL
SELECT 'overdue', NULL, NULL, count(*) FROM complaint WHERE next_due_at < now()
UNION ALL
SELECT 'breached_clocks', clock ->> 'kind', escalation_level::text, count(*)
  FROM complaint, jsonb_array_elements(deadlines) AS clock
 WHERE next_due_at < now() AND clock ->> 'state' = 'breached'
 GROUP BY clock ->> 'kind', escalation_level
UNION ALL
SELECT 'messages', state, 'message', count(*) FROM message WHERE sent_at IS NULL GROUP BY state
UNION ALL
SELECT 'messages', state, 'digest', count(*) FROM digest WHERE sent_at IS NULL GROUP BY state
UNION ALL
SELECT 'oldest_undelivered_seconds', NULL, NULL, coalesce(extract(epoch FROM now() - min(created_at)), 0)
  FROM message WHERE sent_at IS NULL AND state IN ('pending', 'sending')
UNION ALL
SELECT 'incoming_waiting', 'mail', state, count(*)
  FROM incoming_mail WHERE state IN ('new', 'for_desk') GROUP BY state
UNION ALL
SELECT 'incoming_waiting', 'messenger', state, count(*)
  FROM incoming_post WHERE state = 'for_desk' GROUP BY state
UNION ALL
SELECT 'webhooks_pending', NULL, NULL, count(*) FROM webhook_delivery WHERE state = 'pending'
""")


FAMILIES = {
    "complaints": ("Complaints by status; registered: not yet recorded.", ("status",)),
    "overdue": ("Complaints with a clock that has run out.", ()),
    "breached_clocks": (
        "Clocks that have run out, of complaints at this level of the ladder.",
        ("clock", "level"),
    ),
    "messages": ("Messages and letters that have not gone out.", ("state", "kind")),
    "oldest_undelivered_seconds": ("Age of the oldest message that is still to go out, else 0.", ()),
    "incoming_waiting": ("Mail and messengers' posts that wait: new, or for the desk.", ("source", "state")),
    "webhooks_pending": ("Events that a subscriber is still to be told.", ()),
}
"""What each part of the query means, and its labels."""


class Gauges:
    """Asks at most once in ``FRESH_S``. Raises ``DatabaseUnreachable``."""

    def __init__(self, engine: AsyncEngine, timer: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._timer = timer
        self._turn = asyncio.Lock()
        self._known: list[GaugeMetricFamily] = []
        self._asked_at = -FRESH_S

    async def read(self) -> list[GaugeMetricFamily]:
        """Every number, at most ``FRESH_S`` old."""
        async with self._turn:
            if self._timer() - self._asked_at >= FRESH_S:
                async with transaction(self._engine) as connection:
                    self._known = _families((await connection.execute(QUERY)).all())
                self._asked_at = self._timer()
            return self._known


def _families(rows: Sequence[Row[Any]]) -> list[GaugeMetricFamily]:
    """The rows as Prometheus wants them; a family without rows is there too, so that it is never missing."""
    families = {
        name: GaugeMetricFamily(f"tuntas_{name}", meaning, labels=labels or None)
        for name, (meaning, labels) in FAMILIES.items()
    }
    for row in rows:
        labels = [row.one or "registered", row.two or ""][: len(FAMILIES[row.gauge][1])]
        families[row.gauge].add_metric(labels, row.value)
    return list(families.values())
