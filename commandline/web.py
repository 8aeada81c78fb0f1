"""Serving HTTP: the API of channels and Open311, put together from the city, the database and Temporal."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from commandline.answers import command
from commandline.messengers import hooks
from commandline.webhooks import tell_subscribers
from commandline.wiring import Wiring
from runtime.free_port import LOOPBACK
from runtime.logs import configure_logs
from runtime.settings import load_settings
from runtime.web_process import PREFERRED_PORT

if TYPE_CHECKING:
    from channels.http.service import Service

POOL_SIZE = 15
"""Connections to PostgreSQL; twice as many for a moment."""

STOP_WITHIN_S = 10
"""How long requests may finish after a stop was asked for."""


@command
async def web(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = LOOPBACK,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 for any.")
    ] = PREFERRED_PORT,
) -> None:
    """Serves HTTP in the foreground, and tells webhooks; `up` does it too. Ctrl-C stops it cleanly."""
    import uvicorn  # noqa: PLC0415 - heavy

    from channels.http.application import create_app  # noqa: PLC0415 - heavy

    configure_logs(load_settings())
    async with Wiring(pool_size=POOL_SIZE) as tuntas:
        app, stop = create_app(await http_service(tuntas)), asyncio.Event()
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=STOP_WITHIN_S,
        )
        telling = asyncio.create_task(tell_subscribers(tuntas, stop))
        await uvicorn.Server(config).serve()
        stop.set()
        await telling


async def http_service(tuntas: Wiring) -> "Service":
    """What HTTP serves. Raises ``Unreachable`` when Temporal or PostgreSQL does not run."""
    from channels.http.service import Service  # noqa: PLC0415 - heavy
    from store.alerts import Alerts  # noqa: PLC0415 - heavy
    from store.channel_keys import ChannelKeys  # noqa: PLC0415 - heavy
    from store.channel_reads import ChannelReads  # noqa: PLC0415 - heavy
    from store.public_reads import PublicReads  # noqa: PLC0415 - heavy

    engine, complaints = tuntas.engine, await tuntas.complaints()
    own = ChannelReads(engine)
    await own.ping()
    return Service(
        door=await tuntas.front_door(),
        complaints=complaints,
        city=tuntas.city,
        own=own,
        public=PublicReads(engine),
        keys=ChannelKeys(engine),
        files=tuntas.attachments,
        alerts=Alerts(engine),
        hooks=await hooks(tuntas),
        probes={"PostgreSQL": own.ping, "Temporal": tuntas.check_temporal},
    )
