"""From nothing to the first accepted complaint: seconds, megabytes, and what weighs how much.

``python -m bench.start_up``. Starts the program as people do, on a data folder of its own: a first time,
where databases are made, and again on what is there. ``--clone`` sets a clone of this repository up before,
which fetches everything. Prints times, memory (what each program has for itself and its share of the rest),
disk, and the heaviest packages.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from rich.console import Console
from rich.table import Table

from tests.program import ROOT, Program

HELP_RUNS = 7
HEAVIEST = 12
MB = 1_000_000
SUBMIT = (
    "submit", "--channel", "jaki", "--category", "jalan-berlubang", "--text", "Lubang di depan sekolah.",
    "--lat", "-6.1754", "--lon", "106.8272",
)  # fmt: skip


class Start(NamedTuple):
    """Seconds from the command to a ready service, and from there to the first complaint with its number."""

    ready_s: float
    accepted_s: float


def seconds(what: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def started(program: Program) -> Start:
    """Starts the service and hands a complaint in."""
    ready = seconds(lambda: program.up("dki-2025"))
    answer = program.run(*SUBMIT, "--reference", uuid4().hex)
    assert answer.status == 0, answer.err
    accepted = seconds(lambda: program.run(*SUBMIT, "--reference", uuid4().hex))
    return Start(ready, accepted)


def memory_mb(home: Path) -> dict[str, float]:
    """What each program of a running stack takes, with its children."""
    record = json.loads((home / "stack.json").read_text())
    roots = {
        name.removesuffix("_process"): process["pid"]
        for name, process in record.items()
        if name.endswith("_process") and process
    }
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        children.setdefault(_parent(folder), []).append(int(folder.name))
    return {name: sum(map(_own_kb, _family(pid, children))) / 1000 for name, pid in roots.items()}


def _parent(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended meanwhile
        return 0


def _family(pid: int, children: dict[int, list[int]]) -> Iterable[int]:
    yield pid
    for child in children.get(pid, ()):
        yield from _family(child, children)


def _own_kb(pid: int) -> int:
    """Its own memory and its share of what it has in common with others (PSS)."""
    try:
        said = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in said.splitlines() if line.startswith("Pss:"))


def size_mb(folder: Path) -> float:
    """What the files below a folder take."""
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir()) / MB


def packages() -> dict[str, float]:
    """Megabytes of every installed package."""
    return {one.name: _package_mb(one) for one in distributions()}


def _package_mb(one: Distribution) -> float:
    files = [Path(str(one.locate_file(file))) for file in one.files or ()]
    return sum(file.lstat().st_size for file in files if file.is_file()) / MB


def set_up(folder: Path) -> float:
    """Clones this repository and sets it up; returns the seconds."""
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True)  # noqa: S603, S607 - our own
    return seconds(lambda: subprocess.run(["make", "-s", "setup"], cwd=folder, check=True))  # noqa: S607


def help_s() -> float:
    """The median of some calls for help."""
    words = [sys.executable, str(ROOT / "starter.py"), "--help"]
    runs = (
        seconds(lambda: subprocess.run(words, stdout=subprocess.DEVNULL, check=True))  # noqa: S603 - our own
        for _ in range(HELP_RUNS)
    )
    return statistics.median(runs)


def main(*, clone: bool) -> None:
    """Measures and tells."""
    rows = [("starter.py --help, median of 7", f"{help_s():.2f} s")]
    with tempfile.TemporaryDirectory() as scratch:
        if clone:
            folder = Path(scratch) / "clone"
            rows.append(("make setup in a clone, with what it fetches", f"{set_up(folder):.0f} s"))
            rows.append(("what it made", f"{size_mb(folder / '.venv'):.0f} MB"))
        home = Path(scratch) / "home"
        home.mkdir()
        for name in ("first start", "start on what is there"):
            program = Program(home)
            start = started(program)
            rows.append((f"{name}: ready", f"{start.ready_s:.1f} s"))
            rows.append((f"{name}: a complaint from the command line", f"{start.accepted_s:.2f} s"))
            held = memory_mb(home)
            program.down()
        rows += [(f"memory of {name}", f"{mb:.0f} MB") for name, mb in held.items()]
        rows.append(("data folder", f"{size_mb(home):.0f} MB"))
    heavy = packages()
    rows.append((f"packages: {len(heavy)}, with those for development", f"{sum(heavy.values()):.0f} MB"))
    for name in sorted(heavy, key=heavy.__getitem__, reverse=True)[:HEAVIEST]:
        rows.append((f"  {name}", f"{heavy[name]:.0f} MB"))
    _tell(rows)


def _tell(rows: Iterable[tuple[str, str]]) -> None:
    table = Table(title=f"{os.cpu_count()} cores", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for row in rows:
        table.add_row(*row)
    Console(width=100).print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m bench.start_up",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--clone", action="store_true", help="set a clone up first (fetches everything)")
    main(clone=parser.parse_args().clone)
