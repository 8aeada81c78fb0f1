"""What lies in a backup, and whether it is still what was put there: ``manifest.json``, written last."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

FORM = 1
MANIFEST = "manifest.json"
_PIECE = 1 << 20


class BadBackup(RuntimeError):
    """A folder is no backup, or not one that can be used; the message says why and what to do."""


class Kept(BaseModel):
    """One file of a backup; ``name`` is its path in it."""

    model_config = ConfigDict(frozen=True)

    name: str
    size: int
    sha256: str


class Manifest(BaseModel):
    """What a backup holds.

    ``cut_at`` is the moment whose state it keeps; ``cut_ms`` how far apart in time its two databases are.
    ``revision`` is that of the tables, ``keys`` are the names of the keys of the ring that open it.
    ``without_workflow`` are open complaints that Temporal did not know: none, unless something is wrong.
    """

    model_config = ConfigDict(frozen=True)

    form: int = FORM
    cut_at: datetime
    cut_ms: float
    versions: dict[str, str]
    revision: str
    keys: tuple[str, ...]
    open_complaints: int
    without_workflow: tuple[str, ...] = ()
    files: tuple[Kept, ...]

    @property
    def size(self) -> int:
        """Bytes of everything in it."""
        return sum(one.size for one in self.files)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Completes a backup: without this file a folder is none."""
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup. Raises :class:`BadBackup`."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise BadBackup(
            f"{folder} is not a backup: it has no readable {MANIFEST}; name a folder that "
            "`starter.py backup` has made."
        ) from error
    except ValidationError as error:
        raise BadBackup(f"{folder / MANIFEST} cannot be read; use another backup.") from error
    if manifest.form != FORM:
        raise BadBackup(
            f"{folder} is a backup of form {manifest.form}, this version of Tuntas reads form {FORM}; "
            "use the version that made it."
        )
    return manifest


def check_files(folder: Path, manifest: Manifest, step: Callable[[int], None] = lambda _: None) -> None:
    """Reads every file of a backup and compares it. ``step`` gets the bytes done. Raises ``BadBackup``."""
    for one in manifest.files:
        try:
            found = kept(folder, folder / one.name)
        except OSError as error:
            raise BadBackup(
                f"The backup {folder} lacks {one.name} ({error.strerror}); use another."
            ) from error
        if found != one:
            raise BadBackup(f"{one.name} in the backup {folder} was changed since; use another backup.")
        step(one.size)


def kept(folder: Path, file: Path) -> Kept:
    """A file of a backup as its manifest names it."""
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while piece := content.read(_PIECE):
            digest.update(piece)
    return Kept(name=file.relative_to(folder).as_posix(), size=file.stat().st_size, sha256=digest.hexdigest())
