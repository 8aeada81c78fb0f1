"""The code of an earlier commit, laid out in a folder from which it runs with today's libraries."""

import os
import shutil
import subprocess
import tarfile
import warnings
from io import BytesIO
from pathlib import Path

from tests.program import ROOT

FROM_VARIABLE = "TUNTAS_UPGRADE_FROM"
"""Which commit to upgrade from; unset: the one before the last."""

NOT_CODE = {".git", ".venv", "var", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def lay_out(folder: Path) -> str:
    """Puts the code of the commit before into the folder, and says which that was.

    A clone without that commit (a shallow one, or no clone at all) gives the code of today instead, with a
    warning: what is tested then is an upgrade to another build, not to other code.
    """
    wanted = os.environ.get(FROM_VARIABLE, "HEAD~1")
    archive = _git("archive", "--format=tar", wanted)
    if archive is not None:
        with tarfile.open(fileobj=BytesIO(archive)) as files:
            files.extractall(folder, filter="data")
        return (_git("log", "-1", "--format=%h %s", wanted) or b"").decode().strip()
    warnings.warn(
        f"{wanted} is not in this clone: the upgrade is tested from the code of today to itself, "
        "under another build id. Fetch the history (git fetch --unshallow) to test the real one.",
        stacklevel=2,
    )
    shutil.copytree(ROOT, folder, dirs_exist_ok=True, ignore=lambda _, names: NOT_CODE & set(names))
    return "the code of today"


def _git(*words: str) -> bytes | None:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None
