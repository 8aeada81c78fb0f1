"""Records the histories that are missing: ``python -m tests.workflows.record_histories [FOLDER]``.

Run it when a new path is added. Histories that are there stay: they are what runs in production, and
the code must go on replaying them. To change what a workflow does, patch it (docs/upgrades.md).
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from temporalio.client import Client

from durable.complaints import Complaints
from durable.search_attributes import REGISTRY
from jakarta.load import load_jakarta
from runtime.settings import Settings
from runtime.stack import Stack
from store.database import Database
from store.migrate import migrate
from tests.workflows.command_record import FINGERPRINTS, fingerprint
from tests.workflows.paths import PATHS, Told
from tests.workflows.paths import Path as Walked
from tests.workflows.rare_paths import RARE_PATHS, ROUTES, SUGGEST_AT, Scene
from tests.workflows.short_lived_server import short_lived
from worker import hosted_by, plugin

FOLDER = Path(__file__).parents[1] / "histories"


async def record(folder: Path) -> None:
    """Runs each path that has no history yet and writes its history; then the fingerprints that miss."""
    usual = [path for path in PATHS if not _file(folder, path.__name__).exists()]
    rare = [path for path in RARE_PATHS if not _file(folder, path.__name__).exists()]
    async with _database_and_temporal() as (stack, engine):
        if usual:
            client = await _connect(stack, engine)
            async with hosted_by(client, "complaints"):
                await _keep(client, folder, [(p.__name__, p(Complaints(client))) for p in usual])
        if rare:
            routes = stack.home / "routes.toml"
            routes.write_text(ROUTES)
            settings = Settings(home=stack.home, notify_routes=routes)
            async with short_lived(
                plugin(engine, settings, load_jakarta(), sealed=False), SUGGEST_AT
            ) as client:
                scene = Scene(client, engine)
                await _keep(client, folder, [(p.__name__, p(scene)) for p in rare])
        await _keep_fingerprints(folder, engine)


@asynccontextmanager
async def _database_and_temporal() -> AsyncIterator[tuple[Stack, Database]]:
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home) / "home")
        async with Stack(settings, search_attributes=REGISTRY, migrate=migrate) as stack:
            engine = Database.of(settings)
            yield stack, engine
            await engine.dispose()


async def _connect(stack: Stack, engine: Database) -> Client:
    return await Client.connect(
        stack.temporal_address,
        # The machine's name, which identifies clients otherwise, does not belong in a fixture.
        identity="tests",
        plugins=[plugin(engine, Settings(home=stack.home), load_jakarta(), sealed=False)],
    )


async def _keep(client: Client, folder: Path, walks: Iterable[tuple[str, Awaitable[Walked | Told]]]) -> None:
    names, running = zip(*walks, strict=True)
    for name, walked in zip(names, await asyncio.gather(*running), strict=True):
        run_id = walked.run_id if isinstance(walked, Told) else None
        if run_id is None:
            await client.get_workflow_handle(walked.id).result()
        history = await client.get_workflow_handle(walked.id, run_id=run_id).fetch_history()
        content = json.loads(history.to_json(), object_hook=_without_trace)
        _file(folder, name).write_text(json.dumps({"id": walked.id, **content}) + "\n")
        sys.stdout.write(f"{name}: {len(content['events'])} events\n")


def _without_trace(part: dict[str, Any]) -> dict[str, Any]:
    """Paths of the machine that recorded do not belong in a fixture, and a replay does not read them."""
    return {name: value for name, value in part.items() if name != "stackTrace"}


async def _keep_fingerprints(folder: Path, engine: Database) -> None:
    file = folder / FINGERPRINTS
    known = json.loads(file.read_text()) if file.exists() else {}
    for path in (*PATHS, *RARE_PATHS):
        if path.__name__ not in known:
            content = json.loads(_file(folder, path.__name__).read_text())
            known[path.__name__] = await fingerprint(
                content, plugin(engine, Settings(), load_jakarta(), sealed=False)
            )
    file.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n")


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"


if __name__ == "__main__":
    asyncio.run(record(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
