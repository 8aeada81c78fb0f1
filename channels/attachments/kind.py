"""What a file is, by its first bytes and never by its name. What is not on this list is not taken."""

from enum import StrEnum
from typing import NamedTuple

from domain.refusal import RefusalCode, Refused

MEGA = 1024 * 1024


class Sort(StrEnum):
    """What people call it."""

    PHOTO = "photo"
    VIDEO = "video"
    PDF = "PDF"


class Kind(NamedTuple):
    """A kind of file that is taken."""

    media_type: str
    sort: Sort


class Sizes(NamedTuple):
    """How many megabytes (of 1,048,576 bytes) a file of each sort may have [O]."""

    photo: int = 15
    video: int = 100
    pdf: int = 20

    @property
    def largest(self) -> int:
        """Bytes that any file may have."""
        return max(self) * MEGA

    def of(self, sort: Sort) -> int:
        """Megabytes that a file of this sort may have."""
        return {Sort.PHOTO: self.photo, Sort.VIDEO: self.video, Sort.PDF: self.pdf}[sort]


JPEG = Kind("image/jpeg", Sort.PHOTO)
PNG = Kind("image/png", Sort.PHOTO)
WEBP = Kind("image/webp", Sort.PHOTO)
HEIC = Kind("image/heic", Sort.PHOTO)
MP4 = Kind("video/mp4", Sort.VIDEO)
QUICKTIME = Kind("video/quicktime", Sort.VIDEO)
WEBM = Kind("video/webm", Sort.VIDEO)
PDF = Kind("application/pdf", Sort.PDF)

HEAD = 64
"""Bytes that are looked at."""

BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"), HEIC),
    **dict.fromkeys((b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1"), MP4),
    **dict.fromkeys((b"dash", b"MSNV", b"M4V ", b"M4VH", b"M4VP", b"3gp4", b"3gp5", b"3gp6", b"3g2a"), MP4),
    b"qt  ": QUICKTIME,
}
"""The first word of an ISO base media file (ISO/IEC 14496-12): photos and videos; no sound, no AVIF, no raw.
QuickTime is what an iPhone films in: the same boxes as MP4."""

LONGEST_BRANDS = 512
"""Bytes of the box that lists brands. The four bytes before it say so, so that they begin no text."""


def kind_of(head: bytes) -> Kind:
    """The kind of a file that begins like this. Raises ``Refused`` with BAD_INPUT."""
    kind = _kind(head)
    if kind is None:
        raise Refused(
            RefusalCode.BAD_INPUT,
            "This kind of file is not taken; "
            "send a photo (JPEG, PNG, WebP, HEIC), a video (MP4, MOV, WebM) or a PDF.",
        )
    return kind


def _kind(head: bytes) -> Kind | None:
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and int.from_bytes(head[:4], "big") <= LONGEST_BRANDS:
        return BRANDS.get(head[8:12])
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head:
        return WEBM
    return PDF if head.startswith(b"%PDF-") else None


def check_size(kind: Kind, size: int, sizes: Sizes) -> None:
    """Raises ``Refused`` with BAD_INPUT for a file that is empty or too large for its kind."""
    most = sizes.of(kind.sort)
    if not 0 < size <= most * MEGA:
        raise Refused(
            RefusalCode.BAD_INPUT, f"The {kind.sort} has {size} bytes; at most {most} MB are taken."
        )
