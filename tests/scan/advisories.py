"""Known holes in what is locked, as the index of packages tells them; its silence fails nothing."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.scan.tracked import ROOT

LOCK = ROOT / "requirements.lock"
PROBE = "temporalio"
"""Asked for first: an index that knows nothing of it need not be asked for two hundred others."""

LONGEST_S = 300


class Asked(NamedTuple):
    """What the index said: how many packages it knew, and a line for each hole. ``silence`` says why none."""

    known: int = 0
    holes: tuple[str, ...] = ()
    silence: str | None = None


def advisories(lock: Path = LOCK, environment: dict[str, str] | None = None) -> Asked:
    """Asks for all of the lock. Takes no package for safe because nobody answered: it says so."""
    first = _asked([line for line in _pins(lock) if line.startswith(f"{PROBE}==")], environment)
    return first if first.silence else _asked(_pins(lock), environment)


def _pins(lock: Path) -> list[str]:
    """Name and version of each package, without hashes; a marker keeps its package off other machines."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    return [line.removesuffix("\\").strip() for line in lines if line[:1].isalnum()]


def _asked(pins: Sequence[str], environment: dict[str, str] | None) -> Asked:
    command = [sys.executable, "-m", "pip_audit", "-s", "pypi", "--no-deps", "--disable-pip", "-f", "json"]
    command += ["--progress-spinner", "off", "--timeout", "10", "-r", "/dev/stdin"]
    try:
        done = subprocess.run(
            command, input="\n".join(pins), capture_output=True, text=True, timeout=LONGEST_S, check=False,
            env=environment,
        )  # fmt: skip
        found = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        return Asked(silence=f"no answer within {LONGEST_S} s")
    except (ValueError, KeyError):
        return Asked(silence=(done.stderr.strip().splitlines() or ["no answer"])[-1][:200])
    known = [one for one in found if "skip_reason" not in one]
    if not known:
        return Asked(silence="the index that answers has no advisories")
    return Asked(len(known), tuple(_line(one, hole) for one in known for hole in one["vulns"]))


def _line(package: dict[str, str], hole: dict[str, list[str]]) -> str:
    mended = ", ".join(hole["fix_versions"]) or "no version yet"
    return f"{package['name']} {package['version']}: {hole['id']}, mended in {mended}"
