"""Reading the files of the city: what is wrong is named with file, place and reason."""

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError


class BadData(ValueError):
    """A file of the city cannot be used; the message names file, line or table, and reason."""


class Entry(BaseModel):
    """One row or table of a file; a field that is not known is a typing mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


E = TypeVar("E", bound=Entry)


def read_rows(path: Path, model: type[E]) -> Iterator[E]:
    """The rows of a CSV file. An empty cell is a missing value. Raises ``BadData``."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            for row in reader:
                filled = {key: cell.strip() for key, cell in row.items() if cell and cell.strip()}
                yield _valid(model, filled, f"{path.name}, line {reader.line_num}")
    except (OSError, UnicodeDecodeError, csv.Error, AttributeError) as error:
        raise BadData(f"{path} cannot be read: {error}.") from error


def read_toml(path: Path, model: type[E]) -> E:
    """A TOML file as a whole. Raises ``BadData``."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadData(f"{path} cannot be read: {error}.") from error
    return _valid(model, tables, path.name)


def _valid(model: type[E], values: dict[Any, Any], where: str) -> E:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BadData(f"{where}: {field}: {first['msg']}.") from error
