"""A backup becomes a data folder again, all of it or nothing."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from runtime.backup import POSTGRES, REST, TEMPORAL, Step
from runtime.backup_manifest import Manifest, check_files, read_manifest
from runtime.home import Home
from runtime.key_ring import KeyRing, WrongKeys, open_key_ring
from runtime.postgres import Postgres
from runtime.postgres_dump import restore_dump
from runtime.settings import Settings
from runtime.start_failed import StartFailed
from runtime.temporal_client import is_external

Finish = Callable[[str], Awaitable[None]]
"""Is told the SQLAlchemy URL of the database that is back; what it raises undoes everything."""


async def restore(
    folder: Path, settings: Settings, key_ring: Path | None, finish: Finish, step: Step
) -> Manifest:
    """Makes the data folder of the settings from a backup; ``starter.py up`` then goes on from there.

    The folder must not exist yet, be empty, or hold nothing but the key ring. Raises ``BadBackup``,
    ``WrongKeys`` when the ring does not open the backup, ``StartFailed``.
    """
    manifest = await asyncio.to_thread(read_manifest, folder)
    home = Home(settings.home)
    _check_home(home, settings)
    _check_ring(settings, home, manifest, key_ring)
    done = 0

    def checked(size: int) -> None:
        nonlocal done
        done += size
        step("checking", done, manifest.size)

    await asyncio.to_thread(check_files, folder, manifest, checked)
    home.root.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place, and moved there at the end: an interrupted restore leaves no half of a data folder.
    unfinished = Home(Path(tempfile.mkdtemp(prefix=f".{home.root.name}.", dir=home.root.parent)))
    try:
        await _fill(unfinished, folder, finish, key_ring or _ring_of(home), step)
        if home.root.exists():
            shutil.rmtree(home.root)
        unfinished.root.rename(home.root)
    finally:
        shutil.rmtree(unfinished.root, ignore_errors=True)
    return manifest


def _check_home(home: Home, settings: Settings) -> None:
    if settings.database_url or is_external():
        raise StartFailed(
            "Only the embedded servers are restored here; for a PostgreSQL or Temporal of your own see "
            "docs/operations.md, Backup and restore."
        )
    there = {one.name for one in home.root.iterdir()} if home.root.exists() else set()
    if there - {home.keys_file.name}:
        raise StartFailed(
            f"There is data in {home.root} already, and a restore overwrites none; name a new data folder "
            "with TUNTAS_HOME."
        )


def _check_ring(settings: Settings, home: Home, manifest: Manifest, key_ring: Path | None) -> None:
    """The ring is no part of a backup; without it nothing in it can be read, so that it comes first."""
    if key_ring is None and settings.keys is None and not home.keys_file.exists():
        raise WrongKeys(
            "A backup does not hold the key ring, and without it nobody can read the complaints: name your "
            f"copy of it with --key-ring FILE, or put it to {home.keys_file} first."
        )
    ring = KeyRing.at(key_ring) if key_ring else open_key_ring(settings)
    if isinstance(ring, KeyRing) and (lacking := set(manifest.keys) - set(ring.names())):
        raise WrongKeys(
            f"The key ring lacks {', '.join(sorted(lacking))}, which this backup was sealed with: use the "
            "copy of the ring from the time of the backup."
        )


def _ring_of(home: Home) -> Path | None:
    return home.keys_file if home.keys_file.exists() else None


async def _fill(home: Home, backup: Path, finish: Finish, key_ring: Path | None, step: Step) -> None:
    if key_ring is not None:
        shutil.copyfile(key_ring, home.keys_file)
        home.keys_file.chmod(0o600)
    shutil.copyfile(backup / TEMPORAL, home.temporal_database)
    shutil.copytree(backup / REST, home.root, dirs_exist_ok=True)
    postgres = Postgres(home.postgres, lambda _: None)
    step("PostgreSQL", 0, 1)
    try:
        await postgres.start()
        await asyncio.to_thread(restore_dump, postgres.owner_url, backup / POSTGRES)
        await finish(postgres.owner_url)
    finally:
        await postgres.stop()
    step("PostgreSQL", 1, 1)
