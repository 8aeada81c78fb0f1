"""Pictures made for tests: none is kept in the repository."""

import io
import random
import struct
import zlib
from datetime import datetime, timedelta, timezone
from typing import Any

from PIL import Image, ImageDraw
from pillow_heif import register_heif_opener

register_heif_opener()
WIB = timezone(timedelta(hours=7))


def scene(seed: int, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture with shapes; each seed gives another."""
    chance = random.Random(seed)
    image = Image.new("RGB", size, (chance.randrange(256), chance.randrange(256), chance.randrange(256)))
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        box = (x, y, x + chance.randrange(20, 200), y + chance.randrange(20, 200))
        draw.ellipse(box, fill=tuple(chance.randrange(256) for _ in range(3)))
    return image


def jpeg(
    image: Image.Image | None = None,
    *,
    quality: int = 90,
    taken: datetime | None = None,
    point: tuple[float, float] | None = None,
    **tags: Any,
) -> bytes:
    """A JPEG as a camera or an editor would write it; ``tags``: make, software, orientation."""
    exif = Image.Exif()
    for name, number in (("make", 0x010F), ("software", 0x0131), ("orientation", 0x0112)):
        if name in tags:
            exif[number] = tags[name]
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken.astimezone(WIB).strftime("%Y:%m:%d %H:%M:%S")
        exif.get_ifd(0x8769)[0x9011] = "+07:00"
    if point:
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2] = "S" if point[0] < 0 else "N", _degrees(point[0])
        gps[3], gps[4] = "E", _degrees(point[1])
    out = io.BytesIO()
    (image or scene(1)).save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def hundred_megapixels() -> bytes:
    """A PNG that says it has a hundred million pixels, in some hundred bytes."""
    header = struct.pack(">IIBBBBB", 10_000, 10_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(b"\0"))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _degrees(value: float) -> tuple[float, float, float]:
    value = abs(value)
    degrees, minutes = int(value), int(value % 1 * 60)
    return float(degrees), float(minutes), (value - degrees - minutes / 60) * 3600
