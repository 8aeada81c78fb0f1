"""What a file is, by its first bytes and never by its name. What is not on this list is not taken."""

from typing import NamedTuple

from domain.refusal import RefusalCode, Refused

MEGA = 1024 * 1024


class Kind(NamedTuple):
    """A kind of file that is taken, and how large it may be."""

    media_type: str
    word: str
    largest: int


JPEG = Kind("image/jpeg", "photo", 15 * MEGA)
PNG = Kind("image/png", "photo", 15 * MEGA)
WEBP = Kind("image/webp", "photo", 15 * MEGA)
HEIC = Kind("image/heic", "photo", 15 * MEGA)
MP4 = Kind("video/mp4", "video", 100 * MEGA)
WEBM = Kind("video/webm", "video", 100 * MEGA)
PDF = Kind("application/pdf", "PDF", 20 * MEGA)

LARGEST = max(kind.largest for kind in (JPEG, PNG, WEBP, HEIC, MP4, WEBM, PDF))
HEAD = 64
"""Bytes that are looked at."""

HEIC_BRANDS = {b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis"}


def kind_of(head: bytes) -> Kind:
    """The kind of a file that begins like this. Raises ``Refused`` with BAD_INPUT."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return HEIC if head[8:12] in HEIC_BRANDS else MP4
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head:
        return WEBM
    if head.startswith(b"%PDF-"):
        return PDF
    raise Refused(
        RefusalCode.BAD_INPUT,
        "This kind of file is not taken; send a photo (JPEG, PNG, WebP, HEIC), a video (MP4, WebM) or a PDF.",
    )


def check_size(kind: Kind, size: int) -> None:
    """Raises ``Refused`` with BAD_INPUT for a file that is empty or too large for its kind."""
    if not 0 < size <= kind.largest:
        raise Refused(
            RefusalCode.BAD_INPUT,
            f"The {kind.word} has {size} bytes; at most {kind.largest // MEGA} MB are taken.",
        )
