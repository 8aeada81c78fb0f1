"""Numbers of complaints and access codes, as people write them into a text."""

import re

NUMBER = re.compile(r"(?<![A-Z0-9])JK\s?(\d{6})\s?(\d{4,6})(?!\d)", re.IGNORECASE)
"""JK, the day as YYMMDD, and a counter."""

ACCESS_CODE = re.compile(r"(?<![A-Z0-9-])[A-HJ-NP-Z2-9]{5}-[A-HJ-NP-Z2-9]{5}(?![A-Z0-9-])", re.IGNORECASE)
"""Two groups of five, of letters and digits that cannot be mistaken for one another."""

REPLY_MARK = re.compile(r"\bbalas:([A-Z2-7]{16})\b", re.IGNORECASE)
"""As ``domain.reply_mark`` writes it."""


def numbers_in(text: str) -> list[str]:
    """The numbers that a text names, each once, as we write them."""
    return list(dict.fromkeys(f"JK{day}{count}" for day, count in NUMBER.findall(text)))


def access_codes_in(text: str) -> list[str]:
    """What could be an access code in a text."""
    return list(dict.fromkeys(code.upper() for code in ACCESS_CODE.findall(text)))


def reply_marks_in(text: str) -> list[str]:
    """The marks of our letters that a text brings back (``domain.reply_mark``)."""
    return list(dict.fromkeys(mark.upper() for mark in REPLY_MARK.findall(text)))
