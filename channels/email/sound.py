"""What a mail may cost: limits within which the standard parser takes seconds, not hours.

Its parser of headers takes quadratic time: a sender of 300 kB took it 100 seconds, a subject of as many
encoded words 3 GB. People's mail is far within these limits; what is beyond is kept, and read by a human.
"""

import re
from email import policy
from email.message import EmailMessage
from typing import Any

BIGGEST = 25 * 1024 * 1024
"""Bytes: the common limit of mail servers."""

LONGEST_HEAD = 128 * 1024
"""Bytes of all headers together; Postfix takes 100 kB."""

LONGEST_STRUCTURED, LONGEST_FREE = 500, 20_000
"""Characters of a header that are read: the standard parser takes seconds over a few thousand quotes."""

FREE = {"subject", "references", "in-reply-to"}

LONGEST_HEADERS = 512 * 1024
"""Characters of the headers of a mail and all its parts."""

MOST_HEADERS, MOST_LINES, MOST_DIVIDERS, DEEPEST = 5_000, 500_000, 1_000, 30

HEAD_END = re.compile(rb"(?:\r\n|\n|\r(?!\n)){2}")
"""An empty line; the parser takes a bare carriage return for the end of a line, and so do we."""


class TooCostly(Exception):
    """The mail is beyond a limit; the message says which, and quotes nothing."""


class Budget:
    """What is left of the headers that one mail may have."""

    def __init__(self) -> None:
        self._headers = MOST_HEADERS
        self._characters = LONGEST_HEADERS

    def spend(self, lines: list[str]) -> None:
        """One more header of the mail or of its parts. Raises ``TooCostly`` when nothing is left."""
        self._headers -= 1
        self._characters -= sum(map(len, lines))
        if self._headers < 0 or self._characters < 0:
            raise TooCostly("its headers are too many or too long")


class CarefulPolicy(policy.EmailPolicy):
    """The standard policy for one mail: no header is read to its end, and no more than the budget allows."""

    budget: Budget

    def __init__(self) -> None:
        super().__init__(message_factory=EmailMessage)
        self.__dict__["budget"] = Budget()  # a policy refuses to be changed

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Name and value. Raises ``TooCostly``."""
        self.budget.spend(sourcelines)
        return super().header_source_parse(sourcelines)

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """The header, read up to its limit."""
        longest = LONGEST_FREE if name.lower() in FREE else LONGEST_STRUCTURED
        return super().header_fetch_parse(name, value[:longest])


def demand_sound(raw: bytes) -> None:
    """Raises ``TooCostly`` for a mail that nobody's mail program writes, before it is parsed."""
    if len(raw) > BIGGEST:
        raise TooCostly(f"it is larger than {BIGGEST // 1024 // 1024} MB")
    if len(raw) > LONGEST_HEAD and HEAD_END.search(raw, 0, LONGEST_HEAD) is None:
        raise TooCostly(f"its headers are longer than {LONGEST_HEAD // 1024} kB")
    if raw.count(b"\n--") + raw.count(b"\r--") > MOST_DIVIDERS:
        raise TooCostly("it has too many parts")
    if raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n") > MOST_LINES:
        raise TooCostly("it has too many lines")
    if raw.lower().count(b"multipart/") > DEEPEST:
        raise TooCostly("it has too many mails within mails")
