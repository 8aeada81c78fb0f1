"""The letter to a coordinator about a day or a week: their scope, in one page."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from domain.clocks import ClockKind
from domain.figures import Cell, Figure, Traced
from domain.period import Period, PeriodKind
from reports.links import complaint_page
from reports.names import Names
from reports.words import LANGUAGES, Words

SCOPED = (
    Figure.RECEIVED, Figure.RESOLVED, Figure.OPEN, Figure.REOPENED, Figure.MOVED, Figure.RESOLUTION_ON_TIME,
    Figure.RESOLUTION_LATE, Figure.RESOLUTION_OVERDUE, Figure.RESPONSE_OVERDUE, Figure.VALIDATION_OVERDUE,
)  # fmt: skip
"""What a coordinator is told."""

MOST_UNITS, MOST_CASES = 6, 8
"""Lines of each kind, so that both languages fit on one page."""


class ScopeLetter(NamedTuple):
    """A letter in words. The subject is one line; nothing in it is personal."""

    subject: str
    body: str


class Scope(NamedTuple):
    """What a letter is about: a coordinator, a period, and all that is counted of it."""

    coordinator: str
    period: Period
    things: Sequence[Traced]
    names: Names
    web_url: str

    @property
    def cell(self) -> Cell:
        """The figures of the whole scope."""
        return Cell(counts=Counter(one.figure for one in self.things))

    def overdue(self) -> list[Traced]:
        """What is open and overdue; numbers begin with the day of intake, so that the oldest come first."""
        return sorted(
            (one for one in self.things if one.figure is Figure.RESOLUTION_OVERDUE),
            key=lambda one: one.number,
        )


def scope_letter(scope: Scope) -> ScopeLetter:
    """The letter: Indonesian, then English."""
    bodies = [_body(scope, Words(language)) for language in LANGUAGES]
    return ScopeLetter(_subject(scope, Words("id")), "\n\n--\n".join(bodies) + "\n")


def _subject(scope: Scope, words: Words) -> str:
    cell = scope.cell
    return words(
        "scope_subject",
        period=_period(scope.period, words),
        received=words.count(cell.count(Figure.RECEIVED)),
        overdue=words.count(cell.overdue),
    )


def _body(scope: Scope, words: Words) -> str:
    cell = scope.cell
    share = cell.share(ClockKind.RESOLUTION)
    lines = [
        words(
            "scope_opening",
            name=scope.names.unit(scope.coordinator),
            period=_period(scope.period, words),
        ),
        "",
        *(
            f"{words(figure.value)}: {words.count(cell.count(figure))}"
            for figure in SCOPED
            if figure not in {Figure.RESOLUTION_ON_TIME, Figure.RESOLUTION_LATE}
        ),
        words(
            "scope_share",
            share=words.share(float(share) if share is not None else None),
            cases=words.count(cell.cases(ClockKind.RESOLUTION)),
        ),
        *_units(scope, words),
        *_oldest(scope, words),
    ]
    return "\n".join(lines)


def _units(scope: Scope, words: Words) -> Iterable[str]:
    counts = Counter(one.unit or "" for one in scope.overdue())
    if counts:
        yield ""
        yield words("scope_units")
        for unit, many in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_UNITS]:
            yield f"- {scope.names.unit(unit)}: {words.count(many)}"


def _oldest(scope: Scope, words: Words) -> Iterable[str]:
    overdue = scope.overdue()
    if overdue:
        yield ""
        yield words("scope_oldest", count=words.count(len(overdue)))
        for one in overdue[:MOST_CASES]:
            category = scope.names.category(one.category, words)
            yield f"- {one.number} {category}: {complaint_page(scope.web_url, one.number)}"


def _period(period: Period, words: Words) -> str:
    match period.kind:
        case PeriodKind.MONTH:
            return words.month(period.first)
        case PeriodKind.WEEK:
            return words("scope_week", first=words.day(period.first), last=words.day(period.last))
        case PeriodKind.DAY:
            return words.day(period.first)
