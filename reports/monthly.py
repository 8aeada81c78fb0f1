"""The monthly report as content: what it says in sentences, and what its tables hold."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

from pydantic_core import to_json

from domain.clocks import ClockKind
from domain.figures import (
    COUNTED_CLOCKS,
    HOPS,
    Cell,
    Cells,
    Dimension,
    Figure,
    Ranked,
    Traced,
    ranking,
)
from domain.period import Period
from reports.links import complaint_page
from reports.names import Names
from reports.words import Words

RESOLUTION = ClockKind.RESOLUTION
ENDED = (Figure.RESOLUTION_ON_TIME, Figure.RESOLUTION_LATE)
OLD = (Figure.AGED_90, Figure.AGED_MORE)
RED_FLAGS = (Figure.RESOLUTION_LATE, Figure.RESOLUTION_OVERDUE)
"""What puts a complaint on the red-flag list of a unit: the citizen's deadline was missed."""

COMPARED = (
    Figure.RECEIVED, Figure.FOLLOW_UP, Figure.FOLLOW_UP_REJECTED, Figure.RESOLVED, Figure.OPEN,
    Figure.RESOLUTION_OVERDUE, Figure.MOVED, Figure.REOPENED, Figure.RATED,
)  # fmt: skip


class Monthly(NamedTuple):
    """All that a report is made from. ``before`` and ``year_before`` are None where nothing is known."""

    period: Period
    now: Cells
    before: Cells | None
    year_before: Cells | None
    flags: Sequence[Traced]
    names: Names
    smallest: int
    """How many cases a unit must have to be ranked."""
    web_url: str
    synthetic: bool

    @property
    def total(self) -> Cell:
        """Everything together."""
        return total(self.now) or Cell()

    @property
    def digest(self) -> str:
        """The same for the same figures, always."""
        return figures_digest(self.now)

    def by_unit(self) -> list[Ranked]:
        """Units by how much they resolve in time, best first."""
        return ranking(self.now[Dimension.UNIT], RESOLUTION, self.smallest)

    def link(self, number: str) -> str:
        """Where a complaint can be looked at."""
        return complaint_page(self.web_url, number)


class Compared(NamedTuple):
    """A figure now, in the month before and in the year before, in words."""

    name: str
    now: str
    before: str
    change: str
    year_before: str
    year_change: str


def total(cells: Cells | None) -> Cell | None:
    """The whole of a period; None when nothing is known of it."""
    return cells[Dimension.TOTAL].get("") if cells else None


def figures_digest(cells: Cells) -> str:
    """Sixteen digits that stand for all figures of a period."""
    said = {
        dimension: {
            key: {figure.value: [cell.count(figure), cell.sums.get(figure)] for figure in sorted(cell.counts)}
            for key, cell in sorted(by_key.items())
        }
        for dimension, by_key in sorted(cells.items())
    }
    return sha256(to_json(said)).hexdigest()[:16]


def headlines(report: Monthly, words: Words) -> list[str]:
    """What matters, in a few plain sentences."""
    now, before = report.total, total(report.before)
    days = (report.period.last - report.period.first).days + 1
    received = now.count(Figure.RECEIVED)
    earlier = words("s_before_share", share=words.share(_share(before))) if before else ""
    return [
        words(
            "s_received",
            count=words.count(received),
            per_day=words.count(round(received / days)),
            change=_change(received, before, words),
        ),
        words(
            "s_on_time",
            share=words.share(_share(now)),
            before=earlier,
            hours=words.hours(now.mean(*ENDED)),
        ),
        _overdue(report, words),
        words("s_response", share=words.share(_share(now, ClockKind.RESPONSE))),
    ]


def attention(report: Monthly, words: Words) -> list[str]:
    """What somebody should look into."""
    now, found = report.total, []
    if ranked := report.by_unit():
        worst = ranked[-1]
        found.append(
            words(
                "s_worst",
                unit=report.names.unit(worst.key),
                share=words.share(worst.share),
                cases=words.count(worst.cases),
                smallest=report.smallest,
            )
        )
    if old := sum(map(now.count, OLD)):
        found.append(words("s_old", count=words.count(old)))
    if done := now.count(Figure.FOLLOW_UP):
        found.append(words("s_rejected", share=words.share(now.count(Figure.FOLLOW_UP_REJECTED) / done)))
    if resolved := now.count(Figure.RESOLVED):
        reopened = now.count(Figure.REOPENED)
        found.append(
            words(
                "s_reopened",
                count=words.count(reopened),
                share=words.share(reopened / resolved),
                score=words.decimal(now.mean(Figure.RATED)),
            )
        )
    return found


def compared(report: Monthly, words: Words) -> list[Compared]:
    """The main figures against the month before and the year before."""
    now, before, year = report.total, total(report.before), total(report.year_before)
    rows = [_compared(words, figure, now, before, year) for figure in COMPARED]
    for clock in COUNTED_CLOCKS:
        shares = [words.share(_share(cell, clock)) for cell in (now, before, year)]
        name = f"{words(clock.value)}: {words('share').lower()}"
        rows.append(Compared(name, shares[0], shares[1], "", shares[2], ""))
    scores = [words.decimal(cell.mean(Figure.RATED) if cell else None) for cell in (now, before, year)]
    rows.append(Compared(words("score"), scores[0], scores[1], "", scores[2], ""))
    return rows


def hops(cell: Cell) -> list[tuple[Figure, int]]:
    """How often what was resolved had moved."""
    return [(figure, cell.count(figure)) for figure in HOPS]


def flagged(flags: Iterable[Traced]) -> list[tuple[str, int, int]]:
    """Units with how many they resolved late and how many are open and overdue; most first."""
    counts: dict[str, list[int]] = {}
    for flag in flags:
        counts.setdefault(flag.unit or "", [0, 0])[flag.figure is Figure.RESOLUTION_OVERDUE] += 1
    return sorted(
        ((unit, late, overdue) for unit, (late, overdue) in counts.items()),
        key=lambda one: (-one[1] - one[2], one[0]),
    )


def largest(cells: Mapping[str, Cell], many: int) -> list[tuple[str, Cell]]:
    """The parts in which most came in."""
    return sorted(cells.items(), key=lambda one: (-one[1].count(Figure.RECEIVED), one[0]))[:many]


def _share(cell: Cell | None, clock: ClockKind = RESOLUTION) -> float | None:
    share = cell.share(clock) if cell else None
    return float(share) if share is not None else None


def _change(received: int, before: Cell | None, words: Words) -> str:
    earlier = before.count(Figure.RECEIVED) if before else 0
    if not earlier:
        return words("s_no_before")
    change = (received - earlier) / earlier
    return words("s_more" if change >= 0 else "s_less", percent=words.share(abs(change)))


def _overdue(report: Monthly, words: Words) -> str:
    overdue = report.total.overdue
    if not overdue:
        return words("s_no_overdue")
    unit, cell = max(report.now[Dimension.UNIT].items(), key=lambda one: (one[1].overdue, one[0]))
    return words(
        "s_overdue",
        count=words.count(overdue),
        unit=report.names.unit(unit),
        most=words.count(cell.overdue),
    )


def _compared(words: Words, figure: Figure, now: Cell, before: Cell | None, year: Cell | None) -> Compared:
    counts = [cell.count(figure) if cell else None for cell in (before, year)]
    said = [words.count(count) if count is not None else words("none") for count in counts]
    this = now.count(figure)
    return Compared(
        words(figure.value),
        words.count(this),
        said[0],
        words.change(this, counts[0]),
        said[1],
        words.change(this, counts[1]),
    )
