"""Accounts of people: passwords kept by argon2, locked for a while after wrong ones; and their sessions."""

import asyncio
import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row, case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.account import IDLE_FOR, LOCKED_FOR, SESSION_LASTS, TRIES, Account, Role
from store.engine import transaction
from store.tables import AccountRow, SessionRow

HASHER = PasswordHasher()
NOBODY = HASHER.hash(secrets.token_urlsafe(16))
"""Verified for names that do not exist, so that they take as long as those that do."""


class Accounts:
    """Signs people in and out."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(
        self, name: str, password: str, roles: tuple[Role, ...], officer: str | None, at: datetime
    ) -> bool:
        """Makes an account, whose password must be changed at first use; False when the name is taken."""
        values = {
            "name": name,
            "password_hash": await asyncio.to_thread(HASHER.hash, password),
            "roles": list(roles),
            "officer": officer,
            "must_change": True,
            "created_at": at,
        }
        statement = insert(AccountRow).values(values).on_conflict_do_nothing().returning(AccountRow.name)
        async with transaction(self._engine) as connection:
            return (await connection.execute(statement)).scalar_one_or_none() is not None

    async def all(self) -> list[Account]:
        """Every account, by name."""
        async with transaction(self._engine) as connection:
            rows = await connection.execute(select(AccountRow.__table__).order_by(AccountRow.name))
            return [_account(row) for row in rows]

    async def sign_in(self, name: str, password: str, at: datetime) -> tuple[Account, str] | None:
        """The account and the token of a new session; None when name or password are wrong, or it is locked.

        Which of these it was is not told to anybody who tries.
        """
        name = name.replace("\0", "")  # PostgreSQL takes none
        row = await self._counted(name, at)
        good = await asyncio.to_thread(_fits, row.password_hash if row else NOBODY, password)
        if row is None or not good:
            return None
        token = secrets.token_urlsafe(32)
        async with transaction(self._engine) as connection:
            await connection.execute(
                update(AccountRow).where(AccountRow.name == name).values(failures=0, locked_until=None)
            )
            await connection.execute(
                delete(SessionRow).where(
                    or_(SessionRow.expires_at <= at, SessionRow.seen_at <= at - IDLE_FOR)
                )
            )
            await connection.execute(
                insert(SessionRow).values(
                    token_hash=_hash(token), account=name, seen_at=at, expires_at=at + SESSION_LASTS
                )
            )
        return _account(row), token

    async def signed_in(self, token: str, at: datetime) -> Account | None:
        """Whose session this is, as long as it lasts."""
        seen = (
            update(SessionRow)
            .where(
                SessionRow.token_hash == _hash(token),
                SessionRow.expires_at > at,
                SessionRow.seen_at > at - IDLE_FOR,
            )
            .values(seen_at=func.greatest(SessionRow.seen_at, at))
            .returning(SessionRow.account)
        )
        async with transaction(self._engine) as connection:
            name = (await connection.execute(seen)).scalar_one_or_none()
        row = await self._row(name) if name else None
        return _account(row) if row and not row.disabled_at else None

    async def session_lasts(self, token: str, at: datetime) -> bool:
        """Whether a session is still there; unlike ``signed_in``, asking does not keep it."""
        query = (
            select(AccountRow.disabled_at.is_(None))
            .join(SessionRow, SessionRow.account == AccountRow.name)
            .where(
                SessionRow.token_hash == _hash(token),
                SessionRow.expires_at > at,
                SessionRow.seen_at > at - IDLE_FOR,
            )
        )
        async with transaction(self._engine) as connection:
            return bool(await connection.scalar(query))

    async def sign_out(self, token: str) -> None:
        """Ends a session."""
        async with transaction(self._engine) as connection:
            await connection.execute(delete(SessionRow).where(SessionRow.token_hash == _hash(token)))

    async def set_password(self, name: str, password: str, *, must_change: bool) -> bool:
        """Gives an account another password and ends its sessions; False when there is no such account."""
        values = {
            "password_hash": await asyncio.to_thread(HASHER.hash, password),
            "must_change": must_change,
            "failures": 0,
            "locked_until": None,
        }
        statement = update(AccountRow).where(AccountRow.name == name).values(values)
        async with transaction(self._engine) as connection:
            await connection.execute(delete(SessionRow).where(SessionRow.account == name))
            changed = await connection.execute(statement.returning(AccountRow.name))
            return changed.scalar_one_or_none() is not None

    async def disable(self, name: str, at: datetime) -> bool:
        """Closes an account and ends its sessions; False when there is no open one of this name."""
        statement = (
            update(AccountRow)
            .where(AccountRow.name == name, AccountRow.disabled_at.is_(None))
            .values(disabled_at=at)
        )
        async with transaction(self._engine) as connection:
            await connection.execute(delete(SessionRow).where(SessionRow.account == name))
            changed = await connection.execute(statement.returning(AccountRow.name))
            return changed.scalar_one_or_none() is not None

    async def _row(self, name: str) -> Row[Any] | None:
        async with transaction(self._engine) as connection:
            query = select(AccountRow.__table__).where(AccountRow.name == name)
            return (await connection.execute(query)).one_or_none()

    async def _counted(self, name: str, at: datetime) -> Row[Any] | None:
        """The account, its attempt counted as one that fails; None when it is not there, closed or locked.

        Counted before the password is looked at: attempts at the same moment are not judged beyond the limit.
        The last one that is allowed locks; counting begins anew then.
        """
        last = AccountRow.failures + 1 >= TRIES
        statement = (
            update(AccountRow)
            .where(
                AccountRow.name == name,
                AccountRow.disabled_at.is_(None),
                or_(AccountRow.locked_until.is_(None), AccountRow.locked_until <= at),
            )
            .values(
                failures=case((last, 0), else_=AccountRow.failures + 1),
                locked_until=case((last, at + LOCKED_FOR), else_=AccountRow.locked_until),
            )
            .returning(AccountRow.__table__)
        )
        async with transaction(self._engine) as connection:
            row: Row[Any] | None = (await connection.execute(statement)).one_or_none()
            return row


def _fits(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _account(row: Row[Any]) -> Account:
    return Account(
        name=row.name,
        roles=tuple(Role(one) for one in row.roles),
        officer=row.officer,
        must_change=row.must_change,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )
