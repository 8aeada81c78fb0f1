"""Under which licences the locked packages stand, and whether this project may build upon them."""

import re
from email.message import Message
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import cast

from tests.scan.advisories import LOCK

ACCEPTED = re.compile(
    r"MIT|Apache|BSD|ISC|PSF|Python Software|MPL|Mozilla|Zlib|CC0|CNRI|LGPL|Lesser General", re.IGNORECASE
)
"""Permissive ones, and those of libraries and files that may be used unchanged from any program."""

REFUSED = re.compile(
    r"AGPL|Affero|SSPL|Business Source|Commons Clause|(?<!L)GPL-|(?<!Lesser )General Public", re.IGNORECASE
)
TOLD_ELSEWHERE = {"atheris": "Apache-2.0"}
"""Packages whose metadata name none: the licence that their source says."""


def licences(lock: Path = LOCK) -> dict[str, str]:
    """The licence of each package that is installed here, by name and version."""
    names = re.findall(r"^([\w.-]+)==", lock.read_text(encoding="utf-8"), re.MULTILINE)
    found = {}
    for name in names:
        try:
            there = cast("Message", metadata(name))
        except PackageNotFoundError:
            continue  # of another platform
        found[f"{name} {there['Version']}"] = TOLD_ELSEWHERE.get(name) or _licence(there)
    return found


def unwelcome(found: dict[str, str]) -> list[str]:
    """A line for each package that names no licence we know, or one we may not build upon."""
    return [
        f"{package}: {licence or 'no licence'}"
        for package, licence in found.items()
        if not ACCEPTED.search(licence) or REFUSED.search(licence)
    ]


def _licence(there: Message) -> str:
    classified = [
        one.split("::")[-1].strip() for one in there.get_all("Classifier") or [] if "License ::" in one
    ]
    return (there.get("License-Expression") or ", ".join(classified) or there.get("License") or "")[:80]
