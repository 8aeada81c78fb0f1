"""Who is signed in: by a cookie that scripts cannot read and other sites cannot send, or a token."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from fastapi import Request

from domain.account import Account, Role

COOKIE = "tuntas_session"


class AccountBook(Protocol):
    """Where accounts are: ``store.accounts.Accounts``."""

    async def sign_in(self, name: str, password: str, at: datetime) -> tuple[Account, str] | None:
        """The account and the token of a new session, or None."""
        ...

    async def signed_in(self, token: str, at: datetime) -> Account | None:
        """Whose session this is."""
        ...

    async def session_lasts(self, token: str, at: datetime) -> bool:
        """Whether a session is still there; asking is no use of it."""
        ...

    async def sign_out(self, token: str) -> None:
        """Ends a session."""
        ...

    async def set_password(self, name: str, password: str, *, must_change: bool) -> bool:
        """Gives an account another password and ends its sessions."""
        ...


@dataclass(frozen=True)
class Doorkeeper:
    """Knows who is signed in."""

    accounts: AccountBook
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def who(self, request: Request) -> Account | None:
        """The account of the cookie, or of a token sent as ``Authorization: Bearer``, for programs.

        An account whose password must be changed first is nobody yet.
        """
        token = token_of(request)
        account = await self.accounts.signed_in(token, self.clock()) if token else None
        return account if account and not account.must_change else None

    async def still_there(self, request: Request) -> bool:
        """Whether who asked a while ago is still signed in; does not count as a use of the session."""
        token = token_of(request)
        return bool(token) and await self.accounts.session_lasts(token, self.clock())

    async def may(self, request: Request, role: Role) -> bool:
        """Whether who asks is signed in and has a role."""
        account = await self.who(request)
        return account is not None and role in account.roles


def token_of(request: Request) -> str:
    """The token that somebody is known by: a program's, else the browser's; may be empty."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")
