"""Which build of the workers gets work: shown, promoted, ramped. Explained in docs/upgrades.md."""

from typing import TYPE_CHECKING, Annotated

import typer

from commandline.answers import Json, command, print_json, print_table, remark
from commandline.show import wib
from runtime.settings import load_settings

if TYPE_CHECKING:
    from durable.deployment import Deployment, Standing

app = typer.Typer(
    no_args_is_help=True,
    help="Which build of the workers gets work. A change reaches every open complaint with its next task.",
)

BuildId = Annotated[str, typer.Argument(help="A build id, from `deployment show`.")]


@app.command()
@command
async def show(as_json: Json = False) -> None:
    """Every build that ever polled, which is current, which is ramping, and how many complaints each has."""
    deployment = await _deployment()
    now = await deployment.standing()
    running = {build.build_id: await deployment.running(build.build_id) for build in now.builds}
    if as_json:
        print_json(
            {
                "deployment": deployment.name,
                "current": now.current,
                "ramping": now.ramping,
                "percentage": now.percentage,
                "builds": [
                    {**build._asdict(), "since": build.since.isoformat(), "running": running[build.build_id]}
                    for build in now.builds
                ],
            }
        )
        return
    rows = [
        (
            build.build_id,
            _status(build.build_id, build.status, now),
            wib(build.since),
            running[build.build_id],
        )
        for build in now.builds
    ]
    print_table(f"Deployment {deployment.name}", ("build", "state", "first seen", "running workflows"), rows)


@app.command()
@command
async def promote(build: BuildId) -> None:
    """Makes a build current: the way forward, and with an older build the way back.

    The build's worker must be polling. Complaints are not interrupted: each goes over with its next task.
    """
    deployment = await _deployment()
    before = (await deployment.standing()).current
    await deployment.promote(build)
    back = f" Back: starter.py deployment promote {before}" if before and before != build else ""
    remark(f"{build} is current.{back}")


@app.command()
@command
async def ramp(
    build: BuildId,
    percentage: Annotated[float, typer.Argument(min=0, max=100, help="Share of the workflows; 0 ends it.")],
) -> None:
    """Gives a build a share of the work beside the current one, to be watched before it is promoted."""
    await (await _deployment()).ramp(build, percentage)
    remark(f"{build} gets {percentage:g} % of the workflows." if percentage else "Nothing ramps any more.")


def _status(build_id: str, status: str, now: "Standing") -> str:
    return f"ramping, {now.percentage:g} %" if build_id == now.ramping else status


async def _deployment() -> "Deployment":
    from durable.deployment import Deployment  # noqa: PLC0415 - heavy
    from runtime.temporal_client import connect  # noqa: PLC0415 - heavy

    settings = load_settings()
    return Deployment(await connect(settings), settings.deployment)
