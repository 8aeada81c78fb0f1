"""The monthly report as files: PDF and workbook for people, JSON and CSV for programs."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from pydantic_core import to_json

from domain.csv_cell import disarmed
from domain.figures import COUNTED_CLOCKS, Cell, Cells, Figure
from reports.monthly import Monthly
from reports.pdf import monthly_pdf
from reports.words import Words
from reports.workbook import monthly_workbook

SCHEMA = "tuntas-report/1"


def monthly_files(report: Monthly, words: Words) -> Mapping[str, bytes]:
    """The files of a report by their names."""
    stem = f"{'laporan' if words.language == 'id' else 'report'}-{report.period.name}"
    return {
        f"{stem}.pdf": monthly_pdf(report, words),
        f"{stem}.xlsx": monthly_workbook(report, words),
        f"{stem}.json": monthly_json(report),
        f"{stem}.csv": monthly_csv(report, words),
        f"{stem}-{'bendera-merah' if words.language == 'id' else 'red-flags'}.csv": flags_csv(report, words),
    }


def monthly_json(report: Monthly) -> bytes:
    """The figures for programs: counts, sums and shares by dimension and code."""
    said = {
        "schema": SCHEMA,
        "period": report.period.name,
        "from": report.period.start.isoformat(),
        "until": report.period.end.isoformat(),
        "digest": report.digest,
        "synthetic": report.synthetic,
        "smallest_ranked": report.smallest,
        "figures": _figures(report.now),
        "before": _figures(report.before) if report.before else None,
        "year_before": _figures(report.year_before) if report.year_before else None,
        "red_flags": [_flag(report, place) for place in range(len(report.flags))],
    }
    return to_json(said, indent=1) + b"\n"


def monthly_csv(report: Monthly, words: Words) -> bytes:
    """Every figure of every dimension, one a line."""
    rows = (
        (dimension.value, key, report.names.of(dimension, key, words), figure.value, cell.count(figure))
        for dimension, cells in report.now.items()
        for key, cell in cells.items()
        for figure in Figure
        if cell.count(figure)
    )
    return written(("dimension", "code", "name", "figure", "count"), rows)


def flags_csv(report: Monthly, words: Words) -> bytes:
    """The red-flag list: which complaint of which unit, what is on record, and where to look."""
    rows = (
        (one.unit, report.names.unit(one.unit or ""), one.number, one.figure.value, words(one.figure.value),
         one.category, one.ward, report.link(one.number))
        for one in sorted(report.flags, key=lambda flag: (flag.unit or "", flag.number))
    )  # fmt: skip
    return written(("unit", "unit_name", "number", "fact", "meaning", "category", "ward", "link"), rows)


def written(names: Sequence[str], rows: Iterator[Sequence[object]]) -> bytes:
    """A CSV file in UTF-8, with a mark by which spreadsheets know that; nothing in it is computed."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    for row in rows:
        writer.writerow([disarmed(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def _figures(cells: Cells) -> dict[str, dict[str, dict[str, object]]]:
    return {
        dimension.value: {key: _cell(cell) for key, cell in by_key.items()}
        for dimension, by_key in cells.items()
    }


def _cell(cell: Cell) -> dict[str, object]:
    shares = {clock.value: cell.share(clock) for clock in COUNTED_CLOCKS}
    return {
        "counts": {figure.value: cell.count(figure) for figure in Figure if cell.count(figure)},
        "sums": {figure.value: cell.sums[figure] for figure in Figure if figure in cell.sums},
        "on_time": {clock: float(share) for clock, share in shares.items() if share is not None},
    }


def _flag(report: Monthly, place: int) -> dict[str, object]:
    one = report.flags[place]
    return {
        "unit": one.unit, "number": one.number, "fact": one.figure.value, "category": one.category,
        "ward": one.ward, "link": report.link(one.number),
    }  # fmt: skip
