"""A made-up year of complaints: for trying, teaching and measuring."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, date, datetime, time
from functools import cache
from multiprocessing import get_context
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from commandline.answers import command, progress, remark
from commandline.wiring import Wiring, city
from domain.refusal import RefusalCode, Refused
from domain.wib import WIB

if TYPE_CHECKING:
    from synthetic.day import Day, Kind

PORTION = 400
MOST_TRUE = 200_000
"""Up to so many, each complaint has a life of its own; of more, several share one."""


class Task(NamedTuple):
    """A day that one process makes and writes."""

    seed: int
    end: datetime
    people: int
    copies: int
    day: date
    many: int


@command
async def synthetic_year(
    year: Annotated[int, typer.Option("--year", min=2020, max=2040, help="The year (WIB).")] = 2025,
    complaints: Annotated[
        int, typer.Option("--complaints", min=1, max=5_000_000, help="How many.")
    ] = 190_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed makes the same year.")] = 1,
    processes: Annotated[int, typer.Option("--processes", min=1, max=64, help="How many work at once.")] = 2,
    among_real: Annotated[
        bool, typer.Option("--among-real", help="Also where there are complaints that are not made up.")
    ] = False,
) -> None:
    """Writes a made-up but seeded year, shaped as Jakarta's real ones are, into the database of this stack.

    Each complaint lives by the real rules; events, read model, audit trail, keys and standings are what the
    service itself would have written. Nobody is told of them, and Temporal does not know them. A day is
    written whole or not at all: broken off and started again, the year is finished.
    """
    tasks = _tasks(year, complaints, seed)
    missing = await _missing(tasks, among_real=among_real)
    if len(missing) < len(tasks):
        remark(f"{len(tasks) - len(missing)} of {len(tasks)} days are there already and are left alone.")
    with progress("Making complaints up", sum(task.many for task in missing)) as advance:
        await asyncio.to_thread(_make_all, missing, processes, advance)
    remark(f"{sum(task.many for task in missing)} made-up complaints were written.")


def _tasks(year: int, complaints: int, seed: int) -> list[Task]:
    from synthetic.volumes import PEOPLE_FOR_EACH, days_of  # noqa: PLC0415

    end = datetime.combine(date(year + 1, 1, 1), time(), WIB).astimezone(UTC)
    people = max(50, round(complaints * PEOPLE_FOR_EACH))
    copies = -(-complaints // MOST_TRUE)
    return [
        Task(seed, end, people, copies, day, many) for day, many in days_of(year, complaints, seed) if many
    ]


async def _missing(tasks: Sequence[Task], *, among_real: bool) -> list[Task]:
    """The days that are not yet there. Raises ``Refused`` when real complaints are."""
    from store.bulk import MadeUp  # noqa: PLC0415 - heavy

    async with Wiring() as tuntas:
        made_up = MadeUp(tuntas.engine)
        real = await made_up.real()
        if real and not among_real:
            raise Refused(
                RefusalCode.BAD_INPUT,
                f"The database holds {real} complaints that are not made up; made-up ones among them would "
                "spoil every list and report. Use another TUNTAS_HOME, or say --among-real.",
            )
        there = await made_up.days(tasks[0].seed, tasks[0].day.year)
    return [task for task in tasks if task.day not in there]


def _make_all(tasks: Sequence[Task], processes: int, advance: Callable[..., None]) -> None:
    """Days go to processes of their own, so that all cores work."""
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        for done in as_completed([pool.submit(make_days, portion) for portion in _portions(tasks)]):
            advance(done.result())


def _portions(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """Some hundred complaints each: enough for the cost of a connection not to count."""
    portion: list[Task] = []
    for task in tasks:
        portion.append(task)
        if sum(one.many for one in portion) >= PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


def make_days(tasks: Sequence[Task]) -> int:
    """Makes and writes days; returns how many complaints they have. Runs in a process of its own."""
    return asyncio.run(_make_days(tasks))


async def _make_days(tasks: Sequence[Task]) -> int:
    from store.bulk import BulkRecorder, Life, MadeUp  # noqa: PLC0415 - heavy

    written = 0
    async with Wiring(pool_size=2) as tuntas:
        recorder = BulkRecorder(tuntas.engine)
        for task in tasks:
            first = await MadeUp(tuntas.engine).take_numbers(task.day, task.many)
            lives = _days(task).lives(task.day, task.many, first)
            written += await recorder.record(Life(*lived) for lived in lives)
    return written


def _days(task: Task) -> "Day":
    from synthetic.day import Kind  # noqa: PLC0415 - heavy

    return _made_once(Kind(task.seed, task.end, task.people, task.copies))


@cache
def _made_once(kind: "Kind") -> "Day":
    from synthetic.day import Day  # noqa: PLC0415 - heavy

    return Day(city(), kind)
