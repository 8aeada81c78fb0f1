"""Copying the whole service to a folder, and making it again from there."""

import asyncio
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commandline.answers import Json, command, print_json, remark
from runtime.settings import PROJECT_ROOT, Settings, load_settings

if TYPE_CHECKING:
    from runtime.backup_manifest import Manifest

SKIPPED_NUMBERS = 5000
"""More than may have been given out today since the backup; a number may have five digits."""


@command
async def backup(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A new folder for it, outside the data folder.")
    ],
    as_json: Json = False,
) -> None:
    """Copies everything to a new folder while the stack runs: both databases, files, imported boundaries.

    The key ring is NOT in it: whoever finds the backup can read no complaint, and neither can you without
    the ring. Keep a copy of TUNTAS_HOME/keys.toml in another safe place, and renew it after each `key-ring
    new`. Pictures and lists of rejected rows are not sealed: keep the backup, too, where nobody else reads.
    """
    from runtime.backup import Asked, back_up  # noqa: PLC0415 - heavy
    from store.backup_facts import KEYS, LIVING, REVISION  # noqa: PLC0415

    chosen = load_settings()
    if chosen.files_url:
        remark("Photos and documents are in S3 (TUNTAS_FILES_URL) and not in this backup; copy the bucket.")
    with _bar() as step:
        made = await asyncio.to_thread(
            back_up, chosen, folder.absolute(), Asked(LIVING, REVISION, KEYS), _versions(), step
        )
    if made.without_workflow:
        remark(
            f"{len(made.without_workflow)} open complaints have no workflow in Temporal "
            f"(docs/runbook.md, Complaints without a workflow). The first: {made.without_workflow[0]}"
        )
    if as_json:
        print_json(made)
        return
    remark(
        f"{folder}: {made.open_complaints} open complaints, {len(made.files)} files, "
        f"{made.size / 1e6:.1f} MB, as of {made.cut_at:%Y-%m-%d %H:%M:%S} UTC.\n"
        f"The key ring is not in it; this backup needs: {', '.join(made.keys) or 'none yet'}."
    )


@command
async def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What `backup` made.")],
    key_ring: Annotated[
        Path | None,
        typer.Option("--key-ring", help="Your copy of keys.toml; it is put into the data folder."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Makes a new data folder (TUNTAS_HOME) from a backup; then `up` goes on where the backup was made.

    Overwrites nothing. The stack that the backup was made of must not run any more: two of them would both
    tell people. Deadlines that passed in between fire at the start; letters that went out after the backup
    go out again; numbers skip ahead, so that nobody gets one that somebody else was given meanwhile.
    """
    from runtime.restore import restore as bring_back  # noqa: PLC0415 - heavy

    chosen = load_settings()

    async def finish(url: str) -> None:
        await _finish(url, chosen, key_ring)

    with _bar() as step:
        manifest = await bring_back(folder.absolute(), chosen, key_ring, finish, step)
    _remark_versions(manifest)
    if as_json:
        print_json(manifest)
        return
    remark(
        f"{chosen.home} is ready: {manifest.open_complaints} open complaints as of "
        f"{manifest.cut_at:%Y-%m-%d %H:%M:%S} UTC. Next: starter.py up"
    )


async def _finish(url: str, chosen: Settings, key_ring: Path | None) -> None:
    """Brings the tables up to date, sees that the ring opens what is there, and skips numbers."""
    from runtime.key_ring import KeyRing, open_key_ring  # noqa: PLC0415
    from store.complaints import Register  # noqa: PLC0415 - heavy
    from store.database import Database  # noqa: PLC0415 - heavy
    from store.migrate import migrate  # noqa: PLC0415

    await asyncio.to_thread(migrate, url)
    engine = Database.at(url, KeyRing.at(key_ring) if key_ring else open_key_ring(chosen))
    try:
        await engine.vault.check_ring()
        await Register(engine).skip_numbers(datetime.now(UTC), SKIPPED_NUMBERS)
    finally:
        await engine.dispose()


def _versions() -> dict[str, str]:
    from runtime.temporal_server import temporal_binary  # noqa: PLC0415 - heavy

    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["project"]
    said = subprocess.run(  # noqa: S603 - our own binary and arguments
        [temporal_binary(), "--version"], capture_output=True, text=True, check=True
    ).stdout
    return {"tuntas": project["version"], "temporal": said.removeprefix("temporal version ").strip()}


def _remark_versions(manifest: "Manifest") -> None:
    for name, now in _versions().items():
        if (then := manifest.versions.get(name)) != now:
            remark(f"The backup was made by {name} {then}; here it is {now}.")


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on stderr for each thing that is done."""
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import Progress  # noqa: PLC0415 - heavy

    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks = {}

        def step(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name)
            bar.update(tasks[name], completed=done, total=total)

        yield step
