"""Which browser it is, said as people know it: for the list of one's own sessions."""

import re

FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrom", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
"""The first that fits: most browsers name others too, to be let in."""

SYSTEMS = (
    ("Android", "Android"),
    ("iPhone|iPad", "iOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_family(user_agent: str) -> str:
    """Such as "Chrome, Android"; empty for a program that does not say. Nothing else of it is kept."""
    found = (_first(FAMILIES, user_agent), _first(SYSTEMS, user_agent))
    return ", ".join(one for one in found if one)


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in names if re.search(mark, user_agent)), "")
