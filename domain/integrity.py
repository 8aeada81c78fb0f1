"""What strikes about how complaints are handled: facts for the Inspectorate to look into, never a verdict.

Pergub 39/2019 art. 11 has the Inspektur supervise the units. Each rule can be read in a sentence; its
thresholds are policy (:class:`Thresholds`, ``jakarta/data/integrity.toml``). What a rule finds is a fact with
the complaints that it rests on; whether it means anything, a human says.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from math import exp, lgamma, log

from pydantic import Field

from domain.period import Period, PeriodKind
from domain.value import Value
from domain.wib import WIB


class Rule(StrEnum):
    """What is looked for. The first four are about one complaint, the others about a month."""

    PICTURE = "picture"
    TOO_FAST = "too_fast"
    RE_ENTERED = "re_entered"
    PING_PONG = "ping_pong"
    FAST_UNIT = "fast_unit"
    ACCEPTS_ALL = "accepts_all"
    ONE_CLOSER = "one_closer"
    MONTH_END = "month_end"
    LOW_RATINGS = "low_ratings"


class FindingState(StrEnum):
    """What the Inspectorate says of a finding: not yet anything, that it has a good reason, or that not."""

    OPEN = "open"
    EXPLAINED = "explained"
    CONFIRMED = "confirmed"


Facts = Mapping[str, int | float | str]
"""What a finding rests on, by name: counts, shares between 0 and 1, seconds, codes."""


class Found(Value):
    """Something that strikes. ``subject`` is what it is about: a complaint, a unit, a person or a pair.

    ``month`` is the first day of the month in which it happened; ``unit`` the unit that has to explain it.
    ``numbers`` are the complaints that it rests on.
    """

    rule: Rule
    month: date
    subject: str
    unit: str | None
    numbers: tuple[str, ...]
    facts: Facts

    @property
    def id(self) -> str:
        """The same for the same thing, however often it is found."""
        said = f"{self.rule}|{self.month.isoformat()}|{self.subject}"
        return f"{self.rule.replace('_', '-')}-{sha256(said.encode()).hexdigest()[:12]}"

    @property
    def digest(self) -> str:
        """Tells whether the facts are still those that somebody saw."""
        said = sorted((name, str(fact)) for name, fact in self.facts.items())
        return sha256(repr(said).encode()).hexdigest()[:16]


class Judgement(Value):
    """What somebody of the Inspectorate said about a finding, and on which facts; kept for ever."""

    at: datetime
    by: str
    state: FindingState
    note: str
    facts: Facts


class Finding(Value):
    """A finding as it is kept. ``gone_at``: since when the rule no longer finds it; months go on."""

    id: str
    found: Found
    found_at: datetime
    gone_at: datetime | None = None
    judgements: tuple[Judgement, ...] = ()

    @property
    def state(self) -> FindingState:
        """What was said last; open when nothing was."""
        return self.judgements[-1].state if self.judgements else FindingState.OPEN


class Thresholds(Value):
    """From where on something strikes. All are our own choice [O]: the rule itself names none.

    ``chance``: a share strikes when so many would come about no more often than this in a city where
    everybody acts alike. ``others_cases``: with fewer cases of others there is nothing to compare with.
    """

    chance: float = Field(gt=0, lt=0.5)
    others_cases: int = Field(ge=1)
    fast_factor: float = Field(gt=1)
    fast_factor_own: float = Field(gt=1)
    fast_cases: int = Field(ge=5)
    fast_unit_factor: float = Field(gt=1)
    fast_unit_cases: int = Field(ge=1)
    re_entered_days: int = Field(ge=1)
    re_entered_metres: float = Field(gt=0)
    re_entered_alike: float = Field(gt=0, le=100)
    ping_pong_returns: int = Field(ge=1)
    validator_cases: int = Field(ge=1)
    accepts_all_factor: float = Field(gt=1)
    one_closer_cases: int = Field(ge=2)
    one_closer_share: float = Field(gt=0, le=1)
    one_closer_factor: float = Field(gt=1)
    month_end_days: int = Field(ge=1, le=10)
    month_end_cases: int = Field(ge=2)
    month_end_factor: float = Field(gt=1)
    low_ratings: int = Field(ge=2)
    low_ratings_share: float = Field(gt=0, le=1)


SETTLED_AFTER_DAYS = 7
"""A month is looked at again in the first days of the next: a worker may have been down at its end."""


def looked_at(moment: datetime) -> tuple[Period, ...]:
    """The months that a look at a moment is about: yesterday's, and in its first days the one before."""
    today = moment.astimezone(WIB).date()
    yesterday = today - timedelta(days=1)
    month = Period.month(yesterday.year, yesterday.month)
    if yesterday.day < SETTLED_AFTER_DAYS:
        return Period.ended_before(PeriodKind.MONTH, month.start), month
    return (month,)


def at_least(hits: int, of: int, share: float) -> float:
    """How likely it is that at least so many of so many hit by chance, when each does with this share.

    The upper tail of the binomial distribution, summed in logarithms: exact enough for thousands.
    """
    if hits <= 0:
        return 1.0
    if share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    return min(1.0, sum(exp(_log_chance(n, of, share)) for n in range(hits, of + 1)))


def _log_chance(hits: int, of: int, share: float) -> float:
    ways = lgamma(of + 1) - lgamma(hits + 1) - lgamma(of - hits + 1)
    return ways + hits * log(share) + (of - hits) * log(1 - share)
