"""Files as people and attackers send them, through the real reader, into a folder and into S3."""

import asyncio
import io
import socket
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
import pytest
from moto.server import ThreadedMotoServer
from PIL import Image

from channels.attachments.kind import MEGA, Sizes
from channels.attachments.taking import AT_ONCE, NEEDED, PROGRAM, Attachments
from domain.commands import Evidence
from domain.refusal import RefusalCode, Refused
from runtime.free_port import free_port
from store.attachments import AttachmentCatalogue
from store.contents import BadStorage, Contents, StorageUnreachable
from store.database import Database
from tests.channels.attachments.test_marks import MANIFEST
from tests.pictures import encoded, hundred_megapixels, jpeg, scene

AT = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


async def chunks(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@pytest.fixture
def folder(tmp_path: Path) -> Contents:
    return Contents.at(None, tmp_path / "files")


@pytest.fixture
def attachments(folder: Contents, engine: Database) -> Attachments:
    return Attachments(folder, AttachmentCatalogue(engine))


async def take(attachments: Attachments, content: bytes) -> Evidence:
    return await attachments.take(chunks(content), "jaki", AT)


pytestmark = pytest.mark.servers


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("a", b"\0" * 30_000_000)
    return out.getvalue()


HOSTILE = {
    "empty": (b"", "empty"),
    "zip bomb": (zip_bomb(), "kind of file is not taken"),
    "svg with script": (
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "not taken",
    ),
    "html": (b"<!doctype html><script>alert(1)</script>", "not taken"),
    "hundred megapixels": (hundred_megapixels(), "at most 50 million"),
    "truncated": (jpeg()[:2000], "cannot be read"),
    "only a beginning": (b"\xff\xd8\xff\xe0", "cannot be read"),
    "noise behind a beginning": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "cannot be read"),
    "a photo of 15 MB and more": (jpeg() + b"\0" * 15 * MEGA, "at most 15 MB"),
    "executable": (b"\x7fELF" + b"\0" * 100, "not taken"),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_hostile_or_broken_is_refused_with_a_sentence(
    attachments: Attachments, name: str
) -> None:
    content, reason = HOSTILE[name]
    with pytest.raises(Refused, match=reason) as refused:
        await take(attachments, content)
    assert refused.value.code is RefusalCode.BAD_INPUT
    assert await take(attachments, jpeg()), "the next one is taken as if nothing had happened"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
async def test_every_kind_of_photo_is_shown_as_a_jpeg(
    attachments: Attachments, folder: Contents, form: str
) -> None:
    taken = await take(attachments, encoded(scene(2, (3000, 2000)), form))
    for size, longest in (("shown", 2048), ("thumbnail", 320)):
        content = await folder.read(f"{size}/{taken.sha256}")
        assert content is not None
        with Image.open(io.BytesIO(content)) as copy:
            assert (copy.format, max(copy.size)) == ("JPEG", longest)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n%...",
        b"\0\0\0\x18ftypmp42" + b"\0" * 40,
        b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\x82\x84webm",
    ],
)
async def test_a_document_or_video_is_kept_as_it_is(
    attachments: Attachments, folder: Contents, content: bytes
) -> None:
    taken = await take(attachments, content)
    assert await folder.read(f"original/{taken.sha256}") == content
    assert await folder.read(f"shown/{taken.sha256}") is None


async def test_what_others_see_has_no_place_no_time_and_nothing_hidden(
    attachments: Attachments, folder: Contents
) -> None:
    secret = b"<script>alert('polyglot')</script>"
    content = jpeg(taken=AT, point=(-6.1754, 106.8272), make="Kamera") + secret
    taken = await take(attachments, content)
    for size in ("shown", "thumbnail"):
        copy = await folder.read(f"{size}/{taken.sha256}")
        assert copy is not None
        assert secret not in copy
        assert not Image.open(io.BytesIO(copy)).getexif()
    assert await folder.read(f"original/{taken.sha256}") == content, "the record keeps what was sent"


async def test_a_photo_taken_sideways_is_shown_upright(attachments: Attachments, folder: Contents) -> None:
    taken = await take(attachments, jpeg(scene(3, (600, 400)), orientation=6))
    copy = await folder.read(f"shown/{taken.sha256}")
    assert copy is not None
    assert Image.open(io.BytesIO(copy)).size == (400, 600)


async def test_the_same_content_is_one_file(attachments: Attachments) -> None:
    first, second = await take(attachments, jpeg()), await take(attachments, jpeg())
    assert first == second
    assert await attachments.missing([first.sha256 or "", "0" * 64]) == ["0" * 64]


async def test_a_name_is_never_a_path(attachments: Attachments, tmp_path: Path) -> None:
    """Contents are kept by their digest; a file of this machine is only read."""
    odd = tmp_path / "..%2f..%2fetc%2fpasswd\n.jpg"
    odd.write_bytes(jpeg())
    taken = await attachments.take_file(odd, "lurah", AT)
    assert taken.uri == f"sha256:{taken.sha256}"
    with pytest.raises(Refused, match="cannot be read"):
        await attachments.take_file(tmp_path / "nowhere.jpg", "lurah", AT)


async def test_too_much_is_not_read_to_its_end(attachments: Attachments) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += MEGA
            yield b"%PDF-" + b"\0" * (MEGA - 5)

    with pytest.raises(Refused, match="at most 20 MB"):
        await attachments.take(endless(), "jaki", AT)
    assert read <= Sizes().largest + 2 * MEGA


async def test_a_city_may_take_less(folder: Contents, engine: Database) -> None:
    strict = Attachments(folder, AttachmentCatalogue(engine), Sizes(photo=1, video=1, pdf=1))
    with pytest.raises(Refused, match="at most 1 MB"):
        await take(strict, jpeg() + b"\0" * MEGA)


async def test_many_photos_at_once_are_read_a_few_at_a_time(attachments: Attachments) -> None:
    """Each is taken in the end: waiting for a turn is not held against a photo."""
    most, running = 0, True

    async def watch() -> None:
        nonlocal most
        while running:
            most = max(most, len(readers()))
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    photos = [jpeg(scene(200 + one, (1600, 1200))) for one in range(12)]
    taken = await asyncio.gather(*(take(attachments, photo) for photo in photos))
    running = False
    await watching
    assert len({one.sha256 for one in taken}) == len(photos)
    assert 1 <= most <= AT_ONCE


def readers() -> list[psutil.Process]:
    """The picture readers that this process has started and that still run."""
    found = []
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):  # it may end while it is looked at
            if child.status() != psutil.STATUS_ZOMBIE and PROGRAM in child.cmdline():
                found.append(child)
    return found


async def test_the_reader_is_given_no_secrets(
    attachments: Attachments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    monkeypatch.setenv("TUNTAS_DATABASE_URL", "postgresql://user:a-secret@host/name")
    taking = asyncio.create_task(take(attachments, jpeg(scene(9, (4000, 3000)))))
    seen: dict[str, str] = {}
    while not taking.done() and not seen:
        await asyncio.sleep(0.005)
        for child in readers():
            with suppress(psutil.Error):
                seen = child.environ()
    await taking
    assert seen
    assert set(seen) <= {*NEEDED, "LC_CTYPE"}


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The protocol's own test server: no S3 server proper is to be had from a registry."""
    server = ThreadedMotoServer("127.0.0.1", free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


async def test_contents_are_kept_in_s3(
    s3: str, engine: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    async with httpx.AsyncClient() as bucket:
        (await bucket.put(f"{s3}/tuntas")).raise_for_status()
    contents = Contents.at(f"s3://tuntas/jakarta?endpoint={s3}&region=us-east-1", tmp_path)
    attachments = Attachments(contents, AttachmentCatalogue(engine))
    for _ in range(2):
        taken = await take(attachments, jpeg(scene(4)))
    assert await contents.read(f"original/{taken.sha256}") == jpeg(scene(4))
    assert await contents.read("original/nothing") is None
    async with httpx.AsyncClient() as bucket:
        assert f"jakarta/thumbnail/{taken.sha256}" in (await bucket.get(f"{s3}/tuntas?list-type=2")).text


async def test_a_storage_that_is_away_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"s3://tuntas?endpoint=http://127.0.0.1:{closed.getsockname()[1]}&region=us-east-1"
        with pytest.raises(StorageUnreachable):
            await Contents.at(url, tmp_path).read("original/x")
    for bad in ("ftp://x", "s3://", "s3://bucket?password=x"):
        with pytest.raises(BadStorage, match="cannot keep files"):
            Contents.at(bad, tmp_path)


async def test_a_storage_that_says_nothing_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes connections and never answers: whoever waits is told so in seconds, not in minutes."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setattr("store.contents.SILENT_FOR", timedelta(seconds=1))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"s3://tuntas?endpoint=http://127.0.0.1:{silent.getsockname()[1]}&region=us-east-1"
        with pytest.raises(StorageUnreachable):
            await asyncio.wait_for(Contents.at(url, tmp_path).read("original/x"), 20)


async def test_what_was_not_written_to_its_end_is_written_anew(
    attachments: Attachments, folder: Contents, tmp_path: Path
) -> None:
    taken = await take(attachments, jpeg(scene(8)))
    (tmp_path / "files" / "original" / (taken.sha256 or "")).write_bytes(b"")
    assert await take(attachments, jpeg(scene(8))) == taken
    assert await folder.read(f"original/{taken.sha256}") == jpeg(scene(8))


async def test_what_a_photo_says_about_itself_is_noted(attachments: Attachments, engine: Database) -> None:
    from sqlalchemy import select

    from store.engine import transaction
    from store.tables import AttachmentRow

    content = jpeg(scene(5), taken=AT, point=(-6.1754, 106.8272), make="Kamera")
    taken = await take(attachments, content + MANIFEST + b"trainedAlgorithmicMedia")
    edited = await take(attachments, jpeg(scene(6), software="Adobe Photoshop 25.0"))
    async with transaction(engine) as connection:
        rows = {
            row.sha256: row
            for row in await connection.execute(
                select(AttachmentRow.__table__).where(AttachmentRow.sha256.in_([taken.sha256, edited.sha256]))
            )
        }
    row = rows[taken.sha256]
    assert (row.media_type, row.width, row.height, row.has_camera) == ("image/jpeg", 640, 480, True)
    assert row.taken_at == AT
    assert (round(row.latitude, 4), round(row.longitude, 4)) == (-6.1754, 106.8272)
    assert row.marks == ["IPTC: made by an algorithm", "C2PA content credentials"]
    assert (rows[edited.sha256].marks, rows[edited.sha256].has_camera) == (["software photoshop"], False)
