"""What happened in a month, as the rules of the integrity view ask for it (``domain.integrity_rules``).

One query for each question; a month is counted from standings and events, which are only ever added to.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.evidence import METRES_PER_DEGREE
from domain.integrity import Thresholds
from domain.integrity_rules import Again, Check, Closing, Done, Path, Rating, Usual
from domain.period import Period
from store.database import Database
from store.engine import transaction
from store.figures import PREPARE
from store.personal import COMPLAINT, parsed

LEARNED_FROM = timedelta(days=365)
"""What is usual is learned from the year up to the end of the month."""

STEPS = """
CREATE TEMPORARY TABLE integrity_step ON COMMIT DROP AS
SELECT one.complaint_id, complaint.number, complaint.category, one.seq, one.at, one.event, one.unit,
    one.score,
    max(one.at) FILTER (WHERE one.moved) OVER life AS arrived_at,
    count(*) FILTER (WHERE one.event = 'completed') OVER life AS completions,
    one.moved
FROM (
    SELECT standing.*, lag(unit) OVER before IS DISTINCT FROM unit AS moved FROM standing
    WHERE at < :end AND complaint_id IN (
        SELECT id FROM complaint
        WHERE seq > 0 AND opened_at < :end AND (closed_at IS NULL OR closed_at >= :since)
    )
    WINDOW before AS (PARTITION BY complaint_id ORDER BY seq)
) AS one JOIN complaint ON complaint.id = one.complaint_id
WINDOW life AS (PARTITION BY one.complaint_id ORDER BY one.seq)
"""

CLOSED = """
CREATE TEMPORARY TABLE integrity_closed ON COMMIT DROP AS
SELECT number, unit, category, at, greatest(extract(epoch FROM at - arrived_at), 1)::float8 AS seconds
FROM integrity_step WHERE event = 'completed' AND completions = 1 AND at >= :since
"""

CLOSINGS = """
WITH city AS (
    SELECT category, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS seconds, count(*) AS cases
    FROM integrity_closed GROUP BY category
), own AS (
    SELECT unit, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS seconds, count(*) AS cases
    FROM integrity_closed GROUP BY unit
)
SELECT one.number, one.unit, one.category, one.seconds,
    city.seconds AS city_seconds, city.cases AS city_cases, own.seconds AS own_seconds, own.cases AS own_cases
FROM integrity_closed AS one JOIN city USING (category) JOIN own USING (unit)
WHERE one.at >= :start ORDER BY one.at, one.number
"""

DONE = """
SELECT number, unit, at FROM integrity_closed WHERE at >= :start ORDER BY at, number
"""

PATHS = """
SELECT number, array_agg(unit ORDER BY seq) AS units FROM integrity_step
WHERE moved GROUP BY number
HAVING max(at) >= :start AND count(*) > count(DISTINCT unit) ORDER BY number
"""

RATINGS = """
SELECT number, unit, score FROM integrity_step WHERE event = 'rated' AND at >= :start ORDER BY at, number
"""

CHECKS = """
SELECT complaint.number, said.actor AS validator, coalesce(said.actor_unit, '') AS validating_unit,
    done.actor AS closer, coalesce(done.actor_unit, '') AS closing_unit,
    said.event = 'validated' AS accepted
FROM event AS said
JOIN complaint ON complaint.id = said.complaint_id
JOIN LATERAL (
    SELECT actor, actor_unit FROM event AS one
    WHERE one.complaint_id = said.complaint_id AND one.seq < said.seq AND one.event = 'completed'
    ORDER BY one.seq DESC LIMIT 1
) AS done ON true
WHERE said.event IN ('validated', 'follow_up_rejected') AND said.at >= :start AND said.at < :end
ORDER BY said.at, complaint.number
"""

AGAIN = """
WITH new AS (
    SELECT id, category, opened_at, latitude, longitude, place_index FROM complaint
    WHERE seq > 0 AND opened_at >= :start AND opened_at < :end
        AND NOT restricted AND parent IS NULL AND sealed IS NOT NULL
), pair AS (
    SELECT new.id, before.id AS before FROM new JOIN complaint AS before
        ON point(before.longitude, before.latitude) <@ box(
            point(new.longitude - :wide, new.latitude - :high),
            point(new.longitude + :wide, new.latitude + :high))
        AND before.latitude IS NOT NULL AND before.category = new.category
        AND before.opened_at < new.opened_at
        AND before.updated_at >= :start - make_interval(days => CAST(:days AS integer))
    UNION
    SELECT new.id, before.id FROM new JOIN complaint AS before
        ON before.place_index = new.place_index
        AND before.category = new.category AND before.opened_at < new.opened_at
        AND before.updated_at >= :start - make_interval(days => CAST(:days AS integer))
)
SELECT one.number, before.number AS before, ended.unit, ended.event AS ended,
    extract(epoch FROM one.opened_at - ended.at)::float8 / 86400 AS days,
    CASE WHEN one.latitude IS NOT NULL AND before.latitude IS NOT NULL THEN
        sqrt(power((one.latitude - before.latitude) * :metres_per_degree, 2)
            + power((one.longitude - before.longitude) * :metres_per_degree * cos(radians(one.latitude)), 2))
    END AS metres,
    one.sealed, before.sealed AS before_sealed
FROM pair
JOIN complaint AS one ON one.id = pair.id
JOIN complaint AS before ON before.id = pair.before
JOIN LATERAL (
    SELECT at, unit, event FROM standing
    WHERE standing.complaint_id = before.id AND at < one.opened_at
        AND event IN ('validated', 'withdrawn', 'reopened', 'parent_reopened')
    ORDER BY seq DESC LIMIT 1
) AS ended ON ended.event IN ('validated', 'withdrawn')
    AND ended.at >= one.opened_at - make_interval(days => CAST(:days AS integer))
WHERE NOT before.restricted AND before.parent IS NULL AND before.sealed IS NOT NULL
ORDER BY one.number, ended.at DESC
"""
"""Candidates; how alike the texts are is seen when they are opened. Who follows another has its clock."""

NARROWEST = 0.99
"""The cosine of Jakarta's latitude, which makes degrees of longitude shorter."""


class MonthFacts:
    """What happened in one month, looked at together: no question sees more than another."""

    def __init__(self, database: Database, connection: AsyncConnection, period: Period) -> None:
        self._database = database
        self._connection = connection
        self._period = period

    async def closings(self) -> list[Closing]:
        """Complaints that were said to be done for the first time."""
        return [
            Closing(
                number=row.number,
                unit=row.unit,
                category=row.category,
                seconds=row.seconds,
                city=Usual(row.city_seconds, row.city_cases),
                own=Usual(row.own_seconds, row.own_cases),
            )
            for row in await self._rows(CLOSINGS)
        ]

    async def done(self) -> list[Done]:
        """What was said to be done for the first time: work that was rejected counts once."""
        return [Done._make(row) for row in await self._rows(DONE)]

    async def paths(self) -> list[Path]:
        """The ways of complaints that moved in the month and came back to a unit once at least."""
        return [Path(row.number, tuple(row.units)) for row in await self._rows(PATHS)]

    async def ratings(self) -> list[Rating]:
        """What reporters gave."""
        return [Rating._make(row) for row in await self._rows(RATINGS)]

    async def checks(self) -> list[Check]:
        """Every validation, of whose work."""
        return [Check._make(row) for row in await self._rows(CHECKS)]

    async def again(self, limits: Thresholds) -> list[Again]:
        """Complaints that came in at the place of one that had ended shortly before, in its category."""
        high = limits.re_entered_metres / METRES_PER_DEGREE
        rows = await self._rows(
            AGAIN,
            high=high,
            wide=high / NARROWEST,
            days=limits.re_entered_days,
            metres_per_degree=METRES_PER_DEGREE,
        )
        both = [sealed for row in rows for sealed in (row.sealed, row.before_sealed)]
        opened = await self._database.vault.open(COMPLAINT, both)
        return await asyncio.to_thread(_compared, rows, opened, limits)

    async def _rows(self, query: str, **more: object) -> Sequence[Row[Any]]:
        said = {"start": self._period.start, "end": self._period.end, **more}
        return (await self._connection.execute(text(query), said)).all()


@asynccontextmanager
async def month_facts(database: Database, period: Period) -> AsyncIterator[MonthFacts]:
    """The facts of a month, for as long as the block lasts."""
    async with transaction(database) as connection:
        for statement in PREPARE:
            await connection.execute(text(statement))
        said = {"since": period.end - LEARNED_FROM, "end": period.end}
        for statement in (STEPS, CLOSED, "ANALYZE integrity_step", "ANALYZE integrity_closed"):
            await connection.execute(text(statement), said if ":" in statement else {})
        yield MonthFacts(database, connection, period)


def _compared(rows: Sequence[Row[Any]], opened: Sequence[bytes | None], limits: Thresholds) -> list[Again]:
    """Of each new complaint the one before that is most like it."""
    from rapidfuzz import fuzz, utils  # noqa: PLC0415 - heavy, and needed here only

    found: dict[str, Again] = {}
    for row, one, before in zip(rows, opened[::2], opened[1::2], strict=True):
        said, said_before = parsed(one).text, parsed(before).text
        near = row.metres is None or row.metres <= limits.re_entered_metres
        if said and said_before and near:
            alike = fuzz.token_sort_ratio(said, said_before, processor=utils.default_process)
            pair = Again._make((*row[:6], alike))
            if pair.number not in found or alike > found[pair.number].alike:
                found[pair.number] = pair
    return list(found.values())
