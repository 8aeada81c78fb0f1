"""The monthly report as a workbook: live tables with filters, totals and formulas that count anew."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any

from domain.figures import COUNTED_CLOCKS, Cell, Dimension, Figure
from reports.monthly import Monthly, attention, compared, headlines
from reports.names import CITY, KECAMATAN, by_area
from reports.words import SECONDS_PER_HOUR, Words

FIRST = 2
"""The row in which a table begins, under its title."""

SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "constant_memory": False}
"""A name that looks like a formula stays a name."""


def monthly_workbook(report: Monthly, words: Words) -> bytes:
    """The workbook; the same figures give the same content."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - for who makes one

    buffer = BytesIO()
    with Workbook(buffer, SAFE) as book:
        made = report.period.end.replace(tzinfo=None) + timedelta(hours=7)
        title = f"{words('title')} {words.month(report.period.first)}"
        book.set_properties({"title": title, "created": made, "author": words("government")})
        sheets = _Sheets(book, report, words)
        sheets.summary()
        for dimension in (Dimension.COORDINATOR, Dimension.UNIT):
            sheets.cells(words(dimension.value), dimension.value, sheets.named(dimension))
        for name, length in (("city", CITY), ("kecamatan", KECAMATAN)):
            areas = by_area(report.now[Dimension.WARD], length)
            sheets.cells(
                words(name), name, [(key, report.names.place(key, words), areas[key]) for key in areas]
            )
        groups = report.names.by_group(report.now[Dimension.CATEGORY])
        sheets.cells(words("group"), "group", [(key, key, groups[key]) for key in groups])
        for dimension in (Dimension.WARD, Dimension.CATEGORY, Dimension.CHANNEL, Dimension.DAY):
            sheets.cells(words(dimension.value), dimension.value, sheets.named(dimension))
        sheets.flags()
        sheets.method()
    return buffer.getvalue()


class _Sheets:
    """Writes one sheet after the other."""

    def __init__(self, book: Any, report: Monthly, words: Words) -> None:
        self._book, self._report, self._words = book, report, words
        self._title = book.add_format({"bold": True, "font_size": 14, "font_color": "#0b6e75"})
        self._head = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self._share = book.add_format({"num_format": "0.0%"})
        self._hours = book.add_format({"num_format": "#,##0.0"})
        self._count = book.add_format({"num_format": "#,##0"})

    def named(self, dimension: Dimension) -> list[tuple[str, str, Cell]]:
        """The parts of a dimension with their names."""
        cells = self._report.now[dimension]
        return [
            (key, self._report.names.of(dimension, key, self._words), cell) for key, cell in cells.items()
        ]

    def summary(self) -> None:
        """The sentences of the first page, and the comparison."""
        words, report = self._words, self._report
        sheet = self._sheet(words("matters"), f"{words('title')}: {words.month(report.period.first)}")
        row = FIRST
        if report.synthetic:
            sheet.write_string(row, 0, words("synthetic"))
            row += 1
        for sentence in (*headlines(report, words), *attention(report, words)):
            sheet.merge_range(row, 0, row, 5, sentence, self._wrap)
            sheet.set_row(row, 30)
            row += 1
        names = ("figure", "now", "before", "change", "year_before", "change_year")
        columns = [{"header": words(name)} for name in names]
        data = [list(one) for one in compared(report, words)]
        options = {"data": data, "columns": columns, "name": "compared", "style": "Table Style Medium 2"}
        sheet.add_table(row + 1, 0, row + 1 + len(data), 5, options)
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 5, 16)

    def cells(self, name: str, table: str, rows: Sequence[tuple[str, str, Cell]]) -> None:
        """All figures of one dimension; shares and means are formulas."""
        sheet = self._sheet(name, f"{name}: {self._words.month(self._report.period.first)}")
        columns = self._columns()
        data = [[key, label, *(cell.count(figure) for figure in Figure)] for key, label, cell in rows]
        hours = [_hours(cell) for _, _, cell in rows]
        options = {
            "columns": columns, "name": f"figures_{table}", "style": "Table Style Medium 2",
            "total_row": True,
            "data": [[*line, took] for line, took in zip(data, hours, strict=True)],
        }  # fmt: skip
        last = FIRST + len(rows) + 1
        sheet.add_table(FIRST, 0, last, len(columns) - 1, options)
        for place, clock in enumerate(COUNTED_CLOCKS):
            column = 2 + len(Figure) + 1 + place
            for line, (_, _, cell) in enumerate(rows, FIRST + 1):
                share = cell.share(clock)
                shown = float(share) if share is not None else ""
                sheet.write_formula(line, column, _share(clock, self._words), self._share, shown)
        sheet.freeze_panes(FIRST + 1, 2)
        sheet.set_row(FIRST, 45, self._head)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 44)
        sheet.set_column(2, len(columns) - 1, 13)

    def flags(self) -> None:
        """Every complaint that missed the citizen's deadline, with a link."""
        words, report = self._words, self._report
        sheet = self._sheet(words("flags"), words("flags"))
        sheet.write_string(1, 0, words("flags_note"))
        names = ("unit", "number", "what", "category", "place", "took", "link")
        rows = sorted(report.flags, key=lambda one: (one.unit or "", one.number))
        data = [
            [
                report.names.unit(one.unit or ""), one.number, words(one.figure.value),
                report.names.category(one.category, words), report.names.place(one.ward or "", words),
                one.value / SECONDS_PER_HOUR if one.value is not None else None, report.link(one.number),
            ]
            for one in rows
        ]  # fmt: skip
        options = {
            "columns": [
                {"header": words(name), **({"format": self._hours} if name == "took" else {})}
                for name in names
            ],
            "data": data or [[""] * len(names)], "name": "red_flags", "style": "Table Style Medium 3",
        }  # fmt: skip
        sheet.add_table(FIRST, 0, FIRST + max(1, len(data)), len(names) - 1, options)
        sheet.freeze_panes(FIRST + 1, 0)
        for column, width in enumerate((44, 15, 26, 30, 24, 14, 50)):
            sheet.set_column(column, column, width)

    def method(self) -> None:
        """How it is counted."""
        words, report = self._words, self._report
        sheet = self._sheet(words("method"), words("method"))
        said = (
            words("method_share"),
            words("method_as_of", moment=f"{words.day(report.period.last)}, 24.00 WIB"),
            words("method_trace", month=report.period.name),
            words("method_digest", digest=report.digest),
        )
        for row, sentence in enumerate(said, FIRST):
            sheet.write_string(row, 0, sentence, self._wrap)
        sheet.set_column(0, 0, 110)

    def _sheet(self, name: str, title: str) -> Any:
        sheet = self._book.add_worksheet(name.replace("/", "-")[:31])
        sheet.write_string(0, 0, title, self._title)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def _columns(self) -> list[Mapping[str, Any]]:
        words = self._words
        summed = {"total_function": "sum", "format": self._count}
        return [
            {"header": words("code"), "total_string": words("total")},
            {"header": words("name")},
            *({"header": words(figure.value), **summed} for figure in Figure),
            {"header": f"{words('resolution')}: {words('hours').lower()}", "format": self._hours},
            *(
                {
                    "header": f"{words(clock.value)}: {words('share').lower()}",
                    "formula": _share(clock, words),
                    "format": self._share,
                }
                for clock in COUNTED_CLOCKS
            ),
        ]


def _share(clock: str, words: Words) -> str:
    on_time, late, overdue = (f"[@[{words(f'{clock}_{how}')}]]" for how in ("on_time", "late", "overdue"))
    return f'=IF({on_time}+{late}+{overdue}=0,"",{on_time}/({on_time}+{late}+{overdue}))'


def _hours(cell: Cell) -> float | None:
    mean = cell.mean(Figure.RESOLUTION_ON_TIME, Figure.RESOLUTION_LATE)
    return mean / SECONDS_PER_HOUR if mean is not None else None
