"""The disk runs full under load, and is given room again: PostgreSQL's and Temporal's files both are on it.

The data folder is a small tmpfs, which a file fills to the last byte. Mounting needs root.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.faults.accounts import accounts_agree
from tests.faults.load import Load, settled
from tests.faults.script import Asked, Outcome, run
from tests.faults.stage import stage

SIZE_MB = 400
FULL_S = 8.0
"""So long it stays full: several attempts of everything."""


async def disk_full(asked: Asked) -> Outcome:
    """Fills the disk so many times."""
    with small_disk() as disk:
        async with stage("demo", home=disk / "home") as on:
            load, stop = Load(on, asked.seed), asyncio.Event()
            working = asyncio.create_task(load.run(stop))
            chance = Random(asked.seed)
            for _ in range(asked.times):
                await asyncio.sleep(chance.uniform(2, 6))
                taken = await asyncio.to_thread(fill, disk)
                await asyncio.sleep(FULL_S)
                taken.unlink()
                asked.advance()
            await asyncio.sleep(3)
            stop.set()
            await working
            await settled(load)
            accounts = await accounts_agree(on.engine, on.client, load.promises)
    again = load.promises.counts["asked again"]
    figures = (
        f"disk of {SIZE_MB} MB full {asked.times} times for {FULL_S:.0f} s, {again} requests asked again"
    )
    return Outcome(f"{figures}; {accounts}", accounts.agree)


@contextmanager
def small_disk() -> Iterator[Path]:
    """A tmpfs of its own."""
    if os.geteuid() != 0:
        sys.exit("A small disk can be mounted by root only; run this as root.")
    folder = Path(tempfile.mkdtemp(prefix="fault-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=755", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=False)
        folder.rmdir()


def fill(disk: Path) -> Path:
    """Writes a file until there is no room."""
    taken = disk / "taken"
    with taken.open("wb", buffering=0) as file:
        try:
            while file.write(b"\0" * 65536):
                pass
        except OSError:
            pass
    return taken


if __name__ == "__main__":
    run("disk_full", disk_full, 5, counted="how often it is full")
