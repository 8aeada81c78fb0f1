"""Starting the stack and telling what runs."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commandline.answers import UNANSWERED, Json, command, print_json, print_table
from runtime.settings import PROJECT_ROOT, load_settings

if TYPE_CHECKING:
    from runtime.stack import Stack

Policy = Annotated[str | None, typer.Option("--policy", help="Policy for new complaints: `org policies`.")]


@command
async def up(
    policy: Policy = None,
    with_demo: Annotated[
        bool, typer.Option("--demo", help="Send a handful of demo complaints in, taking every path.")
    ] = False,
) -> None:
    """Runs everything in the foreground: PostgreSQL, Temporal, a worker, the web. Ctrl-C stops it cleanly.

    Starting again goes on where it stopped: complaints, deadlines and messages are kept in TUNTAS_HOME.
    """
    from commandline.demo import run_demo  # noqa: PLC0415 - only when asked for

    async with stack(policy) as running:
        _say(f"Temporal   {running.temporal_address}")
        _say(f"Screens    {running.temporal_ui or 'those of your Temporal'}")
        _say(f"Database   {running.record.database}")
        _say(f"Web        {running.web}")
        _say(f"Policy     {running.policy}")
        _say("Ready. In another terminal: .venv/bin/python starter.py --help. Ctrl-C stops.")
        if with_demo:
            await run_demo()
        await running.serve_until_stopped()
    _say("Stopped. Nothing is lost: start again to go on.")


@command
async def demo() -> None:
    """Starts everything with the demo policy, sends the demo complaints, checks each, and stops.

    Exit status 0 when every complaint went its way, 1 otherwise.
    """
    from commandline.demo import run_demo  # noqa: PLC0415

    went_well = False
    async with stack("demo"):
        went_well = await run_demo()
    if not went_well:
        raise typer.Exit(1)


@command
async def status(as_json: Json = False) -> None:
    """What runs and where. Exit status 0 only when everything is ready."""
    from runtime.stack_status import stack_status  # noqa: PLC0415 - heavy

    now = await stack_status(load_settings())
    parts = {
        name: part
        for name in ("temporal", "temporal_ui", "database", "worker", "web")
        if (part := getattr(now, name)) is not None
    }
    metrics = {name: at for name in ("worker_metrics", "web_metrics") if (at := getattr(now, name))}
    if as_json:
        print_json(
            {"ready": now.ready, "home": now.home, "policy": now.policy}
            | {name: part.address for name, part in parts.items()}
            | metrics
            | {"problems": [part.problem for part in parts.values() if part.problem]}
        )
    else:
        rows = [(name, part.address, part.problem or "ready") for name, part in parts.items()]
        rows += [(name, at, "") for name, at in metrics.items()]
        print_table(f"{now.home}, policy {now.policy}", ("what", "where", "state"), rows)
    if not now.ready:
        raise typer.Exit(UNANSWERED)


@command
async def settings(as_json: Json = False) -> None:
    """Every setting, its default and what it means."""
    from runtime.settings import settings_table  # noqa: PLC0415

    if as_json:
        print_json([row._asdict() for row in settings_table()])
        return
    print_table("Settings (environment variables)", ("variable", "default", "meaning"), settings_table())


def stack(policy: str | None) -> "Stack":
    """The stack of this data folder with our search attributes, migrations and worker."""
    from durable.search_attributes import REGISTRY  # noqa: PLC0415 - heavy
    from jakarta.load import load_jakarta  # noqa: PLC0415
    from runtime.stack import Stack  # noqa: PLC0415 - heavy
    from store.migrate import migrate  # noqa: PLC0415 - heavy

    chosen = load_settings(policy=policy)
    if chosen.policy:
        load_jakarta(chosen.city_data).policy(chosen.policy, "", datetime.now(UTC))
    return Stack(
        chosen,
        search_attributes=REGISTRY,
        migrate=migrate,
        worker_command=[sys.executable, str(Path(PROJECT_ROOT) / "worker.py")],
        web_command=[sys.executable, str(Path(PROJECT_ROOT) / "starter.py"), "web"],
        say=_say,
    )


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
