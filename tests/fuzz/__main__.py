# ruff: noqa: T201 - its lines are what it is for
"""Fuzzes every target for some seconds: ``python -m tests.fuzz [seconds] [target]``.

Each runs in a process of its own, because atheris never returns. What it finds is kept as a file whose name
is printed; it becomes a seed in ``targets.py`` and is mended.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

SECONDS = 30
LONGEST_INPUT = 20_000
MARK = "--within"


def main() -> int:
    """1 when a target found something."""
    import tests.fuzz.targets as known

    arguments = sys.argv[1:]
    seconds = int(arguments[0]) if arguments else SECONDS
    found = [name for name in arguments[1:] or known.TARGETS if _fuzzed(name, seconds, known.seeds(name))]
    print(f"found something: {', '.join(found)}" if found else "nothing found")
    return int(bool(found))


def _fuzzed(target: str, seconds: int, seeds: list[bytes]) -> bool:
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds):
            (Path(corpus) / str(number)).write_bytes(seed)
        limits = [
            f"-max_total_time={seconds}",
            f"-max_len={LONGEST_INPUT}",
            "-timeout=10",
            "-rss_limit_mb=2048",
        ]
        command = [sys.executable, "-m", "tests.fuzz", MARK, target, *limits, corpus]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    figures = [line for line in done.stderr.splitlines() if line.startswith("Done ")]
    print(f"{target}: {figures[-1] if figures else 'FOUND'}", flush=True)
    if done.returncode:
        print(done.stdout[-3000:], done.stderr[-3000:], sep="\n")
    return bool(done.returncode)


def fuzz() -> None:
    """Within the process of one target."""
    import atheris

    with atheris.instrument_imports(include=["channels", "domain", "notify", "email", "json"]):
        from tests.fuzz.targets import TARGETS
    target = TARGETS[sys.argv[2]]
    atheris.Setup([sys.argv[0], *sys.argv[3:]], target)
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == [MARK]:
        fuzz()
    else:
        sys.exit(main())
