"""What strikes, as it was found and as the Inspectorate judged it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.integrity import Finding, FindingState, Found, Judgement, Rule
from store.engine import transaction
from store.tables import FindingRow, JudgementRow

PORTION = 500


class FindingFilter(NamedTuple):
    """Which findings: None leaves a part open. What no longer holds and nobody judged is never meant."""

    rule: Rule | None = None
    unit: str | None = None
    state: FindingState | None = None
    month: date | None = None


class Findings:
    """Keeps and reads findings."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def keep(
        self, month: date, rules: Collection[Rule], found: Iterable[Found], at: datetime
    ) -> tuple[int, int]:
        """Keeps what these rules found in a month; returns how many are new, and how many hold no longer.

        ``at`` is when the look began. The same finding stays one: its facts are brought up to date, unless a
        look that began later did so. What is no longer found is marked so.
        """
        rows = {
            one.id: {
                **one.model_dump(mode="json"),
                "id": one.id,
                "month": one.month,
                "found_at": at,
                "seen_at": at,
            }
            for one in found
        }
        async with transaction(self._engine) as connection:
            known = select(FindingRow.id).where(FindingRow.month == month, FindingRow.rule.in_(rules))
            before = set((await connection.execute(known)).scalars())
            for portion in _batched(rows.values(), PORTION):
                await connection.execute(_newer(portion))
            marked = await connection.execute(
                update(FindingRow)
                .where(
                    FindingRow.id.in_(before - set(rows)),
                    FindingRow.gone_at.is_(None),
                    FindingRow.seen_at < at,
                )
                .values(gone_at=at, seen_at=at)
            )
        return len(set(rows) - before), marked.rowcount

    async def judge(self, identity: str, said: Judgement) -> bool:
        """Adds what somebody said about a finding with just these facts; False when it has others now.

        The same said twice by the same person, one after the other, is once.
        """
        async with transaction(self._engine) as connection:
            one = select(FindingRow.facts).where(FindingRow.id == identity).with_for_update()
            if await connection.scalar(one) != dict(said.facts):
                return False
            before = select(JudgementRow.__table__).where(JudgementRow.finding == identity)
            last = (await connection.execute(before.order_by(JudgementRow.seq.desc()).limit(1))).one_or_none()
            if last is None or (last.by, last.state, last.note) != (said.by, said.state, said.note):
                values = {**said.model_dump(mode="json"), "at": said.at, "seq": (last.seq if last else 0) + 1}
                await connection.execute(insert(JudgementRow).values(finding=identity, **values))
        return True

    async def one(self, identity: str) -> Finding | None:
        """A finding with all that was said about it."""
        async with transaction(self._engine) as connection:
            query = select(FindingRow.__table__).where(FindingRow.id == identity)
            row = (await connection.execute(query)).one_or_none()
            said = select(JudgementRow.__table__).where(JudgementRow.finding == identity)
            judgements = (await connection.execute(said.order_by(JudgementRow.seq))).all()
        return _finding(row, judgements) if row else None

    async def latest(
        self, which: FindingFilter, limit: int, after: tuple[date, str] | None = None
    ) -> list[Finding]:
        """The newest months first, each with what was said last. ``after``: month and id of the last seen."""
        query = _wanted(which).order_by(FindingRow.month.desc(), FindingRow.id).limit(limit)
        if after:
            month, identity = after
            later = and_(FindingRow.month == month, FindingRow.id > identity)
            query = query.where(or_(FindingRow.month < month, later))
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        return [_finding(row, [row] if row.state else []) for row in rows]

    async def counts(self, which: FindingFilter) -> dict[tuple[Rule, FindingState], int]:
        """How many there are by rule and state."""
        wanted = _wanted(which).subquery()
        state = func.coalesce(wanted.c.state, FindingState.OPEN)
        query = select(wanted.c.rule, state, func.count()).group_by(wanted.c.rule, state)
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        return {(Rule(rule), FindingState(said)): many for rule, said, many in rows}

    async def months(self) -> list[date]:
        """The months in which anything was found, the newest first."""
        query = select(FindingRow.month).distinct().order_by(FindingRow.month.desc())
        async with transaction(self._engine) as connection:
            return list((await connection.execute(query)).scalars())


def _newer(rows: Sequence[Mapping[str, Any]]) -> Any:
    statement = insert(FindingRow).values(rows)
    changed = {name: statement.excluded[name] for name in ("unit", "numbers", "facts", "seen_at")}
    return statement.on_conflict_do_update(
        index_elements=[FindingRow.id],
        set_={**changed, "gone_at": None},
        where=FindingRow.seen_at < statement.excluded.seen_at,
    )


def _batched(rows: Iterable[Mapping[str, Any]], size: int) -> Iterator[list[Mapping[str, Any]]]:
    left = iter(rows)
    while portion := list(islice(left, size)):
        yield portion


def _wanted(which: FindingFilter) -> Any:
    last = (
        select(JudgementRow.__table__)
        .ext(distinct_on(JudgementRow.finding))
        .order_by(JudgementRow.finding, JudgementRow.seq.desc())
        .subquery()
    )
    query = select(
        FindingRow.__table__,
        last.c.at,
        last.c.by,
        last.c.state,
        last.c.note,
        last.c.facts.label("judged_facts"),
    ).outerjoin(last, last.c.finding == FindingRow.id)
    if which.rule:
        query = query.where(FindingRow.rule == which.rule)
    if which.unit:
        query = query.where(FindingRow.unit == which.unit)
    if which.month:
        query = query.where(FindingRow.month == which.month)
    if which.state:
        query = query.where(func.coalesce(last.c.state, FindingState.OPEN) == which.state)
    return query.where(or_(FindingRow.gone_at.is_(None), last.c.state.is_not(None)))


def _finding(row: Row[Any], judgements: Sequence[Row[Any]]) -> Finding:
    return Finding(
        id=row.id,
        found=Found(
            rule=Rule(row.rule),
            month=row.month,
            subject=row.subject,
            unit=row.unit,
            numbers=tuple(row.numbers),
            facts=row.facts,
        ),
        found_at=row.found_at,
        gone_at=row.gone_at,
        judgements=tuple(
            Judgement(
                at=one.at,
                by=one.by,
                state=FindingState(one.state),
                note=one.note,
                facts=one.judged_facts if "judged_facts" in one._fields else one.facts,
            )
            for one in judgements
        ),
    )
