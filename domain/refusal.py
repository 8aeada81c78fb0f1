"""How the domain says no."""

from enum import StrEnum


class RefusalCode(StrEnum):
    """Why something was refused. Codes are stable: programs may rely on them."""

    WRONG_STATE = "WRONG_STATE"
    NOT_YOURS = "NOT_YOURS"
    HOP_LIMIT = "HOP_LIMIT"
    WRONG_TARGET = "WRONG_TARGET"
    ALREADY_DONE = "ALREADY_DONE"
    TOO_LATE = "TOO_LATE"
    NO_EVIDENCE = "NO_EVIDENCE"
    SAME_UNIT = "SAME_UNIT"
    UNKNOWN_UNIT = "UNKNOWN_UNIT"
    UNKNOWN_OFFICER = "UNKNOWN_OFFICER"
    UNKNOWN_CATEGORY = "UNKNOWN_CATEGORY"
    UNKNOWN_CHANNEL = "UNKNOWN_CHANNEL"
    UNKNOWN_POLICY = "UNKNOWN_POLICY"
    UNKNOWN_NUMBER = "UNKNOWN_NUMBER"
    BAD_INPUT = "BAD_INPUT"
    REFERENCE_CLASH = "REFERENCE_CLASH"


class Refused(Exception):
    """A request that cannot be granted: a stable code, and one sentence a person can act upon.

    The sentence never carries personal data: it may reach logs and other systems.
    """

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
