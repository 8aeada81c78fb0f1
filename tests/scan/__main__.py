# ruff: noqa: T201 - its lines are what it is for
"""The whole scan, with one line for each part.

``--baseline`` takes the secrets that are found now for known; ``--licences`` lists each package's licence.
"""

import sys

from tests.scan.advisories import advisories
from tests.scan.licences import licences, unwelcome
from tests.scan.places import places
from tests.scan.secrets import secrets, write_baseline
from tests.scan.tracked import texts, tracked


def main() -> int:
    """1 when something was found."""
    if "--baseline" in sys.argv:
        print(f"{write_baseline(tracked())} findings are known now; look at each of them.")
        return 0
    found, used, asked = texts(), licences(), advisories()
    wrong = {
        f"secrets in {len(found)} files": secrets(found),
        f"registries and paths of machines in {len(found)} files": places(found),
        f"licences that are not accepted among {len(used)} packages": unwelcome(used),
    }
    if not asked.silence:
        wrong[f"known holes in {asked.known} packages"] = list(asked.holes)
    for part, lines in wrong.items():
        print(f"{part}: {len(lines) or 'none'}", *(f"  {line}" for line in lines), sep="\n")
    if asked.silence:
        print(f"known holes: NOT CHECKED, {asked.silence}")
    if "--licences" in sys.argv:
        print(*(f"{licence}\t{package}" for package, licence in sorted(used.items())), sep="\n")
    return int(any(wrong.values()))


if __name__ == "__main__":
    sys.exit(main())
