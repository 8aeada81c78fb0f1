"""The states of a complaint and how it can end (DOMAIN.md; screens show the Indonesian word)."""

from enum import StrEnum


class Status(StrEnum):
    """Where a complaint stands."""

    WAITING = "WAITING"
    COORDINATION = "COORDINATION"
    DISPOSITION = "DISPOSITION"
    IN_PROGRESS = "IN_PROGRESS"
    AWAITING_REPORTER = "AWAITING_REPORTER"
    AWAITING_VALIDATION = "AWAITING_VALIDATION"
    FOLLOW_UP_REJECTED = "FOLLOW_UP_REJECTED"
    FOLLOWING = "FOLLOWING"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"


class Outcome(StrEnum):
    """How a closed complaint ended."""

    RESOLVED = "resolved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"
    NO_REPLY = "no_reply"
