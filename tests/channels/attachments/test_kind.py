"""What a file is by its first bytes: what is taken as what, and what is not taken."""

import pytest

from channels.attachments.kind import JPEG, MEGA, PDF, Sizes, check_size, kind_of
from domain.refusal import RefusalCode, Refused


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\xff\xd8\xff\xe1", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"\0\0\0\x14ftypqt  ", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm", "video/webm"),
        (b"%PDF-1.7", "application/pdf"),
    ],
)
def test_what_is_taken(head: bytes, media_type: str) -> None:
    assert kind_of(head).media_type == media_type


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\0\0\0\x18ftypavif",
        b"\0\0\0\x18ftypM4A ",
        b"\0\0\0\x18ftypcrx ",
        b"<!--ftypmp42--><script>alert(1)</script>",
        b"RIFF\x10\0\0\0WAVEfmt ",
        b"\x1a\x45\xdf\xa3matroska",
        b"GIF89a",
        b"PK\x03\x04",
        b"<svg xmlns='http://www.w3.org/2000/svg'>",
        b" %PDF-1.7",
        b"MZ",
    ],
)
def test_what_is_not_taken(head: bytes) -> None:
    with pytest.raises(Refused, match="not taken; send a photo") as refused:
        kind_of(head)
    assert refused.value.code is RefusalCode.BAD_INPUT


def test_sizes_have_limits_by_kind() -> None:
    check_size(JPEG, 15 * MEGA, Sizes())
    check_size(PDF, 20 * MEGA, Sizes())
    for kind, size in ((JPEG, 0), (JPEG, 15 * MEGA + 1), (PDF, 20 * MEGA + 1)):
        with pytest.raises(Refused):
            check_size(kind, size, Sizes())
    assert Sizes(photo=3, video=7, pdf=5).largest == 7 * MEGA
