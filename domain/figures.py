"""The figures of a period: what each counts, and the shares that are made from them.

Every figure is a number of things that happened in the period, or that stood so at its end; each thing has
the number of its complaint, so that a figure can be followed to a list. Figures of parts add up to the whole.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from domain.clocks import ClockKind
from domain.status import Outcome
from domain.value import Value


class Figure(StrEnum):
    """What is counted. A figure of a clock is at the unit that the clock pressed."""

    RECEIVED = "received"
    FOLLOW_UP = "follow_up"
    FOLLOW_UP_REJECTED = "follow_up_rejected"
    RESOLVED = "resolved"
    CLOSED_RESOLVED = "closed_resolved"
    CLOSED_REJECTED = "closed_rejected"
    CLOSED_WITHDRAWN = "closed_withdrawn"
    CLOSED_DUPLICATE = "closed_duplicate"
    CLOSED_NO_REPLY = "closed_no_reply"
    MOVED = "moved"
    HOPS_0 = "hops_0"
    HOPS_1 = "hops_1"
    HOPS_2 = "hops_2"
    HOPS_3 = "hops_3"
    REOPENED = "reopened"
    RATED = "rated"
    RATED_LOW = "rated_low"
    OPEN = "open"
    AGED_1 = "aged_1"
    AGED_3 = "aged_3"
    AGED_6 = "aged_6"
    AGED_14 = "aged_14"
    AGED_30 = "aged_30"
    AGED_90 = "aged_90"
    AGED_MORE = "aged_more"
    RESPONSE_ON_TIME = "response_on_time"
    RESPONSE_LATE = "response_late"
    RESPONSE_OVERDUE = "response_overdue"
    RESOLUTION_ON_TIME = "resolution_on_time"
    RESOLUTION_LATE = "resolution_late"
    RESOLUTION_OVERDUE = "resolution_overdue"
    VALIDATION_ON_TIME = "validation_on_time"
    VALIDATION_LATE = "validation_late"
    VALIDATION_OVERDUE = "validation_overdue"


AGES: tuple[tuple[Figure, timedelta | None], ...] = (
    (Figure.AGED_1, timedelta(days=1)),
    (Figure.AGED_3, timedelta(days=3)),
    (Figure.AGED_6, timedelta(days=6)),
    (Figure.AGED_14, timedelta(days=14)),
    (Figure.AGED_30, timedelta(days=30)),
    (Figure.AGED_90, timedelta(days=90)),
    (Figure.AGED_MORE, None),
)
"""Ages of what is open at the end, each up to and including so long; the last has no end."""

HOPS = (Figure.HOPS_0, Figure.HOPS_1, Figure.HOPS_2, Figure.HOPS_3)
"""Of what was resolved, by how often it had moved; the last means three times or more."""

CLOSED = {outcome: Figure(f"closed_{outcome}") for outcome in Outcome}
LOW_SCORE = 2
"""A rating up to here says that the reporter is not content."""

COUNTED_CLOCKS = (ClockKind.RESPONSE, ClockKind.RESOLUTION, ClockKind.VALIDATION)
"""Clocks that press a unit. The others wait for the reporter, and are nobody's merit."""


class Dimension(StrEnum):
    """By what the figures are told apart."""

    TOTAL = "total"
    CHANNEL = "channel"
    CATEGORY = "category"
    WARD = "ward"
    UNIT = "unit"
    COORDINATOR = "coordinator"
    DAY = "day"


class Cell(Value):
    """The figures of one part: how many, and of those that have a value, its sum.

    The value of a rating is its score; that of a clock that ended the seconds that it took.
    """

    counts: Mapping[Figure, int] = {}
    sums: Mapping[Figure, int] = {}

    def count(self, figure: Figure) -> int:
        """How many."""
        return self.counts.get(figure, 0)

    def of_clock(self, clock: ClockKind) -> tuple[int, int, int]:
        """On time, late, and open with the due moment passed."""
        on_time, late, overdue = (
            self.count(Figure(f"{clock}_{how}")) for how in ("on_time", "late", "overdue")
        )
        return on_time, late, overdue

    def cases(self, clock: ClockKind) -> int:
        """How many a share is made of: those that ended, and those open that are overdue."""
        return sum(self.of_clock(clock))

    def share(self, clock: ClockKind) -> Fraction | None:
        """On time ÷ (ended + open and overdue): leaving late ones open does not flatter. None of nothing."""
        cases = self.cases(clock)
        return Fraction(self.of_clock(clock)[0], cases) if cases else None

    def mean(self, *figures: Figure) -> float | None:
        """The mean value of what these figures count; None when they count nothing."""
        many = sum(map(self.count, figures))
        return sum(self.sums.get(figure, 0) for figure in figures) / many if many else None

    @property
    def closed(self) -> int:
        """Everything that was closed, however it ended."""
        return sum(map(self.count, CLOSED.values()))

    @property
    def overdue(self) -> int:
        """What is open at the end and should have been done."""
        return self.count(Figure.RESOLUTION_OVERDUE)


def together(cells: Iterable[Cell]) -> Cell:
    """The figures of several parts as one."""
    counts: dict[Figure, int] = {}
    sums: dict[Figure, int] = {}
    for cell in cells:
        for figure, many in cell.counts.items():
            counts[figure] = counts.get(figure, 0) + many
        for figure, total in cell.sums.items():
            sums[figure] = sums.get(figure, 0) + total
    return Cell(counts=counts, sums=sums)


Cells = Mapping[Dimension, Mapping[str, Cell]]
"""The figures by each dimension and key; ``""`` is what has no such key, a complaint without a ward say."""


class Traced(NamedTuple):
    """One thing that a figure counts. ``value`` as in :class:`Cell`."""

    figure: Figure
    number: str
    channel: str
    category: str
    ward: str | None
    unit: str | None
    coordinator: str | None
    day: date | None
    value: int | None


class Ranked(Value):
    """A unit by its share of what was done in time, and of how many cases that share is made."""

    key: str
    share: float
    cases: int


def ranking(cells: Mapping[str, Cell], clock: ClockKind, smallest: int) -> list[Ranked]:
    """Best first. Who has fewer than ``smallest`` cases is left out: one case shames nobody."""
    ranked = [
        Ranked(key=key, share=float(share), cases=cell.cases(clock))
        for key, cell in cells.items()
        if key and cell.cases(clock) >= smallest and (share := cell.share(clock)) is not None
    ]
    return sorted(ranked, key=lambda one: (-one.share, -one.cases, one.key))
