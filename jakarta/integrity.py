"""From where on something strikes in the integrity view: ``integrity.toml``."""

from pathlib import Path

from domain.integrity import Thresholds
from jakarta.bad_data import Entry, read_toml


class _Thresholds(Entry, Thresholds):
    """As the file states them: a name that is not known is refused."""


def read_thresholds(file: Path) -> Thresholds:
    """The thresholds. Raises ``BadData``."""
    return read_toml(file, _Thresholds)
