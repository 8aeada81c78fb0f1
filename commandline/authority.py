"""The authority table as a page: who may do what, in which state. Made from the table in the code."""

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from commandline.answers import command, fail
from domain.commands import AUTHORITY, Rule
from domain.status import Status
from runtime.settings import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "authority.md"
HEAD = """# Who may do what, in which state

Made from the table `AUTHORITY` in `domain/commands.py` by `starter.py authority --write`;
CI fails when it is not up to date.
After the hop limit only the coordinator may still send `coordinate`, `dispose`, `hand_back` and `reassign`.

"""
SHORT = {
    Status.WAITING: "waiting",
    Status.COORDINATION: "coordination",
    Status.DISPOSITION: "disposition",
    Status.IN_PROGRESS: "in progress",
    Status.AWAITING_REPORTER: "reporter asked",
    Status.AWAITING_VALIDATION: "validation",
    Status.FOLLOW_UP_REJECTED: "follow-up rejected",
    Status.FOLLOWING: "following",
    Status.RESOLVED: "resolved",
    Status.CLOSED: "closed",
}


def page() -> str:
    """The page as it should stand in the docs."""
    rows = [
        " | ".join((f"| `{kind}`", ", ".join(sorted(rule.by)), *map(_mark(rule), SHORT), "")).rstrip(" ")
        for kind, rule in AUTHORITY.items()
    ]
    head = f"| command | by | {' | '.join(SHORT.values())} |\n|---|---|{':-:|' * len(SHORT)}\n"
    return HEAD + head + "\n".join(rows) + "\n"


@command
async def authority(
    write: Annotated[bool, typer.Option("--write", help=f"Write {PAGE.name} in docs anew.")] = False,
) -> None:
    """Who may do what, in which state. Exit status 1 when the page in docs says something else."""
    if write:
        PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(page())
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        fail(f"{PAGE.name} in docs is not up to date; run: starter.py authority --write")


def _mark(rule: Rule) -> Callable[[Status], str]:
    return lambda status: "●" if status in rule.states else ""
