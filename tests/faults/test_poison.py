"""The quickest of the faults, in the ordinary tests; ``make faults`` runs all."""

import subprocess
import sys

from tests.program import ROOT


def test_poison_holds_no_complaint_up_and_loses_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.poison", "--times", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "64 poisons into 1 complaints" in done.stdout
    assert "differences: 0" in done.stdout
