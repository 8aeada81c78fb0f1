"""Accounts of people who sign in: made, listed, given a new password, closed."""

import secrets
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from commandline.answers import Json, command, fail, print_json, print_table, remark
from commandline.show import wib
from commandline.wiring import Wiring
from domain.account import Role

if TYPE_CHECKING:
    from store.accounts import Accounts

app = typer.Typer(no_args_is_help=True, help="People who sign in to the web server.")

Name = Annotated[str, typer.Argument(help="Name of the account.")]
SHELL = "starter.py"
NO_SUCH = "There is no open account of this name; see: starter.py accounts list"


@app.command()
@command
async def add(
    name: Annotated[str, typer.Argument(help="A name to sign in with, such as s.rahayu.")],
    role: Annotated[list[Role], typer.Option("--role", help="What it may do; repeatable.")],
    officer: Annotated[
        str | None, typer.Option("--officer", help="Code of the officer it acts as: `org officers`.")
    ] = None,
) -> None:
    """Makes an account and prints its first password: once; it must be changed when it is used."""
    password = secrets.token_urlsafe(12)
    async with Wiring() as tuntas:
        code = tuntas.orders.officer(officer).code if officer else None
        roles = tuple(dict.fromkeys(role))
        if not await _accounts(tuntas).add(name.strip(), password, roles, code, datetime.now(UTC)):
            fail(f"There is an account {name.strip()} already; choose another name.")
    sys.stdout.write(f"{password}\n")
    remark("This is the first password of the account; it must be changed at /sign-in of the web server.")


@app.command("list")
@command
async def list_(as_json: Json = False) -> None:
    """The accounts there are."""
    async with Wiring() as tuntas:
        found = await _accounts(tuntas).all()
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one.name,
            ", ".join(one.roles),
            one.officer,
            "yes" if one.second_factor else None,
            wib(one.created_at),
            wib(one.disabled_at),
        )
        for one in found
    ]
    print_table("Accounts", ("name", "roles", "officer", "code", "made", "closed"), rows)


@app.command()
@command
async def reset(name: Name) -> None:
    """Prints a new first password, opens an account that is locked, and ends its sessions."""
    password = secrets.token_urlsafe(12)
    async with Wiring() as tuntas:
        if not await _accounts(tuntas).set_password(name, password, must_change=True):
            fail(NO_SUCH)
    sys.stdout.write(f"{password}\n")


@app.command("reset-code")
@command
async def reset_code(name: Name) -> None:
    """Takes the second factor of an account away, for a lost telephone, and ends its sessions."""
    async with Wiring() as tuntas:
        if not await _accounts(tuntas).factors.turn_off(name, SHELL, datetime.now(UTC)):
            fail("This account has no second factor; see: starter.py accounts list")


@app.command()
@command
async def close(name: Name) -> None:
    """Closes an account and ends its sessions. What was done with it stays on record."""
    async with Wiring() as tuntas:
        if not await _accounts(tuntas).disable(name, datetime.now(UTC)):
            fail(NO_SUCH)


def _accounts(tuntas: Wiring) -> "Accounts":
    from store.accounts import Accounts  # noqa: PLC0415 - heavy

    return Accounts(tuntas.engine)
