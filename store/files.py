"""Pictures and documents in a folder, each under the digest of its content: kept once, never overwritten."""

import shutil
from hashlib import file_digest
from pathlib import Path
from tempfile import NamedTemporaryFile

from domain.commands import Evidence
from domain.refusal import RefusalCode, Refused

LARGEST = 50 * 1024 * 1024
"""Bytes that one file may have."""


class Files:
    """The files of one folder, which is made when the first file comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, path: Path) -> Evidence:
        """Copies a file in. ``Refused`` with BAD_INPUT: it is unreadable, empty or too large."""
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise Refused(
                RefusalCode.BAD_INPUT, f"The file {path} cannot be read: {error.strerror}."
            ) from error
        if not 0 < size <= LARGEST:
            raise Refused(
                RefusalCode.BAD_INPUT, f"The file {path} has {size} bytes; 1 to {LARGEST} bytes are taken."
            )
        self._store(path, digest)
        return Evidence(uri=f"file:{digest}", sha256=digest)

    def path(self, digest: str) -> Path:
        """Where the file with this digest lies, if it is here."""
        return self._folder / digest[:2] / digest

    def _store(self, path: Path, digest: str) -> None:
        target = self.path(digest)
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        # A reader never sees half a file: it is written beside its place and moved there.
        with NamedTemporaryFile(dir=target.parent, delete=False) as unfinished, path.open("rb") as source:
            shutil.copyfileobj(source, unfinished)
        Path(unfinished.name).replace(target)
        target.chmod(0o640)
