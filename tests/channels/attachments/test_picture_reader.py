"""The picture reader as a program: what it says of honest, odd and damaged photos, and what it writes."""

import io
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageOps, PngImagePlugin

from channels.attachments.picture_reader import MOST_PIXELS
from channels.attachments.taking import PROGRAM, ROOT
from tests.city import MONDAY
from tests.pictures import encoded, jpeg, scene


class Reader:
    """Runs the program as the service runs it, and opens what it wrote."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, content: bytes) -> dict[str, Any]:
        (self._folder / "source").write_bytes(content)
        paths = [str(self._folder / name) for name in ("source", "shown", "thumbnail")]
        done = subprocess.run(
            [sys.executable, "-m", PROGRAM, *paths], check=False, cwd=ROOT, capture_output=True
        )
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def shown(self) -> Image.Image:
        return Image.open(self._folder / "shown")


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_as_pillow_would(reader: Reader, orientation: int) -> None:
    content = jpeg(scene(3, (300, 200)), orientation=orientation)
    said = reader.read(content)
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGB")
    assert (said["width"], said["height"]) == expected.size
    difference = ImageChops.difference(reader.shown(), expected).convert("L")
    assert sum(difference.tobytes()) / (300 * 200) < 8, "only what JPEG loses"


def test_damaged_exif_costs_the_data_and_not_the_photo(reader: Reader) -> None:
    """A photo whose pixels are whole is taken, whatever stands in its EXIF."""
    whole = jpeg(
        scene(5, (90, 60)), taken=MONDAY, point=(-6.1754, 106.8272), make="K", orientation=6, software="X"
    )
    start = whole.index(b"Exif\0\0")
    length = int.from_bytes(whole[start - 2 : start], "big")
    chance = random.Random(7)
    for _ in range(25):
        damaged = bytearray(whole)
        for _ in range(20):
            damaged[start + 6 + chance.randrange(length - 8)] = chance.randrange(256)
        assert "refused" not in reader.read(bytes(damaged))


def test_a_year_that_cannot_be_is_no_time(reader: Reader) -> None:
    exif = Image.Exif()
    exif[0x0132] = "0001:01:01 00:00:00"
    assert reader.read(encoded(scene(1), "JPEG", exif=exif))["taken_at"] is None


def test_a_telephone_that_did_not_find_itself_says_no_place(reader: Reader) -> None:
    assert reader.read(jpeg(scene(1), point=(0.0, 0.0)))["latitude"] is None
    assert reader.read(jpeg(scene(1), point=(-0.5, 0.0)))["latitude"] == pytest.approx(-0.5)


def test_sixteen_bits_of_grey_are_not_shown_white(reader: Reader) -> None:
    grey = Image.new("I;16", (256, 64))
    grey.putdata([column * 257 for _ in range(64) for column in range(256)])
    reader.read(encoded(grey, "PNG"))
    shown = reader.shown().convert("L")
    for column in (10, 128, 250):
        found = shown.getpixel((column, 30))
        assert isinstance(found, int)
        assert abs(found - column) < 8


def test_marks_in_a_png_are_found_even_when_they_are_compressed(reader: Reader) -> None:
    fields = PngImagePlugin.PngInfo()
    fields.add_itxt("XML:com.adobe.xmp", '<x xmp:CreatorTool="Adobe Firefly"/>', zip=True)
    fields.add_text("prompt", "a repaired street")
    said = reader.read(encoded(scene(2), "PNG", pnginfo=fields))
    assert said["marks"] == ["software firefly", "parameters of a generator"]


def test_a_text_in_a_png_that_unpacks_to_very_much_is_refused(reader: Reader) -> None:
    fields = PngImagePlugin.PngInfo()
    fields.add_text("Comment", "0" * 50_000_000, zip=True)
    content = encoded(scene(2), "PNG", pnginfo=fields)
    assert len(content) < 1_000_000
    assert "cannot be read" in reader.read(content)["refused"]


def test_what_was_made_transparent_stays_hidden(reader: Reader) -> None:
    picture = scene(2).convert("RGBA")
    picture.paste((200, 0, 0, 0), (100, 100, 300, 300))
    reader.read(encoded(picture, "PNG"))
    red, green, blue = reader.shown().getpixel((200, 200))  # type: ignore[misc]
    assert min(red, green, blue) > 250


@pytest.mark.parametrize("form", ["GIF", "TIFF", "BMP", "AVIF", "ICO"])
def test_what_pillow_could_read_as_well_is_not_read(reader: Reader, form: str) -> None:
    assert "cannot be read" in reader.read(encoded(scene(2), form))["refused"]


@pytest.mark.parametrize(
    ("form", "mode"), [("JPEG", "RGB"), ("HEIF", "RGB"), ("WEBP", "RGB"), ("PNG", "RGBA")]
)
def test_the_largest_photo_fits_into_the_memory_that_is_given(reader: Reader, form: str, mode: str) -> None:
    size = (8000, MOST_PIXELS // 8000)
    said = reader.read(encoded(scene(2, (800, 625)).resize(size).convert(mode), form, quality=50))
    assert (said["width"], said["height"]) == size
