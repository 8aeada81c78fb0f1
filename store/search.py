"""A search as conditions on the table ``complaint``. It narrows a list; whose list it is, others say."""

from sqlalchemy import ColumnElement, Select, TextClause, cast, func, literal, select
from sqlalchemy.dialects.postgresql import TSQUERY

from domain.search import Search
from store.database import Database
from store.tables import ComplaintRow
from store.words import blind_words

MOST_COUNTED = 1000
"""Further than this nobody counts what was found."""

AFTER_DIGITS = "A"
"""Comes after every digit, in every collation: a number that begins so lies below the beginning and this."""


async def conditions_of(database: Database, search: Search) -> list[ColumnElement[bool]]:
    """What must be true of a complaint that is looked for. One query when there are words, else none."""
    conditions: list[ColumnElement[bool]] = []
    if search.since:
        conditions.append(ComplaintRow.opened_at >= search.since)
    if search.until:
        conditions.append(ComplaintRow.opened_at <= search.until)
    if search.number:
        conditions += [
            ComplaintRow.number >= search.number,
            ComplaintRow.number < search.number + AFTER_DIGITS,
        ]
    if search.words:
        (blind,) = await blind_words(database, [" ".join(search.words)])
        conditions.append(ComplaintRow.words.bool_op("@@")(cast(" & ".join(blind.split()), TSQUERY)))
    return conditions


def counted(query: Select[int]) -> Select[int]:
    """How many rows of ``complaint`` a query has; one more than ``MOST_COUNTED`` when there are more."""
    return select(func.count()).select_from(query.limit(MOST_COUNTED + 1).subquery())


def rows_where(*conditions: ColumnElement[bool] | TextClause) -> Select[int]:
    """The rows of ``complaint`` of which all this is true, to be counted."""
    return select(literal(1).label("one")).select_from(ComplaintRow).where(ComplaintRow.seq > 0, *conditions)
