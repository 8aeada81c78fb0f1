"""How a unit is reached and when it works: ``contacts.csv``. Who is not in it works office hours."""

from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from jakarta.bad_data import BadData, Entry, read_rows
from jakarta.organisation import Mark


class Hours(StrEnum):
    """When somebody is there: the office hours of ``calendar.toml``, or day and night."""

    OFFICE = "office"
    ALWAYS = "always"


class Contact(Entry):
    """A row of ``contacts.csv``; letters to the unit go to ``email`` when mail is set up."""

    unit: str
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9+ ()-]{3,30}$")] | None = None
    hours: Hours = Hours.OFFICE
    mark: Mark


def read_contacts(file: Path, units: Collection[str]) -> dict[str, Contact]:
    """The contacts by unit. Raises ``BadData`` for an unknown unit, or one that is named twice."""
    contacts: dict[str, Contact] = {}
    for row in read_rows(file, Contact):
        if row.unit not in units:
            raise BadData(f"{file.name}: there is no unit {row.unit}.")
        if row.unit in contacts:
            raise BadData(f"{file.name}: {row.unit} comes twice.")
        contacts[row.unit] = row
    return contacts
