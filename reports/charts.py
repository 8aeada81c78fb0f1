"""Charts as SVG: bars and lines, sized in points, in the letters of the page that they stand on."""

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

INK, PALE, GRID = "#1d2b33", "#5b6b73", "#d9e0e3"
GOOD, LATE, BAD = "#0b6e75", "#d08a1d", "#b3362b"
"""On time, late, open and overdue; told apart also in grey print by their lightness."""

FONT = "Libertinus Serif"
WIDTH = 480
ROW, LABEL = 19, 190
LINE_HEIGHT = 185
MARKS = 4


class Bar(NamedTuple):
    """A bar: what it is called, its parts one after the other, and what is written at its end."""

    label: str
    parts: Sequence[tuple[float, str]]
    said: str


def bars(rows: Sequence[Bar], width: int = WIDTH) -> str:
    """Bars from left to right, all to one scale."""
    room = width - LABEL - 70
    longest = max((sum(size for size, _ in row.parts) for row in rows), default=0) or 1
    drawn = []
    for place, row in enumerate(rows):
        y, x = place * ROW, float(LABEL)
        drawn.append(_text(LABEL - 6, y + 12, row.label, anchor="end"))
        for size, colour in row.parts:
            length = room * size / longest
            drawn.append(f'<rect x="{x:.1f}" y="{y + 2}" width="{length:.1f}" height="13" fill="{colour}"/>')
            x += length
        drawn.append(_text(x + 5, y + 12, row.said, colour=PALE))
    return _svg(width, max(1, len(rows)) * ROW, drawn)


def lines(series: Sequence[tuple[Sequence[int], str, str]], labels: Sequence[str], width: int = WIDTH) -> str:
    """One line for each of ``series`` (values, colour, name) over ``labels``, with a scale from zero."""
    top = _rounded(max((max(values, default=0) for values, _, _ in series), default=0))
    left, bottom, room = 38, LINE_HEIGHT - 22, width - 50
    drawn = []
    for mark in range(MARKS + 1):
        y = bottom - mark * (bottom - 20) / MARKS
        drawn += [
            f'<line x1="{left}" y1="{y:.1f}" x2="{left + room}" y2="{y:.1f}" stroke="{GRID}"/>',
            _text(left - 5, y + 3, f"{top * mark // MARKS}", anchor="end", colour=PALE),
        ]
    step = room / max(1, len(labels) - 1)
    for values, colour, _ in series:
        points = " ".join(
            f"{left + n * step:.1f},{bottom - value * (bottom - 20) / top:.1f}"
            for n, value in enumerate(values)
        )
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6"/>')
    drawn += [
        _text(left + n * step, bottom + 13, label, anchor="middle", colour=PALE)
        for n, label in enumerate(labels)
        if label
    ]
    x = float(left)
    for _, colour, name in series:
        drawn += [f'<rect x="{x:.0f}" y="3" width="9" height="9" fill="{colour}"/>', _text(x + 13, 11, name)]
        x += 40 + 5.2 * len(name)
    return _svg(width, LINE_HEIGHT, drawn)


def _rounded(most: int) -> int:
    """A round number not below, of which a quarter is round too."""
    size = 4
    while size < most:
        size = size * 5 // 2 if str(size)[0] == "4" else size * 2
    return size


def _text(x: float, y: float, said: str, *, anchor: str = "start", colour: str = INK) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{FONT}" font-size="9.5" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(said)}</text>'
    )


def _svg(width: float, height: float, drawn: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{"".join(drawn)}</svg>'
    )
