"""What operators can search complaints by in Temporal. Never personal data: these are not encrypted."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributePair, SearchAttributeUpdate

from domain.view import ComplaintView

NUMBER = SearchAttributeKey.for_keyword("ComplaintNumber")
STATUS = SearchAttributeKey.for_keyword("ComplaintStatus")
UNIT = SearchAttributeKey.for_keyword("Unit")
WARD = SearchAttributeKey.for_keyword("Ward")
CHANNEL = SearchAttributeKey.for_keyword("Channel")
DUE_AT = SearchAttributeKey.for_datetime("DueAt")
LEVEL = SearchAttributeKey.for_int("EscalationLevel")

REGISTRY: dict[str, str] = {
    NUMBER.name: "Keyword",
    STATUS.name: "Keyword",
    UNIT.name: "Keyword",
    WARD.name: "Keyword",
    CHANNEL.name: "Keyword",
    DUE_AT.name: "Datetime",
    LEVEL.name: "Int",
}
"""Every custom search attribute and its type: what a namespace must have before the first complaint."""

Attributes = dict[str, str | int | datetime | None]


def attributes(view: ComplaintView) -> Attributes:
    """The values a complaint is found by. ``DueAt`` is the nearest end of any clock that runs."""
    return {
        NUMBER.name: view.number or None,
        STATUS.name: view.status.value,
        UNIT.name: view.unit,
        WARD.name: view.ward,
        CHANNEL.name: view.channel,
        DUE_AT.name: view.next_due_at,
        LEVEL.name: view.escalation_level,
    }


def pairs(values: Attributes) -> list[SearchAttributePair[Any]]:
    """The values to start a workflow with."""
    return [SearchAttributePair(key, values[key.name]) for key in _keys() if values[key.name] is not None]


def changes(before: Attributes, after: Attributes) -> list[SearchAttributeUpdate[Any]]:
    """The updates that lead from one set of values to another; empty when nothing changed."""
    return [
        key.value_unset() if after[key.name] is None else key.value_set(after[key.name])
        for key in _keys()
        if before.get(key.name) != after[key.name]
    ]


def _keys() -> Iterable[SearchAttributeKey[Any]]:
    return (NUMBER, STATUS, UNIT, WARD, CHANNEL, DUE_AT, LEVEL)
