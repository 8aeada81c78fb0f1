"""The monthly report as a PDF, set by typst: the same bytes for the same figures."""

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from domain.clocks import ClockKind
from domain.figures import AGES, COUNTED_CLOCKS, Cell, Dimension, Figure, Ranked
from reports.charts import BAD, GOOD, LATE, PALE, Bar, bars, lines
from reports.monthly import (
    RESOLUTION,
    Monthly,
    attention,
    compared,
    flagged,
    headlines,
    hops,
    largest,
    total,
)
from reports.names import CITY, by_area
from reports.words import Words

LAYOUT = Path(__file__).parent / "monthly.typ"
MOST_RANKED, MOST_FLAGGED, MOST_CATEGORIES = 8, 15, 18

AFTER_SIX = frozenset(age for age, most in AGES if most is None or most > timedelta(days=6))
"""Ages beyond the six days within which a complaint is to be done."""

LABELS = (
    "matters", "attention", "per_day", "compared", "by_clock", "ageing", "by_coordinator", "by_city", "worst",
    "best", "by_group", "by_channel", "by_category", "hops", "flags", "flags_note", "method",
)  # fmt: skip


def monthly_pdf(report: Monthly, words: Words) -> bytes:
    """The PDF."""
    import typst  # noqa: PLC0415 - 60 MB, for who makes one

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / LAYOUT.name).write_bytes(LAYOUT.read_bytes())
        (folder / "data.json").write_text(json.dumps(_data(report, words)), encoding="utf-8")
        for chart, drawn in _charts(report, words).items():
            (folder / f"{chart}.svg").write_text(drawn, encoding="utf-8")
        made = typst.compile(folder / LAYOUT.name, root=folder, ignore_system_fonts=True)
    assert isinstance(made, bytes)
    return made


def _data(report: Monthly, words: Words) -> dict[str, Any]:
    made = report.period.end.date()
    labels = {key: words(key) for key in LABELS}
    return {
        "language": words.language,
        "title": words("title"),
        "month": words.month(report.period.first),
        "government": words("government"),
        "basis": words("basis"),
        "synthetic": words("synthetic") if report.synthetic else "",
        "made": [made.year, made.month, made.day],
        "page": words("page", page="@page", pages="@all"),
        "labels": labels | {"smallest": words("smallest", smallest=report.smallest)},
        "headlines": headlines(report, words),
        "attention": attention(report, words),
        "tiles": _tiles(report, words),
        "tables": _tables(report, words),
        "method": [
            words("method_share"),
            words("method_as_of", moment=f"{words.day(report.period.last)}, 24.00 WIB"),
            words("method_trace", month=report.period.name),
            words("method_digest", digest=report.digest),
        ],
    }


def _tiles(report: Monthly, words: Words) -> list[dict[str, str]]:
    now, before = report.total, total(report.before)
    share = now.share(RESOLUTION)
    earlier = before.share(RESOLUTION) if before else None
    said = [
        (Figure.RECEIVED, words.count(now.count(Figure.RECEIVED)), Figure.RECEIVED, GOOD),
        (Figure.RESOLVED, words.count(now.count(Figure.RESOLVED)), Figure.RESOLVED, GOOD),
        (None, words.share(float(share) if share is not None else None), None, GOOD),
        (Figure.RESOLUTION_OVERDUE, words.count(now.overdue), Figure.RESOLUTION_OVERDUE, BAD),
    ]
    return [
        {
            "label": words(figure.value if figure else "share"),
            "value": value,
            "colour": colour,
            "note": f"{words('before')}: {_earlier(before, compared_to, earlier, words)}",
        }
        for figure, value, compared_to, colour in said
    ]


def _earlier(before: Cell | None, figure: Figure | None, share: Any, words: Words) -> str:
    if before is None:
        return words("none")
    if figure:
        return words.count(before.count(figure))
    return words.share(float(share) if share is not None else None)


def _tables(report: Monthly, words: Words) -> dict[str, Any]:
    now, names = report.now, report.names
    coordinators = sorted(now[Dimension.COORDINATOR].items(), key=lambda one: -one[1].cases(RESOLUTION))
    return {
        "compared": _table(
            [words(one) for one in ("figure", "now", "before", "change", "year_before", "change_year")],
            [list(row) for row in compared(report, words)],
            [3, 1, 1, 1, 1, 1],
        ),
        "clocks": _table(
            [words(one) for one in ("clock", "on_time", "late", "overdue", "share", "hours")],
            [_clock_row(report.total, clock, words) for clock in COUNTED_CLOCKS],
            [2, 1, 1, 1.4, 1, 1],
        ),
        "coordinators": _timely(
            words("coordinator"),
            ((names.of(Dimension.COORDINATOR, key, words), cell) for key, cell in coordinators),
            words,
        ),
        "cities": _timely(
            words("city"),
            ((names.place(key, words), cell) for key, cell in by_area(now[Dimension.WARD], CITY).items()),
            words,
        ),
        "groups": _timely(
            words("group"), largest(names.by_group(now[Dimension.CATEGORY]), MOST_CATEGORIES), words
        ),
        "channels": _timely(
            words("channel"),
            ((names.channels.get(key, key), cell) for key, cell in largest(now[Dimension.CHANNEL], 20)),
            words,
        ),
        "categories": _timely(
            words("category"),
            (
                (names.category(key, words), cell)
                for key, cell in largest(now[Dimension.CATEGORY], MOST_CATEGORIES)
            ),
            words,
        ),
        "flags": _table(
            [words(one) for one in ("unit", "resolution_late", "resolution_overdue")],
            [
                [names.unit(unit), words.count(late), words.count(overdue)]
                for unit, late, overdue in flagged(report.flags)[:MOST_FLAGGED]
            ],
            [3, 1.2, 1.2],
        ),
    }


def _timely(name: str, rows: Iterable[tuple[str, Cell]], words: Words) -> dict[str, Any]:
    """One table for every dimension: what came in, what was resolved, and how much of it in time."""
    columns = [name, *(words(one) for one in ("received", "resolved", "on_time", "late", "overdue", "share"))]
    said = []
    for label, cell in rows:
        share = cell.share(RESOLUTION)
        counts = (cell.count(Figure.RECEIVED), cell.count(Figure.RESOLVED), *cell.of_clock(RESOLUTION))
        said.append(
            [label, *map(words.count, counts), words.share(float(share) if share is not None else None)]
        )
    return _table(columns, said, [3.2, 1.1, 1.2, 1, 1.1, 1.5, 1])


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> dict[str, Any]:
    return {"columns": columns, "rows": rows, "widths": widths, "text": [0]}


def _clock_row(cell: Cell, clock: ClockKind, words: Words) -> list[str]:
    share = cell.share(clock)
    ended = (Figure(f"{clock}_on_time"), Figure(f"{clock}_late"))
    return [
        words(clock.value),
        *map(words.count, cell.of_clock(clock)),
        words.share(float(share) if share is not None else None),
        words.hours(cell.mean(*ended)),
    ]


def _charts(report: Monthly, words: Words) -> Mapping[str, str]:
    now, ranked = report.total, report.by_unit()
    return {
        "days": _days(report, words),
        "clocks": bars([_timed(words(clock.value), now, clock, words) for clock in COUNTED_CLOCKS]),
        "ages": bars(
            [
                Bar(
                    words(age.value),
                    [(now.count(age), BAD if age in AFTER_SIX else PALE)],
                    words.count(now.count(age)),
                )
                for place, (age, _) in enumerate(AGES)
            ]
        ),
        "hops": bars(
            [Bar(words(figure.value), [(many, GOOD)], words.count(many)) for figure, many in hops(now)]
        ),
        "worst": bars([_unit(report, one, BAD, words) for one in ranked[: -MOST_RANKED - 1 : -1]]),
        "best": bars([_unit(report, one, GOOD, words) for one in ranked[:MOST_RANKED]]),
    }


def _days(report: Monthly, words: Words) -> str:
    days = sorted(key for key in report.now[Dimension.DAY] if key)
    cells = [report.now[Dimension.DAY][day] for day in days]
    series = [
        ([cell.count(figure) for cell in cells], colour, words(figure.value))
        for figure, colour in ((Figure.RECEIVED, LATE), (Figure.RESOLVED, GOOD))
    ]
    return lines(series, [str(int(day[-2:])) if place % 3 == 0 else "" for place, day in enumerate(days)])


def _timed(label: str, cell: Cell, clock: ClockKind, words: Words) -> Bar:
    share = cell.share(clock)
    parts = list(zip(cell.of_clock(clock), (GOOD, LATE, BAD), strict=True))
    return Bar(label, parts, words.share(float(share) if share is not None else None))


def _unit(report: Monthly, one: Ranked, colour: str, words: Words) -> Bar:
    said = f"{words.share(one.share)} · {words.count(one.cases)}"
    return Bar(_short(report.names.unit(one.key)), [(one.share, colour)], said)


def _short(name: str, most: int = 40) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
