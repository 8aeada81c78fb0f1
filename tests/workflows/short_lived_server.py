"""A Temporal that suggests continue-as-new early, so that it happens within a test."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from durable.plugin import TuntasPlugin
from durable.search_attributes import REGISTRY
from worker import hosted_by


@asynccontextmanager
async def short_lived(plugin: TuntasPlugin, suggest_at: int) -> AsyncIterator[Client]:
    """A client of a real server with a worker; it suggests continue-as-new at so many events."""
    options = ["--dynamic-config-value", f"limit.historyCount.suggestContinueAsNew={suggest_at}"]
    for name, kind in REGISTRY.items():
        options += ["--search-attribute", f"{name}={kind}"]
    async with (
        await WorkflowEnvironment.start_local(
            dev_server_existing_path=str(Path(sys.executable).parent / "temporal"),
            dev_server_extra_args=options,
            dev_server_log_level="error",
            plugins=[plugin],
            identity="tests",
        ) as environment,
        hosted_by(environment.client, "complaints"),
    ):
        yield environment.client
