"""What somebody looks for, read from what they typed: words, a number, days."""

import re
import unicodedata
from datetime import date, datetime, time

from domain.value import Value
from domain.wib import WIB

MOST_WORDS = 12
LONGEST_SEARCH = 200
"""Characters of what may be typed."""

PARTICLES = frozenset(
    word
    for line in (
        "ada adalah agar atau bagi bahwa dalam dan dari dengan di ini itu karena ke",
        "mohon oleh pada para saya sudah tolong untuk yang",
    )
    for word in line.split()
)
"""Say nothing of what a complaint is about; who types them need not find them in it."""

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february feb",
            "maret march mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu ags agt aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "desember december des dec",
        ),
        1,
    )
    for name in names.split()
}

DAYS = (
    re.compile(r"(?<!\w)(?P<year>20\d\d)-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\w)"),
    re.compile(r"(?<!\w)(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>20\d\d)(?!\w)"),
    re.compile(r"(?<!\w)(?P<day>\d{1,2})\s+(?P<month>[a-z]{3,9})\.?\s+(?P<year>20\d\d)(?!\w)"),
)

NUMBER = re.compile(r"(?<!\w)jk[\s./-]?(\d{1,5}|\d{6}(?:[\s./-]?\d{1,6})?)(?!\w)")
"""A number of ours or its beginning: JK, the day as YYMMDD, a counter; perhaps set apart."""


class Search(Value):
    """All of it must be so: every word occurs, the number begins so, it was opened on these days (WIB).

    ``first`` and ``last`` are inclusive; nothing at all is no condition.
    """

    words: tuple[str, ...] = ()
    number: str | None = None
    first: date | None = None
    last: date | None = None

    @property
    def names_something(self) -> bool:
        """Whether words or a number were given: somebody knows what they look for."""
        return bool(self.words or self.number)

    @property
    def narrows(self) -> bool:
        """Whether it leaves anything out."""
        return self.names_something or self.has_days

    @property
    def has_days(self) -> bool:
        """Whether it says when."""
        return bool(self.first or self.last)

    @property
    def since(self) -> datetime | None:
        """The first moment, inclusive."""
        return datetime.combine(self.first, time.min, WIB) if self.first else None

    @property
    def until(self) -> datetime | None:
        """The last moment, inclusive."""
        return datetime.combine(self.last, time.max, WIB) if self.last else None


ANYTHING = Search()
"""No condition."""


def understood(typed: str, first: date | None = None, last: date | None = None) -> Search:
    """What was typed into a search box, and the days beside it.

    A day in the box narrows to that day. Quotation marks say nothing, words after the twelfth neither.
    """
    day, rest = _day_in(_plain(typed[:LONGEST_SEARCH]))
    number, rest = _number_in(rest)
    words = list(dict.fromkeys(bare(rest).split()))
    telling = [word for word in words if word not in PARTICLES] or words
    return Search(
        words=tuple(telling[:MOST_WORDS]),
        number=number,
        first=max((one for one in (first, day) if one), default=None),
        last=min((one for one in (last, day) if one), default=None),
    )


def bare(text: str) -> str:
    """Letters and digits only, in small letters: both what is looked for and where it is looked for.

    So "RT.05/RW.02" and "lubang-lubang" are words to PostgreSQL, not an address and not a compound.
    """
    return " ".join(re.findall(r"[^\W_]+", _plain(text)))


def day_of(said: str) -> date | None:
    """A day as a form or an address says it (ISO 8601); None for anything else."""
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _day_in(typed: str) -> tuple[date | None, str]:
    """The first day that a text names, and the text without it."""
    for pattern in DAYS:
        for found in pattern.finditer(typed):
            month = MONTHS.get(found["month"]) or (int(found["month"]) if found["month"].isdecimal() else 0)
            try:
                day = date(int(found["year"]), month, int(found["day"]))
            except ValueError:
                continue
            return day, f"{typed[: found.start()]} {typed[found.end() :]}"
    return None, typed


def _number_in(typed: str) -> tuple[str | None, str]:
    """The first number that a text names, as we write it, and the text without it."""
    found = NUMBER.search(typed)
    if found is None:
        return None, typed
    digits = re.sub(r"\D", "", found[1])
    return f"JK{digits}", f"{typed[: found.start()]} {typed[found.end() :]}"
