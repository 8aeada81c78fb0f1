"""An independent count of the figures: DuckDB over exported events, by rules of its own."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from domain.figures import AGES, Dimension, Figure
from domain.period import Period
from jakarta.load import load_jakarta

COORDINATORS = {
    unit.code: unit.coordinators[0].code if unit.coordinators else None for unit in load_jakarta().units()
}


class Oracle:
    """Counts from events alone: no clocks, no standings, only what happened and what was said to be late.

    Of a vertical agency nothing is said to be late: for those the days are counted.
    """

    def __init__(self, file: Path, period: Period) -> None:
        self._base = duckdb.connect()
        self._base.execute("SET TimeZone = 'UTC'")
        self._base.execute(READ, [str(file)])
        self._base.execute("CREATE TABLE coordinators (unit VARCHAR, coordinator VARCHAR)")
        self._base.executemany("INSERT INTO coordinators VALUES (?, ?)", list(COORDINATORS.items()))
        for statement in COUNT:
            said = {"s": period.start.isoformat(), "e": period.end.isoformat()}
            names = {name: value for name, value in said.items() if f"${name}" in statement}
            self._base.execute(statement, names)

    def counts(self, dimension: Dimension) -> dict[tuple[str, str], int]:
        key = "''" if dimension is Dimension.TOTAL else f"coalesce({dimension}::VARCHAR, '')"
        query = (
            f"SELECT {key}, figure, count(*) FROM counted LEFT JOIN coordinators USING (unit) GROUP BY ALL"
        )
        return {(key, figure): many for key, figure, many in self._base.execute(query).fetchall()}

    def sums(self) -> dict[str, int]:
        query = "SELECT figure, sum(value)::BIGINT FROM counted WHERE value IS NOT NULL GROUP BY figure"
        return dict(self._base.execute(query).fetchall())

    def numbers(self, figure: Figure) -> list[str]:
        query = "SELECT number FROM counted WHERE figure = ? ORDER BY number"
        return [number for (number,) in self._base.execute(query, [figure.value]).fetchall()]


READ = """
CREATE TABLE told AS SELECT
    number, channel, category, days, seq, (body->>'stops_clock')::BOOL AS stops_clock,
    (body->>'until')::TIMESTAMPTZ AS until,
    moment::TIMESTAMPTZ AS moment, body->>'event' AS event,
    body->>'clock' AS clock, (body->>'score')::INT AS score, body->>'outcome' AS outcome,
    "by"->>'unit' AS actor,
    last_value(coalesce(body->'holder'->>'code', CASE WHEN body->>'sender' IS NOT NULL
        THEN body->'to'->>'code' END) IGNORE NULLS) OVER life AS unit,
    last_value(body->'found'->>'ward' IGNORE NULLS) OVER life AS ward
FROM read_json(?, columns = {number: 'VARCHAR', channel: 'VARCHAR', category: 'VARCHAR',
    days: 'INT', seq: 'INT',
    moment: 'VARCHAR', body: 'JSON', 'by': 'JSON'})
WINDOW life AS (PARTITION BY number ORDER BY seq)
"""

ARRIVES = "('received', 'coordinated', 'disposed', 'handed_back', 'reassigned', 'reopened', 'separated')"
COUNT: Sequence[str] = (
    """
    CREATE TABLE known AS SELECT *, lag(unit) OVER life AS unit_before,
        lead(seq) OVER life IS NULL AS is_last,
        first_value(moment) OVER life AS opened_at
    FROM told WHERE moment < $e WINDOW life AS (PARTITION BY number ORDER BY seq)
    """,
    """
    CREATE TABLE counted (figure VARCHAR, number VARCHAR, channel VARCHAR, category VARCHAR, ward VARCHAR,
        unit VARCHAR, value BIGINT, day DATE)
    """,
    """
    INSERT INTO counted
    SELECT CASE event WHEN 'completed' THEN 'follow_up' WHEN 'validated' THEN 'resolved' ELSE event END,
        number, channel, category, ward, unit, CASE event WHEN 'rated' THEN score END,
        (moment + INTERVAL 7 HOURS)::DATE
    FROM known WHERE moment >= $s
    AND event IN ('received', 'completed', 'validated', 'follow_up_rejected', 'reopened', 'rated')
    """,
    """
    INSERT INTO counted SELECT 'rated_low', number, channel, category, ward, unit, score,
        (moment + INTERVAL 7 HOURS)::DATE
    FROM known WHERE moment >= $s AND event = 'rated' AND score < 3
    """,
    """
    INSERT INTO counted SELECT 'closed_' || outcome, number, channel, category, ward, unit, NULL,
        (moment + INTERVAL 7 HOURS)::DATE
    FROM known WHERE moment >= $s AND event IN ('closed', 'withdrawn')
    """,
    """
    INSERT INTO counted SELECT 'moved', number, channel, category, ward, unit_before, NULL,
        (moment + INTERVAL 7 HOURS)::DATE
    FROM known WHERE moment >= $s AND event IN ('coordinated', 'disposed', 'handed_back', 'reassigned')
    """,
    """
    INSERT INTO counted
    SELECT 'hops_' || least(3, (SELECT count(*) FROM known AS move WHERE move.number = known.number
            AND move.seq < known.seq
            AND move.event IN ('coordinated', 'disposed', 'handed_back', 'reassigned'))),
        number, channel, category, ward, unit, NULL, (moment + INTERVAL 7 HOURS)::DATE
    FROM known WHERE moment >= $s AND event = 'validated'
    """,
    """
    CREATE TABLE ends AS SELECT number, max(seq) FILTER (event = 'validated') AS validated,
        max(seq) FILTER (event = 'reopened') AS reopened,
        max(seq) FILTER (event IN ('closed', 'withdrawn')) AS closed,
        max(seq) FILTER (event = 'breached' AND clock = 'resolution') AS breached,
        max(seq) FILTER (event = 'completed') AS completed,
        max(seq) FILTER (event IN ('follow_up_rejected', 'reopened')) AS again,
        sum(stood)::BIGINT AS stood, max(until) FILTER (event = 'ews_granted') AS extended
    FROM (
        SELECT *, CASE WHEN stops_clock THEN date_diff('microsecond', moment,
            coalesce(lead(moment) OVER (PARTITION BY number ORDER BY seq), $e::TIMESTAMPTZ)) END AS stood
        FROM known
    )
    GROUP BY number
    """,
    """
    CREATE TABLE resolutions AS
    SELECT last.number, last.channel, last.category, last.ward, ended.unit, ended.moment, ends.breached,
        validated > coalesce(reopened, 0) AS is_resolved, closed IS NOT NULL AS is_closed, last.opened_at,
        (SELECT max(moment) FROM known AS done WHERE done.number = last.number AND done.event = 'completed'
            AND done.seq < ends.validated) AS done_at,
        last.unit AS holder, last.unit LIKE 'VERT-%' AND coalesce(CASE WHEN completed > coalesce(again, 0)
            THEN (SELECT moment FROM known AS done
                WHERE done.number = last.number AND done.seq = completed) END,
            $e::TIMESTAMPTZ) > coalesce(extended,
            last.opened_at + to_days(last.days) + to_microseconds(coalesce(stood, 0)))
            AS is_past
    FROM known AS last JOIN ends USING (number)
    LEFT JOIN known AS ended ON ended.number = last.number AND ended.seq =
        CASE WHEN validated > coalesce(reopened, 0) THEN validated ELSE closed END
    WHERE last.is_last
    """,
    """
    INSERT INTO counted
    SELECT CASE WHEN breached IS NULL AND NOT is_past THEN 'resolution_on_time'
        ELSE 'resolution_late' END, number, channel,
        category, ward, unit,
        date_diff('microsecond', opened_at, CASE WHEN is_resolved THEN done_at ELSE moment END) / 1e6,
        (moment + INTERVAL 7 HOURS)::DATE
    FROM resolutions WHERE moment >= $s AND (is_resolved OR breached IS NOT NULL)
    """,
    """
    INSERT INTO counted
    SELECT unnest(CASE WHEN breached IS NULL AND NOT is_past THEN ['open']
        ELSE ['open', 'resolution_overdue'] END),
        number, channel, category, ward, holder, NULL, NULL
    FROM resolutions WHERE NOT coalesce(is_resolved, false) AND NOT is_closed
    """,
    f"""
    INSERT INTO counted SELECT CASE {
        " ".join(
            f"WHEN $e::TIMESTAMPTZ - opened_at <= INTERVAL {most.days * 24} HOURS THEN '{figure}'"
            for figure, most in AGES
            if most
        )
    } ELSE 'aged_more' END, number, channel, category, ward, holder, NULL, NULL
    FROM resolutions WHERE NOT coalesce(is_resolved, false) AND NOT is_closed
    """,
    *(
        statement
        for clock, begins, answers in (
            ("response", ARRIVES, "('accepted', 'asked', 'merged')"),
            ("validation", "('completed')", "('validated', 'follow_up_rejected')"),
        )
        for statement in (
            f"""
            CREATE TABLE {clock}_runs AS
            WITH numbered AS (SELECT *, count(*) FILTER (event IN {begins}) OVER (
                PARTITION BY number ORDER BY seq) AS run FROM known)
            SELECT number, run, any_value(channel) AS channel, any_value(category) AS category,
                arg_min(unit, seq) AS unit, min(moment) AS began,
                min(moment) FILTER (event IN {answers}) AS answered,
                arg_min(actor, seq) FILTER (event IN {answers}) AS checker,
                min(moment) FILTER (event IN ('closed', 'withdrawn')) AS closed,
                min(seq) FILTER (event = 'breached' AND clock = '{clock}') AS breached
            FROM numbered WHERE run > 0 GROUP BY number, run
            """,
            f"""
            INSERT INTO counted
            WITH ended AS (
                SELECT *, lead(began) OVER (PARTITION BY number ORDER BY run) AS next_at,
                    coalesce(answered, closed, next_at) AS ended_at,
                    (SELECT ward FROM known WHERE known.number = {clock}_runs.number AND is_last) AS ward
                FROM {clock}_runs
            )
            SELECT '{clock}_' || CASE WHEN ended_at IS NULL THEN 'overdue'
                WHEN breached IS NULL THEN 'on_time' ELSE 'late' END, number, channel, category, ward,
                {"unit" if clock == "response" else "coalesce(checker, 'SKPD-PEMERINTAHAN')"},
                date_diff('microsecond', began, ended_at) / 1e6, (ended_at + INTERVAL 7 HOURS)::DATE
            FROM ended
            WHERE ended_at >= $s AND (answered IS NOT NULL OR closed IS NULL OR breached IS NOT NULL)
                OR ended_at IS NULL AND breached IS NOT NULL
            """,
        )
    ),
)
