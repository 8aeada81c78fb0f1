"""Numbers of complaints and access codes, as people write them into a text."""

import re

NUMBER = re.compile(r"(?<![A-Z0-9])JK\s?(\d{6})\s?(\d{4,6})(?!\d)", re.IGNORECASE)
"""JK, the day as YYMMDD, and a counter."""

ACCESS_CODE = re.compile(r"(?<![A-Z0-9-])[A-HJ-NP-Z2-9]{5}-[A-HJ-NP-Z2-9]{5}(?![A-Z0-9-])", re.IGNORECASE)
"""Two groups of five, of letters and digits that cannot be mistaken for one another."""


def numbers_in(text: str) -> list[str]:
    """The numbers that a text names, each once, as we write them."""
    return list(dict.fromkeys(f"JK{day}{count}" for day, count in NUMBER.findall(text)))


def access_codes_in(text: str) -> list[str]:
    """What could be an access code in a text."""
    return list(dict.fromkeys(code.upper() for code in ACCESS_CODE.findall(text)))
