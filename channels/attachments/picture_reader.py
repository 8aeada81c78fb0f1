"""Looks at one picture and writes what others may see of it. Runs as a program of its own.

    python -m channels.attachments.picture_reader SOURCE SHOWN THUMBNAIL

A picture may be made to hurt whoever decodes it, so this happens in a process with limits on memory and
time; when it fails, only this process does. It prints one line of JSON: what the picture says about itself,
or ``{"refused": "one sentence"}``. The copies are made anew from the pixels: upright, smaller, and without
any byte of the original, so that nothing that was hidden in it gets out.
"""

import json
import resource
import sys
import warnings
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from channels.attachments.marks import marks_of

MOST_PIXELS = 50_000_000
SHOWN_PIXELS = 2048
"""Of the longer side."""

THUMBNAIL_PIXELS = 320
BITS, FEWEST_FEATURES = 64, 6
MEMORY = 1_500_000_000
"""Bytes of address space: fifty million pixels three times over, and the libraries."""

SECONDS = 20
"""Of processor time."""

WIB = timezone(timedelta(hours=7))
"""A camera that does not say its time zone is taken to be Jakarta's."""

EXIF, GPS = 0x8769, 0x8825
SOFTWARE, MAKE, MODEL, DATE_TIME, TAKEN, TAKEN_OFFSET = 0x0131, 0x010F, 0x0110, 0x0132, 0x9003, 0x9011

ORIENTATION = 0x0112
UPRIGHT = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
"""EXIF orientation to the transposition (as Pillow numbers them) that undoes it."""

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
"""Decoders that are tried; whatever else Pillow could read is not taken."""


def main(source: Path, shown: Path, thumbnail: Path) -> dict[str, Any]:
    """What the picture says, after the copies have been written."""
    with suppress(ValueError):  # macOS knows the limit and takes no value
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a picture of somebody is left in no core file
    import pi_heif  # noqa: PLC0415 - within the limits
    from PIL import Image  # noqa: PLC0415

    warnings.simplefilter("ignore")
    pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # the check below names the limit
    with Image.open(source, formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            return _refused(
                f"The photo has {picture.width} x {picture.height} pixels; "
                f"at most {MOST_PIXELS // 1_000_000} million are taken."
            )
        said = _said(picture, source)
        upright = _upright(picture)
    for target, side in ((shown, SHOWN_PIXELS), (thumbnail, THUMBNAIL_PIXELS)):
        copy = upright.copy()
        copy.thumbnail((side, side))
        copy.save(target, "JPEG", quality=85)
    return {**said, "width": upright.width, "height": upright.height, "likeness": likeness_of(upright)}


def likeness_of(picture: Any) -> int | None:
    """The difference hash of a picture: in a grey copy of 9 x 8 pixels, whether each is darker than the next.

    As a signed 64-bit number, for the database; None for a picture without features.
    """
    grey: bytes = picture.convert("L").resize((9, 8)).tobytes()
    darker = (grey[row * 9 + column] < grey[row * 9 + column + 1] for row in range(8) for column in range(8))
    likeness = sum(bit << place for place, bit in enumerate(darker))
    if likeness.bit_count() < FEWEST_FEATURES or likeness.bit_count() > BITS - FEWEST_FEATURES:
        return None
    return likeness - 2**BITS if likeness >= 2 ** (BITS - 1) else likeness


def _upright(picture: Any) -> Any:
    """The pixels as they are meant to be looked at: in colour, and turned as EXIF says.

    Turned here and not by ``ImageOps.exif_transpose``, which writes EXIF anew and fails where it is damaged.
    """
    turned = UPRIGHT.get(picture.getexif().get(ORIENTATION))
    if picture.mode.startswith("I;16"):  # else everything brighter than 1/256 would be white
        picture = picture.point(lambda value: value / 256).convert("L")
    coloured = _on_white(picture) if picture.has_transparency_data else picture.convert("RGB")
    return coloured if turned is None else coloured.transpose(turned)


def _on_white(picture: Any) -> Any:
    """Without what transparency hides: the pixels beneath may be of something that was cut out on purpose."""
    from PIL import Image  # noqa: PLC0415 - within the limits

    layers = picture.convert("RGBA")
    page = Image.new("RGB", layers.size, "white")
    page.paste(layers, mask=layers.getchannel("A"))
    return page


def _said(picture: Any, source: Path) -> dict[str, Any]:
    exif = picture.getexif()
    inner, gps = exif.get_ifd(EXIF), exif.get_ifd(GPS)
    latitude, longitude = _degrees(gps.get(2), gps.get(1)), _degrees(gps.get(4), gps.get(3))
    # 0, 0 is what a telephone writes that has not found out where it is.
    located = latitude is not None and longitude is not None and (latitude, longitude) != (0, 0)
    return {
        "taken_at": _taken(inner.get(TAKEN) or exif.get(DATE_TIME), inner.get(TAKEN_OFFSET)),
        "latitude": latitude if located else None,
        "longitude": longitude if located else None,
        "has_camera": bool(exif.get(MAKE) or exif.get(MODEL)),
        "marks": marks_of(str(exif.get(SOFTWARE) or ""), picture.info, source.read_bytes() + _xmp(picture)),
    }


def _xmp(picture: Any) -> bytes:
    """XMP as the decoder found it: within a PNG it may be compressed."""
    xmp = picture.info.get("xmp")
    return xmp if isinstance(xmp, bytes) else b""


def _degrees(parts: Any, side: Any) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not 0 <= value <= 180:  # noqa: PLR2004 - also what is not a number
        return None
    return -value if str(side).upper().startswith(("S", "W")) else value


def _taken(text: Any, offset: Any) -> str | None:
    try:
        moment = datetime.strptime(str(text)[:19], "%Y:%m:%d %H:%M:%S")
        zone = datetime.strptime(str(offset), "%z").tzinfo if offset else WIB
        return moment.replace(tzinfo=zone).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return None


def _refused(sentence: str) -> dict[str, Any]:
    return {"refused": sentence}


if __name__ == "__main__":
    try:
        answer = main(*(Path(one) for one in sys.argv[1:4]))
    except Exception:  # noqa: BLE001 - whatever a hostile picture provokes
        answer = _refused("The photo cannot be read; it may be damaged. Take or export it again.")
    sys.stdout.write(json.dumps(answer) + "\n")
