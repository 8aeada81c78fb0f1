"""The documents of a month, made from figures that were made up by hand, and opened again."""

import csv
import io
import json
import re
import zipfile
from typing import Any

import pypdfium2
import pytest

from domain.clocks import ClockKind
from domain.figures import Cell, Dimension, Figure, Traced, ranking
from domain.organisation import Category
from domain.period import Period
from domain.place import Point
from reports.files import monthly_files
from reports.monthly import Monthly, attention, headlines
from reports.names import Names
from reports.open_data import Entry, open_data
from reports.scope import Scope, scope_letter
from reports.words import LANGUAGES, Language, Words

WARD = "31.71.01.1001"
NAMES = Names(
    channels={"jaki": "JAKI"},
    categories={"jalan": Category(code="jalan", name="Jalan rusak", name_en="Damaged road", group="Jalan")},
    places={"31.71": "Jakarta Pusat", "31.71.01": "Gambir", WARD: "Gambir"},
    units={"KEL": "=HYPERLINK(1)", "DIN": "Dinas Bina Marga", "ASDA": "Asisten"},
)
OCTOBER = Period.month(2026, 10)


def cell(received: int, on_time: int, late: int, overdue: int) -> Cell:
    counts = {
        Figure.RECEIVED: received, Figure.RESOLUTION_ON_TIME: on_time, Figure.RESOLUTION_LATE: late,
        Figure.RESOLUTION_OVERDUE: overdue, Figure.RESOLVED: on_time + late, Figure.FOLLOW_UP: on_time + late,
        Figure.RATED: 4, Figure.AGED_MORE: overdue,
    }  # fmt: skip
    sums = {Figure.RATED: 17, Figure.RESOLUTION_ON_TIME: 3600 * 10 * on_time}
    return Cell(counts={figure: many for figure, many in counts.items() if many}, sums=sums)


def cells(received: int) -> dict[Dimension, dict[str, Cell]]:
    whole = cell(received, 90, 5, 5)
    return {
        Dimension.TOTAL: {"": whole},
        Dimension.CHANNEL: {"jaki": whole},
        Dimension.CATEGORY: {"jalan": whole},
        Dimension.WARD: {WARD: whole},
        Dimension.UNIT: {"DIN": cell(0, 50, 0, 0), "KEL": cell(received, 40, 5, 5)},
        Dimension.COORDINATOR: {"ASDA": whole},
        Dimension.DAY: {"2026-10-01": whole, "": cell(0, 0, 0, 0)},
    }


FLAGS = [
    Traced(Figure.RESOLUTION_OVERDUE, f"JK261001000{n}", "jaki", "jalan", WARD, "KEL", "ASDA", None, None)
    for n in range(3)
]
REPORT = Monthly(OCTOBER, cells(1234), cells(1000), None, FLAGS, NAMES, 30, "https://tuntas.example", False)


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def files(language: Language) -> dict[str, bytes]:
    return {
        name.rpartition(".")[2]: content for name, content in monthly_files(REPORT, Words(language)).items()
    }


def test_the_pdf_says_on_its_first_page_what_matters(files: dict[str, bytes], language: Language) -> None:
    document = pypdfium2.PdfDocument(files["pdf"])
    first = " ".join(document[0].get_textpage().get_text_bounded().split())
    for sentence in (*headlines(REPORT, Words(language)), *attention(REPORT, Words(language))):
        assert sentence in first
    assert {"id": "1.234", "en": "1,234"}[language] in first
    assert {"id": "Halaman 1 dari", "en": "Page 1 of"}[language] in first
    everything = " ".join(page.get_textpage().get_text_bounded() for page in document)
    assert REPORT.digest in everything
    assert document[0].render(scale=0.5).to_pil().getbbox() is not None


def test_the_workbook_counts_by_itself_and_computes_no_name(files: dict[str, bytes]) -> None:
    book = zipfile.ZipFile(io.BytesIO(files["xlsx"]))
    tables = [name for name in book.namelist() if name.startswith("xl/tables/")]
    assert len(tables) == len(Dimension) - 1 + 5  # kecamatan, city, group, comparison, red flags
    sheets = "".join(book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name)
    formulas = re.findall(r"<f>(.*?)</f>", sheets)
    assert formulas
    assert not [formula for formula in formulas if "HYPERLINK" in formula]
    assert "=HYPERLINK(1)" in book.read("xl/sharedStrings.xml").decode()


def test_json_and_csv_say_the_same(files: dict[str, bytes]) -> None:
    said: dict[str, Any] = json.loads(files["json"])
    assert said["figures"]["total"][""]["counts"]["received"] == 1234
    assert said["figures"]["total"][""]["on_time"]["resolution"] == pytest.approx(0.9)
    assert len(said["red_flags"]) == 3
    everything = monthly_files(REPORT, Words("id"))
    rows = list(csv.DictReader(io.StringIO(everything["laporan-2026-10.csv"].decode("utf-8-sig"))))
    counted = {(row["dimension"], row["code"], row["figure"]): int(row["count"]) for row in rows}
    for dimension, by_key in said["figures"].items():
        for key, one in by_key.items():
            for figure, many in one["counts"].items():
                assert counted[dimension, key, figure] == many
    assert {row["name"] for row in rows if row["code"] == "KEL"} == {"'=HYPERLINK(1)"}


def test_a_small_unit_is_not_ranked() -> None:
    small = {"SMALL": cell(1, 0, 1, 0), **REPORT.now[Dimension.UNIT]}
    assert [one.key for one in ranking(small, ClockKind.RESOLUTION, 30)] == ["DIN", "KEL"]
    assert [one.key for one in ranking(small, ClockKind.RESOLUTION, 1)] == ["DIN", "KEL", "SMALL"]


def test_a_month_with_nothing_before_and_nothing_in_it_is_reported_too() -> None:
    empty = {dimension: dict[str, Cell]() for dimension in Dimension}
    report = REPORT._replace(now=empty, before=None, flags=[], synthetic=True)
    for language in LANGUAGES:
        assert monthly_files(report, Words(language))


def test_every_word_is_said_in_both_languages() -> None:
    from reports.words import _all

    assert all(set(said) == set(LANGUAGES) for said in _all().values())
    assert {figure.value for figure in Figure} <= set(_all())


def test_a_letter_to_a_coordinator_fits_on_one_page() -> None:
    things = [
        flag._replace(number=f"JK26100{n:05d}", unit=f"KEL-{n % 20}") for n in range(99) for flag in FLAGS[:1]
    ]
    letter = scope_letter(Scope("ASDA", OCTOBER.before, things, NAMES, "https://tuntas.example"))
    assert "99" in letter.subject
    assert letter.body.count("\n") < 66
    assert "https://tuntas.example/office/complaints/JK2610000000" in letter.body


def test_open_data_hides_private_complaints_among_their_like() -> None:
    centre = Point(latitude=-6.17, longitude=106.82)
    home = Point(latitude=-6.123456, longitude=106.876543)
    private = [Entry("jaki", "jalan", WARD, "CLOSED", "resolved", True, 7200, 0, 5, False, home)] * 6
    alone = [Entry("jaki", "jalan", "31.72.01.1001", "WAITING", "", None, None, 0, None, False, home)]
    public = [Entry("jaki", "jalan", "31.72.01.1001", "WAITING", "", None, None, 0, None, True, home)]
    files = open_data(OCTOBER, [*private, *alone, *public], NAMES, {WARD: centre}, 5)
    text = files["pengaduan-2026-10.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 8
    assert "6.123456" not in text
    open_rows = [row for row in rows if row["public"] == "yes"]
    assert [(row["latitude"], row["ward_code"]) for row in open_rows] == [("-6.123", "31.72.01.1001")]
    hidden = {tuple(row[name] for name in ("ward_code", "kecamatan", "city", "group")) for row in rows} - {
        tuple(row[name] for name in ("ward_code", "kecamatan", "city", "group")) for row in open_rows
    }
    assert hidden == {("", "", "", "")}, "one alone takes a small group with it"
    dictionary = files["kamus-data.csv"].decode("utf-8-sig")
    assert all(field in dictionary for field in rows[0])
