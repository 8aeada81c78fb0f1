"""The monthly report as a workbook: live tables with filters, totals and formulas that count anew."""

from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any

from domain.clocks import ClockKind
from domain.figures import COUNTED_CLOCKS, Cell, Dimension, Figure, together
from reports.monthly import COMPARED, Monthly, attention, headlines, total
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
        self._head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#0b6e75", "font_color": "#ffffff"}
        )
        self._wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self._bold = book.add_format({"bold": True, "num_format": "#,##0"})
        self._change = book.add_format({"num_format": "+0.0%;-0.0%"})
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
            sheet.set_row(row, 18)
            row += 1
        self._comparison(sheet, row + 1)
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 5, 16)
        sheet.fit_to_pages(1, 0)

    def _comparison(self, sheet: Any, first: int) -> None:
        """The main figures as numbers; what changed is computed."""
        words, report = self._words, self._report
        names = ("figure", "now", "before", "change", "year_before", "change_year")
        columns = [{"header": words(name), "header_format": self._head} for name in names]
        options = {"name": "compared", "style": "Table Style Medium 2", "columns": columns}
        sheet.add_table(first, 0, first + len(COMPARED), len(names) - 1, options)
        periods = (report.total, total(report.before), total(report.year_before))
        for line, figure in enumerate(COMPARED, first + 1):
            now, before, year = (cell.count(figure) if cell else None for cell in periods)
            sheet.write_string(line, 0, words(figure.value))
            for column, many in ((1, now), (2, before), (4, year)):
                if many is not None:
                    sheet.write_number(line, column, many, self._count)
            for column, earlier in ((3, before), (5, year)):
                ours, theirs = _at(line, 1), _at(line, column - 1)
                shown = (now or 0) / earlier - 1 if earlier else ""
                formula = f'=IF(N({theirs})=0,"",{ours}/{theirs}-1)'
                sheet.write_formula(line, column, formula, self._change, shown)

    def cells(self, name: str, table: str, rows: Sequence[tuple[str, str, Cell]]) -> None:
        """All figures of one dimension. Shares are formulas, and so are the sums of the lines that show."""
        sheet = self._sheet(name, f"{name}: {self._words.month(self._report.period.first)}")
        headers = self._headers()
        options = {
            "columns": [{"header": header, "header_format": self._head} for header in headers],
            "name": f"figures_{table}", "style": "Table Style Medium 2",
        }  # fmt: skip
        last = FIRST + max(1, len(rows))
        sheet.add_table(FIRST, 0, last, len(headers) - 1, options)
        for line, row in enumerate(rows, FIRST + 1):
            self._line(sheet, line, *row)
        sheet.write_string(FIRST - 1, 1, self._words("shown"), self._bold)
        whole = together(cell for _, _, cell in rows)
        for column, figure in enumerate(Figure, 2):
            formula = f"=SUBTOTAL(109,{_at(FIRST + 1, column)}:{_at(last, column)})"
            sheet.write_formula(FIRST - 1, column, formula, self._bold, whole.count(figure))
        sheet.freeze_panes(FIRST + 1, 2)
        sheet.set_row(FIRST, 45)
        sheet.repeat_columns(0, 1)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 44)
        sheet.set_column(2, len(headers) - 1, 13)

    def _line(self, sheet: Any, line: int, key: str, label: str, cell: Cell) -> None:
        sheet.write_string(line, 0, key)
        sheet.write_string(line, 1, label)
        for column, figure in enumerate(Figure, 2):
            sheet.write_number(line, column, cell.count(figure), self._count)
        column = 2 + len(Figure)
        hours = cell.mean(Figure.RESOLUTION_ON_TIME, Figure.RESOLUTION_LATE)
        if hours is not None:
            sheet.write_number(line, column, hours / SECONDS_PER_HOUR, self._hours)
        for place, clock in enumerate(COUNTED_CLOCKS, column + 1):
            share = cell.share(clock)
            formula = _share(clock, line)
            sheet.write_formula(line, place, formula, self._share, float(share) if share is not None else "")

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
                {
                    "header": words(name),
                    "header_format": self._head,
                    **({"format": self._hours} if name == "took" else {}),
                }
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
        return sheet

    def _headers(self) -> list[str]:
        words = self._words
        return [
            words("code"),
            words("name"),
            *(words(figure.value) for figure in Figure),
            f"{words('resolution')}: {words('hours').lower()}",
            *(f"{words(clock.value)}: {words('share').lower()}" for clock in COUNTED_CLOCKS),
        ]


def _share(clock: ClockKind, line: int) -> str:
    """On time ÷ (ended + open and overdue), from the cells of the line: they stand side by side."""
    first = 2 + list(Figure).index(Figure(f"{clock}_on_time"))
    every = f"SUM({_at(line, first)}:{_at(line, first + 2)})"
    return f'=IF({every}=0,"",{_at(line, first)}/{every})'


def _at(line: int, column: int) -> str:
    """A cell by the name that formulas give it. Names of columns would not be understood everywhere."""
    from xlsxwriter.utility import xl_rowcol_to_cell  # noqa: PLC0415

    name: str = xl_rowcol_to_cell(line, column)
    return name
