"""Names of registries and paths of a machine: true for one machine, and nobody's business elsewhere."""

import re
from collections.abc import Mapping

PLACES = {
    "a registry": re.compile(
        r"https?://(?:[\w.-]*\.)?(?:pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|yarnpkg\.com)\b"
        r"|^\s*--(?:extra-)?index-url\b|^\s*--find-links\b|\"resolved\":",
        re.MULTILINE,
    ),
    "a path of a machine": re.compile(
        r"(?<![\w./-])/(?:root|work|home/[a-z][\w-]*|Users/\w+|tmp/[a-z]+|opt/[a-z]+|mnt/\w+)/[\w.]"
        r"|[A-Z]:\\Users\\"
    ),
}


def places(texts: Mapping[str, str]) -> list[str]:
    """A line for each that is found: file, line, what it is."""
    found = []
    for name, text in texts.items():
        for what, pattern in PLACES.items():
            found += [
                f"{name}:{text.count(chr(10), 0, hit.start()) + 1}: {what}: {hit.group().strip()}"
                for hit in pattern.finditer(text)
            ]
    return found
