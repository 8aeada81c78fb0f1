"""Taking a file in: recognised, checked, copied for others to see, kept under the digest of its content."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from channels.attachments.kind import HEAD, Sizes, check_size, kind_of
from domain.commands import Evidence
from domain.evidence import AtComplaint, Attachment
from domain.place import Point
from domain.refusal import RefusalCode, Refused

READ_WITHIN_S = 30.0
PROGRAM = "channels.attachments.picture_reader"
ROOT = Path(__file__).resolve().parents[2]

AT_ONCE = min(os.cpu_count() or 1, 4)
"""Pictures that are decoded at the same time; others wait. More would take memory and be no faster."""

NEEDED = ("PATH", "LD_LIBRARY_PATH", "LANG")
"""Of our environment, what the reader is given: a picture that takes it over finds no key and no password."""


class Keeping(Protocol):
    """Where contents are kept: by name, once, never changed. Raises ``ConnectionError`` when it is away."""

    async def keep(self, name: str, content: Path, media_type: str) -> None:
        """Keeps a file under a name; one that is there already stays as it is."""
        ...

    async def read(self, name: str) -> bytes | None:
        """What is kept under a name, None when there is nothing."""
        ...


class Catalogue(Protocol):
    """What is known of each content."""

    async def add(self, attachment: Attachment, by: str, at: datetime) -> None:
        """Notes a file that was taken in; one that is known stays as it was noted first."""
        ...

    async def missing(self, digests: Iterable[str]) -> Sequence[str]:
        """Of these digests, those that were never taken in."""
        ...

    async def of(self, number: str) -> Sequence[AtComplaint]:
        """The files of a complaint in the order in which they came, each with its findings."""
        ...


class Attachments:
    """Takes files in for everybody: channels, officers, reporters."""

    def __init__(self, keeping: Keeping, catalogue: Catalogue, sizes: Sizes | None = None) -> None:
        self._keeping = keeping
        self._catalogue = catalogue
        self._sizes = sizes or Sizes()
        self._reading = asyncio.Semaphore(AT_ONCE)

    @property
    def largest(self) -> int:
        """Bytes that any file may have."""
        return self._sizes.largest

    async def take(self, content: AsyncIterator[bytes], by: str, at: datetime) -> Evidence:
        """Takes a file in. Raises ``Refused`` with BAD_INPUT and one sentence that says what is wrong.

        The same content is the same file, however often it comes. ``by`` is a channel or an officer.
        """
        with TemporaryDirectory() as folder:
            source = Path(folder) / "source"
            received = await _receive(content, source, self._sizes)
            known = await self._look(source, received)
            await self._catalogue.add(known, by, at)
        return Evidence(uri=f"sha256:{received.sha256}", sha256=received.sha256)

    async def take_file(self, path: Path, by: str, at: datetime) -> Evidence:
        """Takes a file of this machine in."""
        return await self.take(_chunks(path), by, at)

    async def missing(self, digests: Iterable[str]) -> Sequence[str]:
        """Of these digests, those that were never taken in."""
        return await self._catalogue.missing(digests)

    async def of(self, number: str) -> Sequence[AtComplaint]:
        """The files of a complaint in the order in which they came, each with its findings."""
        return await self._catalogue.of(number)

    async def read(self, name: str) -> bytes | None:
        """A kept content: ``original/``, ``shown/`` or ``thumbnail/`` and the digest; None: there is none."""
        return await self._keeping.read(name)

    async def _look(self, source: Path, received: Attachment) -> Attachment:
        facts, digest = received, received.sha256
        if facts.is_picture:
            shown, thumbnail = source.with_name("shown"), source.with_name("thumbnail")
            async with self._reading:
                facts = facts.model_copy(update=await _read_picture(source, shown, thumbnail))
            await self._keeping.keep(f"shown/{digest}", shown, "image/jpeg")
            await self._keeping.keep(f"thumbnail/{digest}", thumbnail, "image/jpeg")
        await self._keeping.keep(f"original/{digest}", source, facts.media_type)
        return facts


async def _receive(content: AsyncIterator[bytes], source: Path, sizes: Sizes) -> Attachment:
    """Writes the content down while it comes, and stops as soon as it is too much."""
    digest, size = sha256(), 0
    with source.open("wb") as file:
        async for chunk in content:
            size += len(chunk)
            if size > sizes.largest:
                break
            digest.update(chunk)
            file.write(chunk)
    if not size:
        raise Refused(RefusalCode.BAD_INPUT, "The file is empty.")
    with source.open("rb") as file:
        kind = kind_of(file.read(HEAD))
    check_size(kind, size, sizes)
    return Attachment(sha256=digest.hexdigest(), media_type=kind.media_type, size_bytes=size)


async def _read_picture(source: Path, shown: Path, thumbnail: Path) -> dict[str, Any]:
    """What the picture reader says. Raises ``Refused`` when it refuses, dies or takes too long."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", PROGRAM, str(source), str(shown), str(thumbnail),
        cwd=ROOT,
        env={name: os.environ[name] for name in NEEDED if name in os.environ},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        out, _ = await asyncio.wait_for(process.communicate(), READ_WITHIN_S)
        said = json.loads(out)
    except (TimeoutError, ValueError):
        said = {"refused": "The photo cannot be read in reasonable time; export it anew, or smaller."}
    finally:
        if process.returncode is None:
            process.kill()
    if "refused" in said:
        raise Refused(RefusalCode.BAD_INPUT, said["refused"])
    return _facts(said)


def _facts(said: dict[str, Any]) -> dict[str, Any]:
    located = said["latitude"] is not None and abs(said["latitude"]) <= 90  # noqa: PLR2004
    return {
        "width": said["width"],
        "height": said["height"],
        "taken_at": datetime.fromisoformat(said["taken_at"]) if said["taken_at"] else None,
        "point": Point(latitude=said["latitude"], longitude=said["longitude"]) if located else None,
        "has_camera": said["has_camera"],
        "marks": tuple(said["marks"]),
        "likeness": said["likeness"],
    }


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                yield chunk
    except OSError as error:
        raise Refused(RefusalCode.BAD_INPUT, f"The file {path} cannot be read: {error.strerror}.") from error
