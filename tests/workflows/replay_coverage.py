"""What of ``workflows/`` no replayed history runs: ``python -m tests.workflows.replay_coverage`` prints JSON.

A program of its own, since it measures while pytest may measure too. Queries and validators are left out:
they issue no commands, and replay does not run them.
"""

import ast
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from coverage import Coverage

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "workflows"
NOT_REPLAYED = {"query", "validator"}


def unreplayed() -> dict[str, dict[str, list[Any]]]:
    """For each file the lines and branches that no history runs; a file that is wholly run is left out."""
    measure = Coverage(branch=True, data_file=None, include=[f"{FOLDER}/*"], config_file=False)
    measure.start()
    asyncio.run(_replay_all())
    measure.stop()
    with tempfile.NamedTemporaryFile() as report:
        measure.json_report(outfile=report.name)
        files = json.loads(Path(report.name).read_text())["files"]
    missed = {Path(name).name: _missed(ROOT / name, said) for name, said in files.items()}
    assert set(missed) == {file.name for file in FOLDER.glob("*.py")}
    return {name: said for name, said in missed.items() if said["lines"] or said["branches"]}


async def _replay_all() -> None:
    from temporalio.client import WorkflowHistory
    from temporalio.worker import Replayer

    from store.database import Database
    from tests.keys import a_key_ring
    from tests.workflows.test_replay import HISTORIES, NAMES
    from worker import plugin

    engine = Database.at(
        "postgresql+psycopg://nobody@/nothing", a_key_ring()
    )  # no activity runs during replay
    for name in NAMES:
        content = json.loads((HISTORIES / f"{name}.json").read_text())
        replayer = Replayer(
            workflows=[], plugins=[plugin(engine, _settings(), _city(), sealed=False, pinned=True)]
        )
        await replayer.replay_workflow(WorkflowHistory.from_json(content["id"], content))


def _settings() -> Any:
    from runtime.settings import Settings

    return Settings()


def _city() -> Any:
    from jakarta.load import load_jakarta

    return load_jakarta()


def _missed(file: Path, said: dict[str, Any]) -> dict[str, list[Any]]:
    left_out = _left_out(file)
    return {
        "lines": [line for line in said["missing_lines"] if line not in left_out],
        "branches": [pair for pair in said["missing_branches"] if abs(pair[0]) not in left_out],
    }


def _left_out(file: Path) -> set[int]:
    """The lines of functions that are queries or validators."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = {
                part.attr
                for one in node.decorator_list
                for part in ast.walk(one)
                if isinstance(part, ast.Attribute)
            }
            if names & NOT_REPLAYED:
                lines |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


if __name__ == "__main__":
    json.dump(unreplayed(), sys.stdout, indent=1)
