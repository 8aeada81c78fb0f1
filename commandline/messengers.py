"""Messengers that post to us: their webhooks put together, and what waits for the desk."""

from typing import TYPE_CHECKING, Annotated

import typer

from commandline.answers import Json, command, print_json, print_table
from commandline.show import wib
from commandline.wiring import Wiring
from runtime.settings import load_settings

if TYPE_CHECKING:
    from channels.messaging.hooks import Hooks

app = typer.Typer(no_args_is_help=True, help="Messages of messengers that wait for a human.")


@app.command()
@command
async def desk(
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many.")] = 200,
    as_json: Json = False,
) -> None:
    """What messengers posted and no rule understood, the latest first. It is personal."""
    from store.incoming_posts import IncomingPosts  # noqa: PLC0415 - heavy

    async with Wiring() as tuntas:
        entries = await IncomingPosts(tuntas.engine).for_desk(limit)
    if as_json:
        print_json(entries)
        return
    print_table(
        f"For the desk: {len(entries)}",
        ("from", "when", "number", "why", "text"),
        (
            (one.source, wib(one.received_at), one.number, one.why, (one.said or {}).get("text"))
            for one in entries
        ),
    )


async def hooks(tuntas: Wiring) -> "Hooks":
    """The webhooks of the settings, for ``channels.messaging.routes.hook_routes``.

    Raises ``BadKeys`` for a file of secrets that cannot be used, ``Refused`` for a channel there is not.
    """
    from channels.messaging.conversation import Conversation  # noqa: PLC0415 - heavy
    from channels.messaging.hooks import Hooks  # noqa: PLC0415 - heavy
    from channels.messaging.keys import Keys  # noqa: PLC0415 - heavy
    from channels.reply import Replies  # noqa: PLC0415 - heavy
    from store.incoming_posts import IncomingPosts  # noqa: PLC0415 - heavy

    settings = load_settings()
    keys = Keys.load(settings.hooks) if settings.hooks else Keys()
    for channel in sorted(keys.channels()):
        tuntas.city.channel(channel)
    category = tuntas.city.category(settings.inbox_category).code
    posts, replies = IncomingPosts(tuntas.engine), Replies(await tuntas.complaints(), tuntas.reads)
    return Hooks(keys, Conversation(await tuntas.front_door(), replies, posts, category), posts)
