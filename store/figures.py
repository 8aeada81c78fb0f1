"""The figures of a period, counted by PostgreSQL from the standings as of the period's end.

All that is counted first becomes one row of a temporary table, with the number of its complaint; figures are
counts over that table, and the list behind a figure is a look into it: the two cannot differ.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.figures import AGES, HOPS, LOW_SCORE, Cell, Cells, Dimension, Figure, Traced
from domain.period import Period
from store.engine import transaction

PREPARE = (
    "SET LOCAL statement_timeout = '10min'",
    "SET LOCAL work_mem = '128MB'",
    "SET LOCAL jit = off",
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
)

ZONE = "Asia/Jakarta"

CASES = """
CREATE TEMPORARY TABLE report_case ON COMMIT DROP AS
SELECT id, number, channel, category, opened_at
FROM complaint
WHERE seq > 0 AND opened_at < :end AND (closed_at IS NULL OR closed_at >= :start)
"""
"""Those that something can have happened to: closed is for good."""

STEPS = f"""
CREATE TEMPORARY TABLE report_step ON COMMIT DROP AS
SELECT one.complaint_id, one.seq, one.at, one.event, one.status, one.outcome, one.unit, one.coordinator,
    one.ward, one.hops, one.score, report_case.number, report_case.channel, report_case.category,
    report_case.opened_at, (one.at AT TIME ZONE '{ZONE}')::date AS day,
    lag(one.unit) OVER life AS unit_before,
    lag(one.coordinator) OVER life AS coordinator_before,
    lead(one.seq) OVER life IS NULL AS is_last
FROM standing AS one JOIN report_case ON report_case.id = one.complaint_id
WHERE one.at < :end
WINDOW life AS (PARTITION BY one.complaint_id ORDER BY one.seq)
"""  # noqa: S608 - our own names, here and below

CLOCKS = """
CREATE TEMPORARY TABLE report_clock ON COMMIT DROP AS
SELECT run.*, lead(run.started_at) OVER (PARTITION BY run.complaint_id, run.clock ORDER BY run.started_at) AS
    next_at
FROM (
    SELECT DISTINCT ON (one.complaint_id, one.clock, one.started_at) one.*
    FROM clock_standing AS one JOIN report_case ON report_case.id = one.complaint_id
    WHERE one.at < :end
    ORDER BY one.complaint_id, one.clock, one.started_at, one.seq DESC
) AS run
"""
"""Each run of a clock as it stood at the end. A run that another followed before it ended, ended then."""

TRACED = """
CREATE TEMPORARY TABLE report_traced (
    figure text, number text, channel text, category text, ward text, unit text, coordinator text,
    value bigint, day date
) ON COMMIT DROP
"""

OF_A_STEP = "number, channel, category, ward, unit, coordinator"

HAPPENED = f"""
INSERT INTO report_traced
SELECT figure, {OF_A_STEP}, CAST(NULL AS bigint), day FROM report_step
JOIN (VALUES ('received', '{Figure.RECEIVED}'), ('completed', '{Figure.FOLLOW_UP}'),
    ('follow_up_rejected', '{Figure.FOLLOW_UP_REJECTED}'), ('reopened', '{Figure.REOPENED}'),
    ('validated', '{Figure.RESOLVED}'), ('parent_resolved', '{Figure.RESOLVED}')) AS told (event, figure)
    USING (event)
WHERE at >= :start
UNION ALL
SELECT '{Figure.MOVED}', number, channel, category, ward, unit_before, coordinator_before, NULL, day
FROM report_step
WHERE at >= :start AND event IN ('coordinated', 'disposed', 'handed_back', 'reassigned')
UNION ALL
SELECT 'hops_' || least(hops, {len(HOPS) - 1}), {OF_A_STEP}, NULL, day FROM report_step
WHERE at >= :start AND event IN ('validated', 'parent_resolved')
UNION ALL
SELECT 'closed_' || outcome, {OF_A_STEP}, NULL, day FROM report_step
WHERE at >= :start AND event IN ('closed', 'withdrawn')
UNION ALL
SELECT figure, {OF_A_STEP}, score, day FROM report_step
JOIN (VALUES ('{Figure.RATED}', 5), ('{Figure.RATED_LOW}', {LOW_SCORE})) AS upto (figure, most)
    ON score <= most
WHERE at >= :start AND event = 'rated'
"""  # noqa: S608

STOOD = f"""
INSERT INTO report_traced
SELECT unnest(ARRAY['{Figure.OPEN}', CASE {
    " ".join(f"WHEN :end - opened_at <= '{most.days} days' THEN '{one}'" for one, most in AGES if most)
} ELSE '{AGES[-1][0]}' END]), {OF_A_STEP}, NULL, NULL FROM report_step
WHERE is_last AND status NOT IN ('RESOLVED', 'CLOSED')
"""  # noqa: S608

TIMED = f"""
INSERT INTO report_traced
SELECT run.clock || '_' || CASE
        WHEN ended_as IS NULL AND next_at IS NULL THEN 'overdue'
        WHEN ended_as = 'met' OR ended_as IS NULL AND next_at <= due_at THEN 'on_time'
        ELSE 'late' END,
    number, channel, category, ward,
    CASE WHEN run.clock = 'resolution' AND ended_as IS NULL THEN last.unit ELSE run.unit END,
    CASE WHEN run.clock = 'resolution' AND ended_as IS NULL THEN last.coordinator ELSE run.coordinator END,
    extract(epoch FROM coalesce(run.ended_at, next_at) - run.started_at)::bigint,
    CASE WHEN ended_as IS NULL THEN (next_at AT TIME ZONE '{ZONE}')::date
        ELSE (run.at AT TIME ZONE '{ZONE}')::date END
FROM report_clock AS run
JOIN report_step AS last ON last.complaint_id = run.complaint_id AND last.is_last
WHERE ended_as IN ('met', 'missed') AND run.at >= :start
    OR ended_as IS NULL AND next_at >= :start
    OR ended_as IS NULL AND next_at IS NULL
        AND (breached_at IS NOT NULL OR coalesce(stopped_at, :end) > due_at)
"""  # noqa: S608

KEYS = tuple(one.value for one in Dimension if one is not Dimension.TOTAL)
COUNTED = f"""
SELECT figure, grouping({", ".join(KEYS)}) AS told,
    coalesce({", ".join(f"{key}::text" for key in KEYS)}, '') AS key,
    count(*) AS many, sum(value)::bigint AS total
FROM report_traced
GROUP BY GROUPING SETS ((figure), {", ".join(f"(figure, {key})" for key in KEYS)})
"""  # noqa: S608
ALL = 2 ** len(KEYS) - 1
BY = {ALL: Dimension.TOTAL} | {
    ALL - 2 ** (len(KEYS) - 1 - place): Dimension(key) for place, key in enumerate(KEYS)
}
"""What PostgreSQL's ``grouping`` answers for each dimension: a bit for each key that was left out."""


class Counted:
    """A period that is counted: its figures, and the lists behind them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def cells(self) -> Cells:
        """The figures by every dimension."""
        cells: dict[Dimension, dict[str, dict[Figure, tuple[int, int | None]]]] = {
            one: {} for one in Dimension
        }
        for row in await self._connection.execute(text(COUNTED)):
            figures = cells[BY[row.told]].setdefault(row.key, {})
            figures[Figure(row.figure)] = (row.many, row.total)
        return {
            dimension: {key: _cell(figures) for key, figures in sorted(by_key.items())}
            for dimension, by_key in cells.items()
        }

    async def behind(
        self, figures: Sequence[Figure], dimension: Dimension = Dimension.TOTAL, key: str = ""
    ) -> list[Traced]:
        """What figures count, one by one: the list of one has as many entries as the figure says."""
        query = f"SELECT {', '.join(Traced._fields)} FROM report_traced WHERE figure = ANY(:figures)"  # noqa: S608
        if dimension is not Dimension.TOTAL:
            query += f" AND coalesce({dimension}::text, '') = :key"
        said = {"figures": [one.value for one in figures], "key": key}
        rows = await self._connection.execute(text(f"{query} ORDER BY number, figure, value"), said)
        return [Traced(Figure(figure), *others) for figure, *others in rows]


class Figures:
    """Counts periods."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def of(self, period: Period) -> Cells:
        """The figures of a period; always the same, once the period is over."""
        async with self.counted(period) as counted:
            return await counted.cells()

    @asynccontextmanager
    async def counted(self, period: Period) -> AsyncIterator[Counted]:
        """A transaction in which all that the period's figures count is at hand."""
        moments = {"start": period.start, "end": period.end}
        async with transaction(self._engine) as connection:
            for statement in PREPARE:
                await connection.execute(text(statement))
            for statement in (CASES, STEPS, CLOCKS, TRACED, HAPPENED, STOOD, TIMED):
                await connection.execute(text(statement), moments)
            yield Counted(connection)


def _cell(figures: dict[Figure, tuple[int, int | None]]) -> Cell:
    return Cell(
        counts={figure: many for figure, (many, _) in figures.items()},
        sums={figure: total for figure, (_, total) in figures.items() if total is not None},
    )
