"""Texts from outside made fit to be kept: without characters that nobody sees, and not too long."""

import unicodedata

CUT = " […]"
"""What stands where a text was cut."""


def legible(text: str, longest: int) -> str:
    """The text without control characters, at most ``longest`` characters, cut with a mark."""
    seen = "".join(
        letter for letter in text if letter in "\n\r\t" or unicodedata.category(letter) not in {"Cc", "Cs"}
    ).strip()
    return seen if len(seen) <= longest else seen[: longest - len(CUT)].rstrip() + CUT


def one_line(text: str, longest: int) -> str | None:
    """The same as one line; None when nothing is left."""
    return legible(" ".join(text.split()), longest) or None
