"""The key ring: looked at, rotated and cleared, while the service runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commandline.answers import Json, command, print_json, print_table, progress, remark
from commandline.wiring import Wiring
from runtime.key_ring import KeyRing, WrongKeys, add_key, open_key_ring, remove_key, use_key
from runtime.settings import load_settings

if TYPE_CHECKING:
    from store.vault import Vault

app = typer.Typer(
    no_args_is_help=True,
    help="""The keys that everything personal is sealed with.

    To rotate without a pause: `new`, then `rewrap`, then `remove` the old one. With copies of the ring on
    several machines: `new --not-yet`, copy the file everywhere, `use` it, copy again, `rewrap`. Copy the file
    to a safe place, apart from backups of the databases, each time it changes.
    """,
)

Name = Annotated[str, typer.Argument(help="Name of a key, from `key-ring list`.")]


@app.command("list")
@command
async def list_(as_json: Json = False) -> None:
    """The keys of the ring, and how many data keys each wraps."""
    ring = _ring()
    async with Wiring() as tuntas:
        wrapped = await tuntas.engine.vault.wrapped_by()
    names = list(dict.fromkeys([*ring.names(), *sorted(wrapped)]))
    rows = [
        {
            "name": name,
            "current": name == ring.current(),
            "in_ring": name in ring.names(),
            "wraps": wrapped.get(name, 0),
        }
        for name in names
    ]
    if as_json:
        print_json(rows)
        return
    print_table("Key ring", ("name", "current", "in the ring", "data keys"), [row.values() for row in rows])


@app.command()
@command
async def new(
    not_yet: Annotated[
        bool, typer.Option("--not-yet", help="Only add it; `use` makes it the current one later.")
    ] = False,
) -> None:
    """Adds a key; from then on new data keys are wrapped by it. The service notices by itself."""
    name = add_key(_file(), current=not not_yet)
    remark(f"The ring has the key {name}. Copy the file to your safe place, then: starter.py key-ring rewrap")


@app.command()
@command
async def use(name: Name) -> None:
    """Makes a key of the ring the current one."""
    use_key(_file(), name)
    remark(f"{name} is the current key. Next: starter.py key-ring rewrap")


@app.command()
@command
async def rewrap() -> None:
    """Wraps every data key by the current key. Safe to break off and to repeat, while the service runs."""
    ring = open_key_ring(load_settings())
    async with Wiring() as tuntas:
        count = await _rewrap_all(tuntas.engine.vault, ring.current())
    remark(f"{count} data keys were wrapped anew; all are under {ring.current()} now.")


@app.command()
@command
async def remove(name: Name) -> None:
    """Takes an old key out of the ring, once nothing is wrapped by it any more.

    Backups of the database from before the last `rewrap` need it: keep the copy that fits them.
    """
    async with Wiring() as tuntas:
        if left := (await tuntas.engine.vault.wrapped_by()).get(name):
            raise WrongKeys(
                f"{left} data keys are still wrapped by {name}; first run: starter.py key-ring rewrap"
            )
    remove_key(_file(), name)
    remark(f"The ring no longer has the key {name}.")


async def _rewrap_all(vault: "Vault", current: str) -> int:
    left = sum(count for name, count in (await vault.wrapped_by()).items() if name != current)
    total = 0
    with progress("Wrapping data keys", left) as step:
        while done := await vault.rewrap():
            total += done
            for _ in range(done):
                step()
    return total


def _ring() -> KeyRing:
    ring = open_key_ring(load_settings())
    if not isinstance(ring, KeyRing):
        raise WrongKeys("A service keeps the keys (TUNTAS_KEYS begins with kms:); look at them there.")
    return ring


def _file() -> Path:
    if (file := _ring().file) is None:
        raise WrongKeys(
            "The key ring comes from the environment (TUNTAS_KEYS begins with env:); change it there."
        )
    return file
