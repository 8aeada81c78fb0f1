"""The files that git tracks."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORDED = "tests/histories/"
"""Sealed payloads, made with keys that were thrown away: random on purpose, and long to look through."""


def tracked(root: Path = ROOT) -> list[str]:
    """Every tracked file that exists, by its path from the root."""
    command = ["git", "ls-files", "-z"]
    said = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout.decode()
    return [name for name in said.split("\0") if name and (root / name).is_file()]


def texts(root: Path = ROOT) -> dict[str, str]:
    """Every tracked file that is text."""
    found = {}
    for name in tracked(root):
        content = (root / name).read_bytes()
        if b"\0" not in content:
            found[name] = content.decode("utf-8", "replace")
    return found
