"""The policies: dated files with limits, ladder and hops; one of them is frozen into each complaint."""

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field

from domain.policy import ClockRule, Span, SpanUnit
from jakarta.bad_data import Entry, read_toml

SINGULAR = {
    "hour": "hours",
    "second": "seconds",
    "working_minute": "working_minutes",
    "working_day": "working_days",
    "calendar_day": "calendar_days",
}
PLAIN = {"seconds": 1, "hours": 3600, "days": 86400, "day": 86400, "hour": 3600}


def _span(text: object) -> Span:
    amount, _, unit = str(text).partition(" ")
    try:
        return Span(amount=int(amount), unit=SpanUnit(SINGULAR.get(unit, unit)))
    except ValueError:
        units = ", ".join(SpanUnit)
        raise ValueError(f"{text!r} is no limit; write a number above 0 and one of {units}") from None


def _delay(text: object) -> timedelta:
    amount, _, unit = str(text).partition(" ")
    try:
        return timedelta(seconds=int(amount) * PLAIN[unit])
    except (ValueError, KeyError):
        raise ValueError(f"{text!r} is no delay; write a number and one of {', '.join(PLAIN)}") from None


Limit = Annotated[Span, BeforeValidator(_span)]
Delay = Annotated[timedelta, BeforeValidator(_delay)]


class ClockTable(Entry):
    """One clock of a policy."""

    limit: Limit
    warn_before: Delay | None = None

    def rule(self) -> ClockRule:
        """The clock as the domain knows it."""
        return ClockRule(limit=self.limit, warn_before=self.warn_before)


class PolicyFile(Entry):
    """A file of ``policies/``. ``category`` may give single categories another resolution clock."""

    source: str
    effective_from: date
    hop_limit: int = 3
    coarse_metres: float = 250
    ladder_after: tuple[Delay, ...]
    remind_every: Delay
    deliver_within: Delay
    digest_every: Limit
    response: ClockTable
    resolution: ClockTable
    validation: ClockTable
    reply: ClockTable
    feedback: ClockTable
    category: dict[str, ClockTable] = Field(default_factory=dict)


def load_policies(folder: Path) -> dict[str, PolicyFile]:
    """Every policy by its name, which is that of its file. Raises ``BadData``."""
    return {path.stem: read_toml(path, PolicyFile) for path in sorted(folder.glob("*.toml"))}
