"""Who is signed in: by a cookie that scripts cannot read and other sites cannot send, or a token."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import Request

from domain.account import Account, Role, Session
from store.accounts import Accounts
from web.cookies import SESSION, cookie

COOKIE = SESSION


@dataclass(frozen=True)
class Doorkeeper:
    """Knows who is signed in. ``compulsory`` are the roles that need a second factor."""

    accounts: Accounts
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    compulsory: Collection[Role] = ()

    async def session_of(self, request: Request) -> Session | None:
        """The session of the cookie, or of a token sent as ``Authorization: Bearer``, for programs."""
        token = token_of(request)
        return await self.accounts.sessions.of(token, self.clock()) if token else None

    async def who(self, request: Request) -> Account | None:
        """The account of the session.

        Whoever has yet to change the password, or to set up a second factor, is nobody yet.
        """
        session = await self.session_of(request)
        return session.account if session and not session.lacks(self.compulsory) else None

    async def still_there(self, request: Request) -> bool:
        """Whether who asked a while ago is still signed in; does not count as a use of the session."""
        token = token_of(request)
        return bool(token) and await self.accounts.sessions.lasts(token, self.clock())

    async def may(self, request: Request, role: Role) -> bool:
        """Whether who asks is signed in and has a role."""
        account = await self.who(request)
        return account is not None and role in account.roles


def token_of(request: Request) -> str:
    """The token that somebody is known by: a program's, else the browser's; may be empty."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else cookie(request, SESSION)
