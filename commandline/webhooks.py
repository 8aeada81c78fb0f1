"""Webhooks to channels: who hears of what happens to their complaints, and whether they heard."""

import asyncio
import signal
import sys
from contextlib import suppress
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Annotated

import typer

from commandline.answers import Json, command, print_json, print_table, remark
from commandline.show import wib
from commandline.wiring import Wiring
from domain.refusal import RefusalCode, Refused
from runtime.settings import load_settings

if TYPE_CHECKING:
    from store.webhooks import Webhooks

EVERY_S = 2.0
SHORTEST_SECRET = 16

app = typer.Typer(
    no_args_is_help=True, help="Webhooks: tell channels what happens to their complaints; the log of it."
)


@app.command()
@command
async def add(
    channel: Annotated[str, typer.Option("--channel", help="Whose complaints: `org channels`.")],
    url: Annotated[str, typer.Option("--url", help="Where events are posted, https://…")],
    secret: Annotated[
        str | None, typer.Option("--secret", help="With which they are signed. Unset: a new one is made.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Subscribes an address to the events of a channel's complaints from now on; prints the secret once."""
    from notify.webhooks import BadUrl, checked_url  # noqa: PLC0415 - heavy

    if secret is not None and len(secret) < SHORTEST_SECRET:
        raise Refused(RefusalCode.BAD_INPUT, f"The secret needs at least {SHORTEST_SECRET} characters.")
    chosen = secret or token_urlsafe(32)
    try:
        address = checked_url(url)
    except BadUrl as error:
        raise Refused(RefusalCode.BAD_INPUT, str(error)) from error
    async with Wiring() as tuntas:
        added = await _webhooks(tuntas).add(tuntas.city.channel(channel).code, address, chosen)
    if as_json:
        print_json({**added.model_dump(mode="json"), "secret": chosen})
        return
    sys.stdout.write(f"Subscription {added.id}: {added.channel} to {added.url}\nSecret: {chosen}\n")


@app.command("list")
@command
async def list_(as_json: Json = False) -> None:
    """Every subscription."""
    async with Wiring() as tuntas:
        found = await _webhooks(tuntas).subscriptions()
    if as_json:
        print_json(found)
        return
    rows = ((one.id, one.channel, one.url, "active" if one.active else "removed") for one in found)
    print_table(f"Subscriptions: {len(found)}", ("id", "channel", "url", "state"), rows)


@app.command()
@command
async def remove(
    identity: Annotated[int, typer.Argument(metavar="ID", help="From `webhooks list`.")],
) -> None:
    """Ends a subscription; what is pending for it is dropped, the log stays."""
    async with Wiring() as tuntas:
        if not await _webhooks(tuntas).remove(identity):
            raise Refused(
                RefusalCode.BAD_INPUT,
                f"There is no active subscription {identity}. See: starter.py webhooks list",
            )
    remark(f"Subscription {identity} is removed.")


@app.command()
@command
async def log(
    number: Annotated[str | None, typer.Argument(help="Only of this complaint.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 200,
    as_json: Json = False,
) -> None:
    """What became of each event that was to be told, the latest first."""
    async with Wiring() as tuntas:
        wanted = (await tuntas.find(number)).number if number else None
        entries = await _webhooks(tuntas).log(wanted, limit)
    if as_json:
        print_json(entries)
        return
    print_table(
        f"Deliveries: {len(entries)}",
        ("to", "number", "seq", "event", "state", "tries", "status", "error", "next try"),
        (
            (
                one.subscription, one.number, one.seq, one.event, one.state, one.attempts, one.last_status,
                one.last_error, wib(one.next_try_at) if one.state == "pending" else "",
            )
            for one in entries
        ),
    )  # fmt: skip


@app.command()
@command
async def run() -> None:
    """Tells subscribers of events as they happen; the web server of `up` does it too. Ctrl-C stops."""
    from runtime.logs import configure_logs  # noqa: PLC0415 - heavy

    configure_logs(load_settings())
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Wiring() as tuntas:
        sys.stdout.write("Telling subscribers.\n")
        sys.stdout.flush()
        await tell_subscribers(tuntas, stop)


async def tell_subscribers(tuntas: Wiring, stop: asyncio.Event) -> None:
    """Round after round until told to stop. Several processes may do it: each event is taken by one."""
    from notify.webhooks import Sender, deliver_round  # noqa: PLC0415 - heavy

    webhooks, sender = _webhooks(tuntas), Sender(allow_private=load_settings().webhooks_allow_private)
    while not stop.is_set():
        sent = 0
        try:
            sent = await deliver_round(webhooks, sender)
        except ConnectionError as error:
            remark(str(error))
        if not sent:
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY_S)
    await sender.close()


def _webhooks(tuntas: Wiring) -> "Webhooks":
    from store.webhooks import Webhooks  # noqa: PLC0415 - heavy

    return Webhooks(tuntas.engine)
