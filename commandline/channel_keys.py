"""Keys of channels: made, listed, rotated, revoked. A key is shown once, when it is made."""

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from commandline.answers import Json, command, print_json, print_table, remark
from commandline.show import wib
from commandline.wiring import Wiring
from domain.channel_key import ChannelKey, Scope

if TYPE_CHECKING:
    from store.channel_keys import NewKey

app = typer.Typer(no_args_is_help=True, help="Keys by which channels are known to the REST API and Open311.")

Id = Annotated[str, typer.Argument(help="Id of the key, from `keys list`.")]
LONGEST_GRACE_H = 24 * 90


@app.command()
@command
async def add(
    channel: Annotated[str, typer.Argument(help="An official channel: `org channels`.")],
    name: Annotated[str, typer.Option("--name", help="What the key is for.")] = "",
    scopes: Annotated[
        list[Scope] | None,
        typer.Option("--scope", help="What it opens; repeatable. Everything if not given."),
    ] = None,
    days: Annotated[
        int | None, typer.Option("--days", min=1, max=3650, help="Works for so many days only.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Makes a key for a channel and prints it: once, for only its digest is kept."""
    now = datetime.now(UTC)
    async with Wiring() as tuntas:
        code = tuntas.city.channel(channel).code
        ends = now + timedelta(days=days) if days else None
        given = tuple(dict.fromkeys(scopes or Scope))
        _print_new(await tuntas.keys.add(code, name.strip()[:200], given, now, ends), as_json)


@app.command("list")
@command
async def list_(
    channel: Annotated[str | None, typer.Argument(help="Only those of this channel.")] = None,
    as_json: Json = False,
) -> None:
    """The keys there are, also those that no longer work."""
    now = datetime.now(UTC)
    async with Wiring() as tuntas:
        keys = await tuntas.keys.all(tuntas.city.channel(channel).code if channel else None)
    if as_json:
        print_json([_plain(key, now) for key in keys])
        return
    columns = ("id", "channel", "name", "scopes", "works", "made", "ends", "last used")
    print_table("Keys", columns, [_row(key, now) for key in keys])


@app.command()
@command
async def rotate(
    identity: Id,
    grace: Annotated[
        int,
        typer.Option("--grace", min=0, max=LONGEST_GRACE_H, help="Hours for which the old key still works."),
    ] = 24,
    as_json: Json = False,
) -> None:
    """Makes a new key with the same rights; the old one works until the time of grace is over."""
    async with Wiring() as tuntas:
        made = await tuntas.keys.rotate(identity, timedelta(hours=grace), datetime.now(UTC))
        _print_new(made, as_json)


@app.command()
@command
async def revoke(identity: Id, as_json: Json = False) -> None:
    """Ends a key at once."""
    now = datetime.now(UTC)
    async with Wiring() as tuntas:
        key = await tuntas.keys.revoke(identity, now)
    if as_json:
        print_json(_plain(key, now))
        return
    remark(f"Key {key.id} of {key.channel} opens nothing any more.")


def _print_new(made: "NewKey", as_json: bool) -> None:
    if as_json:
        print_json(_plain(made.key, made.key.created_at) | {"key": made.secret})
        return
    remark(
        f"Key {made.key.id} of {made.key.channel} opens {', '.join(made.key.scopes)}. It is shown only now:"
    )
    sys.stdout.write(f"{made.secret}\n")


def _plain(key: ChannelKey, now: datetime) -> dict[str, object]:
    return key.model_dump(mode="json") | {"works": key.works(now)}


def _row(key: ChannelKey, now: datetime) -> tuple[object, ...]:
    ends = min((end for end in (key.expires_at, key.revoked_at) if end), default=None)
    works = "yes" if key.works(now) else "no"
    scopes = ", ".join(key.scopes)
    return key.id, key.channel, key.name, scopes, works, wib(key.created_at), wib(ends), wib(key.last_used_at)
