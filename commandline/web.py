"""Serving HTTP: the API of channels and Open311, put together from the city, the database and Temporal."""

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from commandline.answers import command
from commandline.messengers import hooks
from commandline.webhooks import tell_subscribers
from commandline.wiring import Wiring
from domain.account import Role
from runtime.free_port import LOOPBACK, WEB_PORT
from runtime.metrics_address import loopback
from runtime.settings import Settings, load_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from channels.http.service import Service
    from runtime.http_server import HttpServer
    from web.provider import Provider
    from web.site import Site

COMPULSORY = {"optional": (), "operators": (Role.OPERATOR,), "everybody": tuple(Role)}
"""Whose second factor is compulsory, by the setting."""

POOL_SIZE = 15
"""Connections to PostgreSQL; twice as many for a moment."""

STOP_WITHIN_S = 10
"""How long requests may finish after a stop was asked for."""

WEBHOOKS_STOP_WITHIN_S = 2
"""How long webhooks may go on after the last request was answered."""


@command
async def web(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = LOOPBACK,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 for any.")
    ] = WEB_PORT,
) -> None:
    """Serves HTTP in the foreground, and tells webhooks; `up` does it too. Ctrl-C stops it cleanly."""
    import uvicorn  # noqa: PLC0415 - heavy

    from channels.http.traced import Traced  # noqa: PLC0415 - heavy
    from runtime.http_server import HttpServer  # noqa: PLC0415 - heavy
    from runtime.logs import configure_logs  # noqa: PLC0415 - heavy
    from runtime.operations_server import Operations, served  # noqa: PLC0415 - heavy
    from runtime.tracing import start_tracing  # noqa: PLC0415 - heavy

    settings, sdk = load_settings(), loopback()
    configure_logs(settings)
    tracing = start_tracing("tuntas-web")
    async with Wiring(POOL_SIZE, sdk, traced=tracing is not None) as tuntas:
        service = await http_service(tuntas)
        app, site = await application(tuntas, service)
        if tracing:
            app.add_middleware(Traced)
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
        async with served(settings.web_metrics or loopback(), Operations(service.probes, sdk)):
            await _serve(HttpServer(config), tuntas, site)
    if tracing:
        await asyncio.to_thread(tracing.stop)
    import structlog  # noqa: PLC0415 - heavy

    structlog.get_logger("web").info("stopped")


async def _serve(server: "HttpServer", tuntas: Wiring, site: "Site") -> None:
    """Until a signal comes; then requests that are under way are answered, and webhooks finish their round.

    Streams of pages that stay open would never be answered: they are ended.

    A round that hangs is broken off: what it had not told is told again by whoever comes next.
    """
    stop = asyncio.Event()

    def end() -> None:
        server.should_exit, server.force_exit = True, stop.is_set()
        stop.set()
        site.live.end()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    telling = asyncio.create_task(tell_subscribers(tuntas, stop))
    await server.serve()
    stop.set()
    with suppress(TimeoutError):
        await asyncio.wait_for(telling, WEBHOOKS_STOP_WITHIN_S)


async def application(tuntas: Wiring, service: "Service") -> "tuple[FastAPI, Site]":
    """All that is served: channels, messengers, pages, and opening what Temporal's screens show sealed."""
    from channels.http.application import create_app  # noqa: PLC0415 - heavy
    from durable.codec import SealingCodec  # noqa: PLC0415 - heavy
    from web.application import add_pages  # noqa: PLC0415 - heavy
    from web.codec_server import codec_routes  # noqa: PLC0415 - heavy

    app, site = create_app(service), await pages_site(tuntas, service)
    app.include_router(codec_routes(SealingCodec(tuntas.engine.vault), site.doorkeeper, temporal_screens()))
    add_pages(app, site)
    return app, site


async def pages_site(tuntas: Wiring, service: "Service") -> "Site":
    """What pages need."""
    from jakarta.suggestions import Suggestions  # noqa: PLC0415 - heavy
    from notify.outlook import next_lines  # noqa: PLC0415
    from store.accounts import Accounts  # noqa: PLC0415 - heavy
    from web.doorkeeper import Doorkeeper  # noqa: PLC0415
    from web.site import Site  # noqa: PLC0415 - heavy

    settings = load_settings()
    return Site(
        city=tuntas.city,
        complaints=service.complaints,
        door=service.door,
        database=tuntas.engine,
        files=service.files,
        doorkeeper=Doorkeeper(Accounts(tuntas.engine), compulsory=COMPULSORY[settings.second_factor]),
        suggestions=Suggestions(tuntas.city),
        person_requests=await tuntas.person_requests(),
        what_next=next_lines,
        ward_shapes=tuntas.city.ward_shapes(),
        basemap=settings.basemap,
        provider=_provider(settings),
        local_sign_in=settings.local_sign_in,
    )


def _provider(settings: Settings) -> "Provider | None":
    """The OpenID Connect provider that settings name."""
    from web.provider import Provider  # noqa: PLC0415 - heavy

    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    secret = settings.oidc_client_secret
    return Provider(
        settings.oidc_issuer,
        settings.oidc_client_id,
        secret.get_secret_value() if secret else None,
        f"{settings.web_url.rstrip('/')}/sign-in/provider/back",
        settings.oidc_claim,
        settings.oidc_name,
    )


def temporal_screens() -> list[str]:
    """The origins of Temporal's screens: the setting, else where the embedded ones are."""
    settings = load_settings()
    if settings.codec_origins:
        return [one.strip().rstrip("/") for one in settings.codec_origins.split(",")]
    from runtime.stack_record import read_stack  # noqa: PLC0415 - heavy

    record = read_stack(settings.home)
    address = record.temporal_ui if record else None
    return [address, address.replace("127.0.0.1", "localhost")] if address else []


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
