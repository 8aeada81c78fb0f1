"""Sessions of people who have signed in, and half-sessions of those who are asked for a code."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.account import CODE_ASKED_FOR, IDLE_FOR, SESSION_LASTS, Account, HalfSession, Role, Session
from store.engine import transaction
from store.tables import AccountRow, HalfSessionRow, SessionRow

LONGEST_BROWSER = 60
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a session was last seen: not every page costs a write."""

HOLDS = and_(AccountRow.disabled_at.is_(None), AccountRow.name == SessionRow.account)
"""Of a session whose account is open; one from before a change of what opens the account is over."""


class Sessions:
    """Begins, finds and ends sessions. Tokens are kept as digests."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def begin(
        self,
        account: Account,
        at: datetime,
        browser: str = "",
        *,
        by_provider: bool = False,
        vouched: bool = False,
    ) -> str:
        """The token of a new session."""
        token = secrets.token_urlsafe(32)
        ended = or_(SessionRow.expires_at <= at, SessionRow.seen_at <= at - IDLE_FOR)
        values = {
            "token_hash": digest(token),
            "account": account.name,
            "epoch": account.epoch,
            "began_at": at,
            "seen_at": at,
            "expires_at": at + SESSION_LASTS,
            "browser": browser[:LONGEST_BROWSER],
            "by_provider": by_provider,
            "vouched": vouched,
        }
        async with transaction(self._engine) as connection:
            await connection.execute(delete(SessionRow).where(ended))
            await connection.execute(insert(SessionRow).values(values))
        return token

    async def of(self, token: str, at: datetime) -> Session | None:
        """The session with this token, as long as it lasts."""
        query = _lasting(at).where(SessionRow.token_hash == digest(token))
        async with transaction(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
            if row is not None and row.seen_at <= at - SEEN_EVERY:
                seen = update(SessionRow).where(SessionRow.token_hash == digest(token)).values(seen_at=at)
                await connection.execute(seen)
        return _session(row) if row else None

    async def lasts(self, token: str, at: datetime) -> bool:
        """Whether a session is still there; unlike ``of``, asking does not keep it."""
        query = _lasting(at).where(SessionRow.token_hash == digest(token))
        async with transaction(self._engine) as connection:
            return (await connection.execute(query)).one_or_none() is not None

    async def all(self, name: str, at: datetime) -> list[Session]:
        """The sessions of an account, the last seen first."""
        query = _lasting(at).where(SessionRow.account == name).order_by(SessionRow.seen_at.desc())
        async with transaction(self._engine) as connection:
            return [_session(row) for row in await connection.execute(query)]

    async def end(self, token: str) -> None:
        """Ends a session."""
        async with transaction(self._engine) as connection:
            await connection.execute(delete(SessionRow).where(SessionRow.token_hash == digest(token)))

    async def end_one(self, name: str, identity: UUID) -> None:
        """Ends a session of this account; another's stays."""
        own = and_(SessionRow.account == name, SessionRow.id == identity)
        async with transaction(self._engine) as connection:
            await connection.execute(delete(SessionRow).where(own))

    async def end_others(self, name: str, but: UUID) -> None:
        """Ends all sessions of an account but one."""
        others = and_(SessionRow.account == name, SessionRow.id != but)
        async with transaction(self._engine) as connection:
            await connection.execute(delete(SessionRow).where(others))

    async def begin_half(self, account: Account, goes_to: str, at: datetime, *, by_provider: bool) -> str:
        """The token of somebody who is asked for a code."""
        token = secrets.token_urlsafe(32)
        values = {
            "token_hash": digest(token),
            "account": account.name,
            "epoch": account.epoch,
            "goes_to": goes_to,
            "by_provider": by_provider,
            "expires_at": at + CODE_ASKED_FOR,
        }
        async with transaction(self._engine) as connection:
            await connection.execute(delete(HalfSessionRow).where(HalfSessionRow.expires_at <= at))
            await connection.execute(insert(HalfSessionRow).values(values))
        return token

    async def half(self, token: str, at: datetime) -> HalfSession | None:
        """Who is asked for a code, while there is time."""
        query = select(AccountRow.__table__, HalfSessionRow.goes_to, HalfSessionRow.by_provider).where(
            HalfSessionRow.token_hash == digest(token),
            HalfSessionRow.expires_at > at,
            HalfSessionRow.account == AccountRow.name,
            HalfSessionRow.epoch == AccountRow.epoch,
            AccountRow.disabled_at.is_(None),
        )
        async with transaction(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        return HalfSession(account=account_of(row), goes_to=row.goes_to, by_provider=row.by_provider)

    async def end_half(self, token: str) -> bool:
        """Ends it; False when somebody else was faster."""
        gone = delete(HalfSessionRow).where(HalfSessionRow.token_hash == digest(token))
        async with transaction(self._engine) as connection:
            found = await connection.execute(gone.returning(HalfSessionRow.account))
            return found.scalar_one_or_none() is not None


async def end_sessions(connection: AsyncConnection, name: str) -> None:
    """Ends all sessions of an account, half ones too."""
    await connection.execute(delete(SessionRow).where(SessionRow.account == name))
    await connection.execute(delete(HalfSessionRow).where(HalfSessionRow.account == name))


def digest(token: str) -> str:
    """As what a token is kept."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def account_of(row: Row[Any]) -> Account:
    """The account that a row of its table tells."""
    return Account(
        name=row.name,
        roles=tuple(Role(one) for one in row.roles),
        officer=row.officer,
        must_change=row.must_change,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        epoch=row.epoch,
        second_factor=row.factor_since is not None,
    )


def _lasting(at: datetime) -> Any:
    session = SessionRow
    columns = (session.id, session.began_at, session.seen_at, session.browser)
    return select(AccountRow.__table__, *columns, session.by_provider, session.vouched).where(
        HOLDS, session.epoch == AccountRow.epoch, session.expires_at > at, session.seen_at > at - IDLE_FOR
    )


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.id,
        account=account_of(row),
        began_at=row.began_at,
        seen_at=row.seen_at,
        browser=row.browser,
        by_provider=row.by_provider,
        vouched=row.vouched,
    )
