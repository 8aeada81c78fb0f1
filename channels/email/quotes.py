"""What a person wrote in a mail, without what was quoted and without the signature.

Line by line, in one pass: a mail is hostile input, and a pattern over the whole text could be made to take
minutes. Knows Indonesian, which the libraries for this do not (decision 32).
"""

import re

INTRODUCTION = re.compile(
    r"^(on|pada|am|le|op)\b.{0,300}\b(wrote|menulis|schrieb|a écrit|schreef)\s*:\s*$", re.IGNORECASE
)
"""The line over a quotation: "On 2 Nov 2026, X wrote:", "Pada Sen, 2 Nov 2026 X menulis:"."""

DIVIDER = re.compile(r"^(--|_{10,}|-{2,} ?(original message|pesan asli) ?-{2,})$", re.IGNORECASE)
"""A signature's two dashes (RFC 3676), or what Outlook puts over the mail that it answers."""

SENT_FROM = re.compile(r"^(sent from (my|yahoo)|dikirim dari|get outlook for)\b.{0,80}$", re.IGNORECASE)


def own_words(text: str) -> str:
    """The text up to its first quotation or signature. When nothing is left, all of it: it is a forward."""
    kept: list[str] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for index, line in enumerate(lines):
        if _ends_here(line, lines[index + 1] if index + 1 < len(lines) else ""):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.rstrip())
    return _tidy(kept) or text.strip()


def _ends_here(line: str, following: str) -> bool:
    short = line.strip()[:400]
    if DIVIDER.match(short) or SENT_FROM.match(short) or INTRODUCTION.match(short):
        return True
    # Long introductions are broken over two lines by Gmail.
    return short[:3].lower() in {"on ", "pad"} and bool(
        INTRODUCTION.match(f"{short} {following.strip()[:400]}")
    )


def _tidy(lines: list[str]) -> str:
    """Without blank lines in a row."""
    tidy = [line for line, before in zip(lines, ["x", *lines], strict=False) if line or before]
    return "\n".join(tidy).strip()
