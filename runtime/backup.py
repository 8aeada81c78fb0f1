"""A backup of the embedded stack while it runs.

Temporal first, PostgreSQL a moment later, files last: what is on record may be ahead of Temporal, never
behind it (docs/decisions/0043-backup.md). That no complaint of the dump lacks its workflow is checked.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from runtime.backup_manifest import Manifest, kept, write_manifest
from runtime.home import Home
from runtime.postgres_dump import PostgresDump
from runtime.settings import Settings
from runtime.stack_record import StackRecord, read_stack
from runtime.start_failed import StartFailed
from runtime.temporal_client import is_external
from runtime.temporal_copy import TemporalCopy

TEMPORAL, POSTGRES, REST = "temporal.db", "postgres.dump", "home"
CUTS = 20

Step = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


class Asked(NamedTuple):
    """What the backup asks the dump, as SQL.

    The ids of the workflows that must be in Temporal's copy; the revision of the tables; the keys' names.
    """

    living: str
    revision: str
    keys: str


class Cut(NamedTuple):
    """One moment of both databases."""

    temporal: TemporalCopy
    postgres: PostgresDump
    at: datetime
    ms: float
    living: int
    lacking: tuple[str, ...]


def back_up(settings: Settings, folder: Path, asked: Asked, versions: dict[str, str], step: Step) -> Manifest:
    """Makes a backup in a new folder; one that was broken off never looks like one.

    Raises ``StartFailed`` when the stack does not run here, or the folder cannot be used.
    """
    record, home = _running(settings), Home(settings.home)
    _check_target(folder, home)
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        with _cut(home, record.database, asked.living) as cut:
            cut.temporal.write_to(unfinished / TEMPORAL, lambda done, all_: step("Temporal", done, all_))
            step("PostgreSQL", 0, 1)
            cut.postgres.write_to(unfinished / POSTGRES)
            step("PostgreSQL", 1, 1)
            _copy_rest(home, unfinished / REST, step)
            manifest = _manifest(unfinished, cut, asked, versions)
        write_manifest(unfinished, manifest)
        _settle(unfinished)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return manifest


def _running(settings: Settings) -> StackRecord:
    """The stack that is to be copied."""
    if settings.database_url or is_external():
        raise StartFailed(
            "Only the embedded servers are backed up here; for a PostgreSQL or Temporal of your own see "
            "docs/operations.md, Backup and restore."
        )
    record = read_stack(settings.home)
    if record is None or not (record.database_runs() and record.temporal_runs()):
        raise StartFailed(
            f"No stack runs on {settings.home}; start it with starter.py up. A stack that is stopped may "
            "be copied as it lies, folder and all."
        )
    return record


def _check_target(folder: Path, home: Home) -> None:
    if folder.exists():
        raise StartFailed(f"{folder} is there already; name a new folder for each backup.")
    if folder.is_relative_to(home.root):
        raise StartFailed(
            f"{folder} lies in the data folder that it is to be a copy of; choose another place."
        )


@contextmanager
def _cut(home: Home, database: str, living: str) -> Iterator[Cut]:
    """Both databases as they are within milliseconds.

    A complaint that began and was registered between the two has a record and no workflow; then the cut is
    made again. One that had none in an earlier cut either does not become complete by waiting.
    """
    before: set[str] | None = None
    for _ in range(CUTS):
        with ExitStack() as held:
            copy, dump = TemporalCopy(home.temporal_database), PostgresDump(database)
            began = time.perf_counter()
            held.enter_context(copy)
            held.enter_context(dump)
            ms = (time.perf_counter() - began) * 1000
            cut_at = datetime.now(UTC)
            ids = [one for (one,) in dump.rows(living)]
            lacking = copy.lacking(ids)
            if lacking <= (before or set()):
                yield Cut(copy, dump, cut_at, round(ms, 1), len(ids), tuple(sorted(lacking)))
                return
            before = lacking
    raise StartFailed(
        f"Complaints come in so fast that {CUTS} attempts to copy both databases failed; try again."
    )


def _copy_rest(home: Home, target: Path, step: Step) -> None:
    """Files are kept under their digest before anything names them and never change: later is enough."""
    found = [file for one in home.kept for file in ([one] if one.is_file() else sorted(one.rglob("*")))]
    target.mkdir()
    for done, file in enumerate(found, 1):
        place = target / file.relative_to(home.root)
        if file.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, place)
        step("files", done, len(found))


def _manifest(folder: Path, cut: Cut, asked: Asked, versions: dict[str, str]) -> Manifest:
    return Manifest(
        cut_at=cut.at,
        cut_ms=cut.ms,
        versions={**versions, "postgresql": cut.postgres.version},
        revision=str(cut.postgres.rows(asked.revision)[0][0]),
        keys=tuple(name for (name,) in cut.postgres.rows(asked.keys)),
        open_complaints=cut.living,
        without_workflow=cut.lacking,
        files=tuple(kept(folder, file) for file in sorted(folder.rglob("*")) if file.is_file()),
    )


def _settle(folder: Path) -> None:
    """Everything is on the disk before the folder gets its name."""
    for file in (*folder.rglob("*"), folder):
        handle = os.open(file, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
