"""A virtual environment for a peer's packages, so that they never come among ours.

Made on first use below ``var/bench/NAME``, and anew when its pinned requirements have changed.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from runtime.settings import PROJECT_ROOT

PEERS = Path(__file__).resolve().parent
LIMIT_S = 900


def folder(name: str) -> Path:
    """Where everything of a peer lies."""
    return Path(PROJECT_ROOT) / "var" / "bench" / name


def environment(name: str, say: Callable[[str], None]) -> Path:
    """The folder of the peer's programs (``bin``), once its packages are installed."""
    wanted = PEERS / name / "requirements.txt"
    place, mark = folder(name) / "venv", folder(name) / "venv" / ".made-of"
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()
    if not (mark.exists() and mark.read_text() == digest):
        say(f"{name}: making its environment (a minute or so, this once) ...")
        shutil.rmtree(place, ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        _run(sys.executable, "-m", "venv", str(place))
        pip = (str(place / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check")
        _run(*pip, "--no-deps", "--require-hashes", "-r", str(wanted))
        mark.write_text(digest)
    return place / "bin"


def _run(*command: str) -> None:
    done = subprocess.run(  # noqa: S603 - our own words
        command, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command[1:4])} failed:\n{done.stderr[-2000:]}")
