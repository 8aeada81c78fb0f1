"""The texts people write: bounded, and free of characters that no reader can see."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

LONGEST_TEXT = 10_000
LONGEST_NOTE = 5_000
LONGEST_NAME = 200


def _visible(text: str) -> str:
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\r\t":
            raise ValueError(f"has a character that cannot be shown (U+{ord(character):04X}); remove it")
    return text


_Readable = AfterValidator(_visible)

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_TEXT), _Readable
]
"""What a reporter writes: 1 to 10,000 characters."""

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_NOTE), _Readable]
"""What an officer adds: up to 5,000 characters, may be empty."""

NeededNote = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NOTE), _Readable
]
"""What an officer must say: 1 to 5,000 characters."""

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME), _Readable
]
"""A short name, reference or address: 1 to 200 characters."""


def unkept(value: object) -> bool:
    """Whether there is a text in a plain value, however deep, that no database keeps: one with a NUL."""
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(unkept(part) for item in value.items() for part in item)
        case list() | tuple() | set() | frozenset():
            return any(map(unkept, value))
        case _:
            return False
