"""The words of reports in two languages, and numbers as each language writes them."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, Literal

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, ...] = ("id", "en")

FILE = Path(__file__).parent / "words.toml"
SECONDS_PER_HOUR = 3600
NOTHING = "\u2013"
"""Stands where there is no number."""


class Words:
    """Says things in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._said = _all()

    def __call__(self, key: str, **facts: object) -> str:
        """The words for a key, with facts filled in. Raises ``KeyError`` for one that is not known."""
        return Template(self._said[key][self.language]).substitute(facts)

    def count(self, number: int) -> str:
        """16.496 in Indonesian, 16,496 in English."""
        return self._localised(f"{number:,}")

    def share(self, share: float | None) -> str:
        """95,9 % or 95.9 %; a dash where there is nothing to divide."""
        return NOTHING if share is None else self._localised(f"{100 * share:.1f} %")

    def decimal(self, value: float | None) -> str:
        """With one decimal; a dash for none."""
        return NOTHING if value is None else self._localised(f"{value:,.1f}")

    def hours(self, seconds: float | None) -> str:
        """Hours with one decimal."""
        return NOTHING if seconds is None else self.decimal(seconds / SECONDS_PER_HOUR)

    def change(self, now: int, before: int | None) -> str:
        """How much more or less than before, in percent with its sign; a dash when before is nothing."""
        return NOTHING if not before else self._localised(f"{100 * (now - before) / before:+.1f} %")

    def month(self, first: date) -> str:
        """Oktober 2026 or October 2026."""
        return f"{self(f'month_{first.month}')} {first.year}"

    def day(self, day: date) -> str:
        """1 November 2026."""
        return f"{day.day} {self.month(day)}"

    def _localised(self, number: str) -> str:
        return number.translate(str.maketrans(",.", ".,")) if self.language == "id" else number


@cache
def _all() -> dict[str, dict[str, Any]]:
    return {
        key: said
        for table in tomllib.loads(FILE.read_text(encoding="utf-8")).values()
        for key, said in table.items()
    }
