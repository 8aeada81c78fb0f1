"""The runbook is what alerts and operators find: its sections, commands and statements exist."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import text

from starter import app
from store.database import Database

ROOT = Path(__file__).resolve().parent.parent
RUNBOOK = (ROOT / "docs/runbook.md").read_text()
COMMANDS = re.compile(r"starter\.py ((?:[a-z-]+ ?){1,2})")


def sections() -> set[str]:
    return {
        re.sub(r"[^a-z -]", "", line[3:].lower()).replace(" ", "-")
        for line in RUNBOOK.splitlines()
        if line[:3] == "## "
    }


def test_every_alert_and_link_leads_to_a_section() -> None:
    alerts = (ROOT / "deploy/prometheus/tuntas-alerts.yml").read_text()
    led = re.findall(r"runbook: docs/runbook\.md#(\S+)", alerts)
    assert len(led) == alerts.count("- alert:") > 10
    assert set(led) | set(re.findall(r"\]\(#([a-z-]+)\)", RUNBOOK)) <= sections()


def test_every_command_exists() -> None:
    program: Any = typer.main.get_command(app)
    named = [found.split() for found in COMMANDS.findall(RUNBOOK)]
    assert len(named) > 15
    for first, *rest in named:
        command = program.commands[first]
        if rest and hasattr(command, "commands"):
            assert rest[0] in command.commands, (first, rest)


@pytest.mark.servers
async def test_every_statement_runs(engine: Database) -> None:
    statements = re.findall(r'db -c "(SELECT [^"]+)"', RUNBOOK)
    assert len(statements) > 6
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement.replace(":", r"\:")))
