"""The stretches of time that are reported on: days, weeks and months as Jakarta counts them."""

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Self

from domain.refusal import RefusalCode, Refused
from domain.value import Value
from domain.wib import WIB

DECEMBER = 12


class PeriodKind(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Period(Value):
    """From ``first`` to ``last``, both days included."""

    kind: PeriodKind
    first: date
    last: date

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        """A calendar month."""
        following = date(year + 1, 1, 1) if month == DECEMBER else date(year, month + 1, 1)
        return cls(kind=PeriodKind.MONTH, first=date(year, month, 1), last=following - timedelta(days=1))

    @classmethod
    def parse(cls, text: str) -> Self:
        """A month as people write it: 2026-10. Raises ``Refused``."""
        found = re.fullmatch(r"(2\d{3})-(\d{1,2})", text.strip())
        if not found or not 1 <= int(found[2]) <= DECEMBER:
            raise Refused(RefusalCode.BAD_INPUT, f"{text[:20]!r} is no month; write it as 2026-10.")
        return cls.month(int(found[1]), int(found[2]))

    @classmethod
    def ended_before(cls, kind: PeriodKind, moment: datetime) -> Self:
        """The last day, week (from Monday on) or month that was over at a moment."""
        today = moment.astimezone(WIB).date()
        match kind:
            case PeriodKind.DAY:
                return cls(kind=kind, first=today - timedelta(days=1), last=today - timedelta(days=1))
            case PeriodKind.WEEK:
                monday = today - timedelta(days=today.weekday())
                return cls(kind=kind, first=monday - timedelta(days=7), last=monday - timedelta(days=1))
            case PeriodKind.MONTH:
                last = today.replace(day=1) - timedelta(days=1)
                return cls.month(last.year, last.month)

    @property
    def name(self) -> str:
        """2026-10 for a month, 2026-10-05 for a day, 2026-W41 for a week."""
        match self.kind:
            case PeriodKind.MONTH:
                return f"{self.first:%Y-%m}"
            case PeriodKind.WEEK:
                year, week, _ = self.first.isocalendar()
                return f"{year}-W{week:02d}"
            case PeriodKind.DAY:
                return self.first.isoformat()

    @property
    def start(self) -> datetime:
        """Its first moment, UTC."""
        return datetime.combine(self.first, time(), WIB).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it, UTC."""
        return datetime.combine(self.last + timedelta(days=1), time(), WIB).astimezone(UTC)

    @property
    def before(self) -> "Period":
        """The period of the same kind just before."""
        return Period.ended_before(self.kind, self.start)

    @property
    def year_before(self) -> "Period":
        """The same month of the year before; the same day or week 52 weeks before."""
        if self.kind is PeriodKind.MONTH:
            return Period.month(self.first.year - 1, self.first.month)
        weeks = timedelta(weeks=52)
        return Period(kind=self.kind, first=self.first - weeks, last=self.last - weeks)
