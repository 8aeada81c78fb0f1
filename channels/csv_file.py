"""Complaints from a CSV file: a mapping says which column is what; bad rows are named, good ones kept."""

import csv
import tomllib
from _csv import Reader
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from channels.bad_input import sentence
from domain.intake import Intake

BIGGEST_FIELD = 16 * 1024 * 1024
"""Bytes: a cell larger than this is a broken quote, not a complaint."""


class UnreadableFile(Exception):
    """The file as a whole cannot be taken: missing, empty, or without the columns it must have."""


class BadRow(NamedTuple):
    """A row that cannot be taken: the line it begins on, why, and what it said."""

    line: int
    reason: str
    cells: list[str]


class GoodRow(NamedTuple):
    """A row that can be taken, and the line it begins on."""

    line: int
    intake: Intake


Columns = Annotated[
    tuple[str, ...], BeforeValidator(lambda value: (value,) if isinstance(value, str) else value)
]


class Shape(BaseModel):
    """Which column is which field; several columns for one field are joined."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reference: Columns = ("reference",)
    category: Columns = ("category",)
    text: Columns = ("text",)
    latitude: Columns = ("latitude",)
    longitude: Columns = ("longitude",)
    place: Columns = ("place",)
    name: Columns = ("name",)
    contact: Columns = ("contact",)


class CsvMapping(BaseModel):
    """How to read a file: its columns, its words for our categories, and the category for all others."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    delimiter: str = ","
    columns: Shape = Shape()
    categories: dict[str, str] = {}
    other_category: str | None = None

    @classmethod
    def load(cls, path: Path) -> "CsvMapping":
        """Reads a mapping from TOML. Raises ``UnreadableFile`` with what is wrong in it."""
        try:
            return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise UnreadableFile(f"The mapping {path} cannot be read: {error.strerror}.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UnreadableFile(f"The mapping {path} is not valid TOML: {error}.") from error
        except ValidationError as error:
            raise UnreadableFile(f"The mapping {path} is not valid: {sentence(error)}") from error

    def with_columns(self, pairs: dict[str, str]) -> "CsvMapping":
        """The same with some columns named anew. Raises ``UnreadableFile`` for a field there is not."""
        try:
            return self.model_copy(
                update={"columns": Shape.model_validate(self.columns.model_dump() | pairs)}
            )
        except ValidationError as error:
            raise UnreadableFile(
                f"{sentence(error)} Fields that can be mapped: {', '.join(Shape.model_fields)}."
            ) from error


def read(path: Path, channel: str, mapping: CsvMapping) -> Iterator[GoodRow | BadRow]:
    """The rows of a file, one by one. Raises ``UnreadableFile`` before the first when there is none to read.

    A row in another encoding than UTF-8, with too few or too many cells, or with a value that a
    complaint cannot have is a ``BadRow``.
    """
    csv.field_size_limit(BIGGEST_FIELD)
    try:
        file = path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        rows = csv.reader(file, delimiter=mapping.delimiter, strict=True)
        header = _header(rows, path, mapping)
        yield from _rows(rows, header, channel, mapping)


def _header(rows: Reader, path: Path, mapping: CsvMapping) -> list[str]:
    try:
        header = [cell.strip() for cell in next(rows)]
    except StopIteration:
        raise UnreadableFile(f"{path} is empty: its first line must name the columns.") from None
    except csv.Error as error:
        raise UnreadableFile(f"{path} is not a CSV file: {error}.") from error
    needed = {*mapping.columns.reference, *mapping.columns.text}
    if not mapping.other_category:
        needed |= {*mapping.columns.category}
    if missing := sorted(needed - set(header)):
        raise UnreadableFile(
            f"{path} has no column {', '.join(missing)}. Its columns are: {', '.join(header)[:500]}. "
            "Say which is which with --map FILE or --column FIELD=COLUMN."
        )
    return header


def _rows(rows: Reader, header: list[str], channel: str, mapping: CsvMapping) -> Iterator[GoodRow | BadRow]:
    while True:
        line = rows.line_num + 1
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield BadRow(
                line, f"the row is broken off or badly quoted ({error}); nothing after it was read", []
            )
            return
        if cells:
            yield _row(line, cells, header, channel, mapping)


def _row(
    line: int, cells: list[str], header: list[str], channel: str, mapping: CsvMapping
) -> GoodRow | BadRow:
    if len(cells) != len(header):
        return BadRow(line, f"the row has {len(cells)} cells, the header names {len(header)}", cells)
    if any("\udc80" <= letter <= "\udcff" for cell in cells for letter in cell):
        return BadRow(line, "the row is not UTF-8; save the file as UTF-8", cells)
    try:
        return GoodRow(line, _intake(dict(zip(header, cells, strict=True)), channel, mapping))
    except ValidationError as error:
        return BadRow(line, sentence(error), cells)


def _intake(row: dict[str, str], channel: str, mapping: CsvMapping) -> Intake:
    shape = mapping.columns
    latitude, longitude = _cell(row, shape.latitude), _cell(row, shape.longitude)
    theirs = _cell(row, shape.category)
    ours = mapping.categories.get(theirs, mapping.other_category or theirs)
    return Intake.model_validate(
        {
            "channel": channel,
            "reference": _cell(row, shape.reference),
            "category": ours,
            "text": _cell(row, shape.text),
            "point": {"latitude": latitude, "longitude": longitude} if latitude or longitude else None,
            "place": _cell(row, shape.place) or None,
            "reporter": {
                "name": _cell(row, shape.name) or None,
                "contact": _cell(row, shape.contact) or None,
            },
        }
    )


def _cell(row: dict[str, str], columns: tuple[str, ...]) -> str:
    return ". ".join(text for column in columns if (text := row.get(column, "").strip()))
