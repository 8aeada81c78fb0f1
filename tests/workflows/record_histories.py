"""Records the history of every path anew: ``python -m tests.workflows.record_histories [FOLDER]``.

Run it when a new path is added. Histories that are there stay: they are what runs in production, and
the code must go on replaying them. To change what a workflow does, patch it (docs/upgrades.md).
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from temporalio.client import Client

from durable.complaints import Complaints
from durable.search_attributes import REGISTRY
from jakarta.load import load_jakarta
from runtime.settings import Settings
from runtime.stack import Stack
from store.database import Database
from store.migrate import migrate
from tests.workflows.paths import PATHS
from worker import hosted_by, plugin

FOLDER = Path(__file__).parents[1] / "histories"


async def record(folder: Path) -> None:
    """Runs each path that has no history yet, all at once, and writes its history."""
    missing = [path for path in PATHS if not (folder / f"{path.__name__}.json").exists()]
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home) / "home")
        async with Stack(settings, search_attributes=REGISTRY, migrate=migrate) as stack:
            engine = Database.of(settings)
            client = await Client.connect(
                stack.temporal_address,
                # The machine's name, which identifies clients otherwise, does not belong in a fixture.
                identity="tests",
                plugins=[plugin(engine, settings, load_jakarta(), sealed=False)],
            )
            async with hosted_by(client, "complaints"):
                for path in await asyncio.gather(*(path(Complaints(client)) for path in missing)):
                    await client.get_workflow_handle(path.id).result()
                    history = await client.get_workflow_handle(path.id).fetch_history()
                    name = missing.pop(0).__name__
                    content = json.loads(history.to_json())
                    (folder / f"{name}.json").write_text(json.dumps({"id": path.id, **content}) + "\n")
                    sys.stdout.write(f"{name}: {len(content['events'])} events\n")
            await engine.dispose()


if __name__ == "__main__":
    asyncio.run(record(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
