"""The rules of reports: who gets them, and how small a group may be. ``reports.toml``."""

from collections.abc import Collection
from pathlib import Path

from pydantic import Field

from jakarta.bad_data import BadData, Entry, read_toml


class ReportRules(Entry):
    """``smallest_ranked``: cases below which no unit is ranked; ``smallest_cell``: in open data."""

    smallest_ranked: int = Field(ge=1)
    smallest_cell: int = Field(ge=1)
    recipients: tuple[str, ...]


def read_report_rules(file: Path, units: Collection[str]) -> ReportRules:
    """The rules. Raises ``BadData`` when a recipient is no unit."""
    rules = read_toml(file, ReportRules)
    if unknown := [code for code in rules.recipients if code not in units]:
        raise BadData(f"{file.name}: there is no unit {unknown[0]}.")
    return rules
