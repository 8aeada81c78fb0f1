"""Every fault, one after the other, with small counts: ``make faults``. Exit status 0 when all went well."""

import subprocess
import sys

FAULTS = (
    ("poison", "--times", "2"),
    ("kills", "worker", "--times", "4"),
    ("kills", "web", "--times", "3"),
    ("kills", "temporal", "--times", "4"),
    ("kills", "database", "--times", "4"),
    ("bad_mail", "--times", "15"),
    ("duplicate_delivery", "--times", "3"),
    ("clock_jump", "--times", "4"),
    ("disk_full", "--times", "2"),
    ("many_breaches", "--times", "200"),
    ("backlog", "--times", "200"),
)


def main() -> int:
    """Runs them; prints one line for each."""
    failed = 0
    for name, *words in FAULTS:
        sys.stderr.write(f"{name} {' '.join(words)} ...\n")
        failed += subprocess.call([sys.executable, "-m", f"tests.faults.{name}", *words]) != 0
    sys.stdout.write(f"{len(FAULTS)} faults, {failed} not well\n")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
