"""Charts as geometry, which ``templates/charts.html`` draws as SVG: no library, no style in the picture."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from math import ceil, floor, log10
from typing import NamedTuple

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 12, 30
STEPS = 4
NICE = (1, 2, 2.5, 5, 10)
LABELS_APART_PX = 84


class Series(NamedTuple):
    """One line: its name, its class in the stylesheet (empty: the usual), and a value for each day."""

    name: str
    tone: str
    values: Sequence[int]


class Mark(NamedTuple):
    """A place on an axis, with what is written there."""

    at: float
    value: float | date


class Dot(NamedTuple):
    """A point of a line."""

    x: float
    y: float


class Line(NamedTuple):
    """A line as it is drawn."""

    series: Series
    dots: Sequence[Dot]

    @property
    def points(self) -> str:
        """As SVG writes them."""
        return " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in self.dots)


class LineChart(NamedTuple):
    """Lines over days."""

    days: Sequence[date]
    lines: Sequence[Line]
    across: Sequence[Mark]
    up: Sequence[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def line_chart(days: Sequence[date], series: Sequence[Series]) -> LineChart:
    """The chart of these series, which have a value for each day; from nothing upwards."""
    top = nice_top(max((value for one in series for value in one.values), default=0))
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    xs = [LEFT + wide * at / max(len(days) - 1, 1) for at in range(len(days))]
    every = max(ceil(len(days) * LABELS_APART_PX / wide), 1)
    return LineChart(
        days=days,
        lines=[
            Line(
                one, [Dot(x, TOP + high * (1 - value / top)) for x, value in zip(xs, one.values, strict=True)]
            )
            for one in series
        ],
        across=[Mark(x, day) for at, (x, day) in enumerate(zip(xs, days, strict=True)) if at % every == 0],
        up=[Mark(TOP + high * (1 - at / STEPS), top * at / STEPS) for at in range(STEPS + 1)],
    )


def nice_top(most: int) -> int:
    """The end of an axis: at least the most, and divisible into steps that people like to read."""
    if most <= STEPS:
        return STEPS
    size = 10.0 ** floor(log10(most / STEPS))
    step = next(nice * size for nice in NICE if nice * size * STEPS >= most)
    return ceil(step) * STEPS


def heat_bounds(most: int, steps: int = 4) -> list[int]:
    """The lowest count of each tone of a map, from 1: each reaches to below the next."""
    if most <= steps:
        return list(range(1, max(most, 1) + 1))
    found = [1, *(ceil(most * at / steps) for at in range(1, steps))]
    return [one for one, after in pairwise([*found, most + 1]) if one < after]


def heat(count: int, bounds: Sequence[int]) -> int:
    """The tone of a count: 0 for none, else how many bounds it reaches."""
    return sum(count >= bound for bound in bounds)
