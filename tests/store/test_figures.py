"""The figures of months against an independent count over the exported events."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from domain.clocks import ClockKind
from domain.complaint import Complaint
from domain.figures import COUNTED_CLOCKS, Cell, Cells, Dimension, Figure, Traced, together
from domain.intake import complaint_id
from domain.period import Period
from jakarta.load import load_jakarta
from store.bulk import BulkRecorder, Life
from store.database import Database
from store.events import events_of
from store.figures import Figures
from synthetic.day import Day, Kind
from synthetic.life import Lived
from tests.store.conftest import a_database
from tests.store.figures_oracle import Oracle

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("figures")]

END = datetime(2025, 12, 31, 17, tzinfo=UTC)
FIRST = date(2025, 1, 6)
DAYS, EACH_DAY, SEED = 84, 24, 5
MONTHS = [Period.month(2025, month) for month in (1, 2, 3)]


@pytest.fixture(scope="module")
async def lives(own_database: Database) -> list[Lived]:
    day = Day(load_jakarta(), Kind(SEED, END, 900, 1))
    days = [FIRST + timedelta(days=n) for n in range(DAYS)]
    made = [life for one in days for life in day.lives(one, EACH_DAY, 1)]
    await BulkRecorder(own_database).record(Life(*life) for life in made)
    return made


@pytest.fixture(scope="module")
async def exported(
    own_database: Database, lives: list[Lived], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Every event as it stands in the database, one a line; what it was opened with beside it."""
    file = tmp_path_factory.mktemp("figures") / "events.jsonl"
    with file.open("w") as out:
        for start in range(0, len(lives), 10):
            portion = lives[start : start + 10]
            ids = [complaint_id(one.opening.intake.channel, one.opening.intake.reference) for one in portion]
            found = await asyncio.gather(*(events_of(own_database, one) for one in ids))
            for life, events in zip(portion, found, strict=True):
                about = {name: getattr(life.opening.intake, name) for name in ("channel", "category")}
                for event in events:
                    said = event.model_dump(mode="json")
                    about["days"] = life.opening.policy.resolution.limit.amount
                    line = {"number": life.complaint.number, **about, "moment": said.pop("at"), **said}
                    out.write(json.dumps(line) + "\n")
    return file


@pytest.fixture(scope="module")
async def counted(own_database: Database, lives: list[Lived]) -> list[Cells]:
    return [await Figures(own_database).of(month) for month in MONTHS]


@pytest.mark.parametrize("which", range(len(MONTHS)))
async def test_each_total_is_what_an_independent_count_finds(
    exported: Path, counted: list[Cells], which: int
) -> None:
    oracle = Oracle(exported, MONTHS[which])
    for dimension in Dimension:
        ours = {
            (key, figure.value): many
            for key, cell in counted[which][dimension].items()
            for figure, many in cell.counts.items()
        }
        assert ours == oracle.counts(dimension)
    cell = counted[which][Dimension.TOTAL][""]
    theirs = oracle.sums()
    assert {figure.value for figure in cell.sums} == set(theirs)
    for figure, total in cell.sums.items():
        assert total == pytest.approx(theirs[figure.value], abs=cell.count(figure)), figure


async def test_the_months_were_not_too_calm_to_show_anything(counted: list[Cells]) -> None:
    seen = together(cells[Dimension.TOTAL][""] for cells in counted)
    assert {figure for figure in Figure if not seen.count(figure)} <= {
        Figure.CLOSED_DUPLICATE,
        Figure.AGED_MORE,
        Figure.VALIDATION_OVERDUE,
    }


async def test_parts_add_up_to_the_whole(counted: list[Cells]) -> None:
    for cells in counted:
        for dimension in Dimension:
            assert together(cells[dimension].values()) == cells[Dimension.TOTAL][""]


async def listed(database: Database, month: Period, figure: Figure, *where: Any) -> list[Traced]:
    async with Figures(database).counted(month) as counted:
        return await counted.behind([figure], *where)


async def test_a_figure_leads_to_its_list(
    own_database: Database, exported: Path, counted: list[Cells]
) -> None:
    oracle, month, cells = Oracle(exported, MONTHS[1]), MONTHS[1], counted[1]
    for figure in (Figure.RESOLUTION_LATE, Figure.RESPONSE_OVERDUE, Figure.MOVED, Figure.OPEN):
        behind = await listed(own_database, month, figure)
        assert [one.number for one in behind] == oracle.numbers(figure)
    unit, cell = max(cells[Dimension.UNIT].items(), key=lambda one: one[1].count(Figure.RESOLUTION_LATE))
    behind = await listed(own_database, month, Figure.RESOLUTION_LATE, Dimension.UNIT, unit)
    assert {one.unit for one in behind} == {unit}
    assert len(behind) == cell.count(Figure.RESOLUTION_LATE) > 0


async def test_a_month_is_the_same_whatever_comes_later(
    owner_url: str, lives: list[Lived], counted: list[Cells]
) -> None:
    """Another database knows nothing that happened after January, and counts the same January."""
    known = [so_far for life in lives if (so_far := _until(life, MONTHS[0].end))]
    assert 0 < sum(len(life.steps) for life in known) < sum(len(life.steps) for life in lives)
    async with a_database(owner_url) as database:
        await BulkRecorder(database).record(known)
        assert await Figures(database).of(MONTHS[0]) == counted[0]
        assert await Figures(database).of(MONTHS[1]) != counted[1]


def _until(life: Lived, end: datetime) -> Life | None:
    steps = [step for step in life.steps if step[0][0].at < end]
    complaint = Complaint.blank(life.opening)
    for events, _ in steps:
        for event in events:
            complaint.apply(event)
    return Life(life.opening, complaint, steps) if steps else None


def test_leaving_late_ones_open_does_not_flatter() -> None:
    closes = Cell(counts={Figure.RESOLUTION_ON_TIME: 8, Figure.RESOLUTION_LATE: 2})
    hides = Cell(counts={Figure.RESOLUTION_ON_TIME: 8, Figure.RESOLUTION_OVERDUE: 2})
    assert closes.share(ClockKind.RESOLUTION) == hides.share(ClockKind.RESOLUTION) == Fraction(4, 5)
    assert all(Cell().share(clock) is None for clock in COUNTED_CLOCKS)
