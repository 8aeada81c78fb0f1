"""The mark of a letter to a reporter: whoever brings it back has had the letter.

An address in From can be forged; the subject of a letter that only the reporter got cannot be known.
"""

from base64 import b32encode

BYTES = 10
"""80 bits: beyond guessing."""

ABOUT = "reply"
"""What the mark is a blind index of, together with the complaint's id."""


def written(index: bytes) -> str:
    """A mark from a blind index of the complaint: sixteen letters and digits."""
    return b32encode(index[:BYTES]).decode()


def marked(subject: str, mark: str) -> str:
    """A subject that carries a mark; programs keep the subject when somebody replies."""
    return f"{subject} [balas:{mark}]"
