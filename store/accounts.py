"""Accounts of people: passwords kept by argon2, locked for a while after wrong ones."""

import asyncio
import secrets
from datetime import UTC, datetime
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row, and_, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.account import Account, Role
from store.account_events import SHELL, note
from store.database import Database
from store.engine import transaction
from store.lock_out import count_attempt, forget_failures, take_back
from store.second_factors import SecondFactors
from store.sessions import Sessions, account_of, end_sessions
from store.tables import AccountRow

HASHER = PasswordHasher()
NOBODY = HASHER.hash(secrets.token_urlsafe(16))
"""Verified for names that do not exist, so that they take as long as those that do."""


class Accounts:
    """Knows accounts; ``sessions`` and ``factors`` are the two other parts of signing in."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine
        self.sessions = Sessions(engine)
        self.factors = SecondFactors(engine)

    async def add(
        self,
        name: str,
        password: str,
        roles: tuple[Role, ...],
        officer: str | None,
        at: datetime,
        by: str = SHELL,
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
            if (await connection.execute(statement)).scalar_one_or_none() is None:
                return False
            await note(connection, name, "added", by, at)
            return True

    async def all(self) -> list[Account]:
        """Every account, by name."""
        async with transaction(self._engine) as connection:
            rows = await connection.execute(select(AccountRow.__table__).order_by(AccountRow.name))
            return [account_of(row) for row in rows]

    async def find(self, words: str, after: str = "", most: int = 50) -> list[Account]:
        """The accounts whose name or officer holds these words, by name, from behind one."""
        row = AccountRow
        query = select(row.__table__).where(row.name > after).order_by(row.name).limit(most)
        if words:
            query = query.where(
                or_(row.name.icontains(words, autoescape=True), row.officer.icontains(words, autoescape=True))
            )
        async with transaction(self._engine) as connection:
            return [account_of(row) for row in await connection.execute(query)]

    async def one(self, name: str) -> Account | None:
        """The account of a name."""
        row = await self._row(name)
        return account_of(row) if row else None

    async def recognise(self, name: str, password: str, at: datetime) -> Account | None:
        """Whose name and password these are; None when one is wrong, or the account is locked or closed.

        Which of these it was is not told to anybody who tries. Who has a second factor has signed in only
        when the code was right too; until then failures stay counted, or the code could be guessed forever.
        """
        name = name.replace("\0", "")  # PostgreSQL takes none
        row = await count_attempt(self._engine, name, at)
        good = await asyncio.to_thread(_fits, row.password_hash if row else NOBODY, password)
        if row is None or not good:
            return None
        if row.factor_since is None:
            await forget_failures(self._engine, name)
        else:
            await take_back(self._engine, row, at)
        return account_of(row)

    async def known_to_provider(self, name: str, subject: str, at: datetime) -> Account | None:
        """The account that a provider calls by this name; None for another person of the same name.

        The first who comes by a name is the one whom the provider means from then on, also when it gives
        the name to somebody else later.
        """
        row = await self._row(name)
        if row is None or row.disabled_at or row.subject not in {None, subject}:
            return None
        if row.subject is None:
            bound = update(AccountRow).where(AccountRow.name == name, AccountRow.subject.is_(None))
            async with transaction(self._engine) as connection:
                changed = bound.values(subject=subject).returning(AccountRow.name)
                if await connection.scalar(changed) is None:
                    return None
                await note(connection, name, "provider-bound", name, at)
        return account_of(row)

    async def set_password(
        self,
        name: str,
        password: str,
        *,
        must_change: bool,
        at: datetime | None = None,
        by: str = SHELL,
        epoch: int | None = None,
    ) -> bool:
        """Gives an account another password and ends its sessions; False when there is no such account.

        With an ``epoch``, only if nothing changed since: a form sent twice changes once. A password for
        somebody else (``must_change``) also lets the provider name them anew.
        """
        values: dict[str, Any] = {
            "password_hash": await asyncio.to_thread(HASHER.hash, password),
            "must_change": must_change,
            "failures": 0,
            "locked_until": None,
        }
        if must_change:
            values["subject"] = null()
        what = "password-reset" if must_change else "password-changed"
        return await self._change(name, values, what, by, at or datetime.now(UTC), epoch)

    async def disable(self, name: str, at: datetime, by: str = SHELL) -> bool:
        """Closes an account and ends its sessions; False when there is no open one of this name."""
        return await self._change(name, {"disabled_at": at}, "closed", by, at)

    async def _change(
        self, name: str, values: dict[str, Any], what: str, by: str, at: datetime, epoch: int | None = None
    ) -> bool:
        """Changes what opens an account, which ends its sessions."""
        found = and_(AccountRow.name == name, AccountRow.disabled_at.is_(None))
        if epoch is not None:
            found = and_(found, AccountRow.epoch == epoch)
        statement = update(AccountRow).where(found).values(**values, epoch=AccountRow.epoch + 1)
        async with transaction(self._engine) as connection:
            if await connection.scalar(statement.returning(AccountRow.name)) is None:
                return False
            await end_sessions(connection, name)
            await note(connection, name, what, by, at)
            return True

    async def _row(self, name: str) -> Row[Any] | None:
        async with transaction(self._engine) as connection:
            query = select(AccountRow.__table__).where(AccountRow.name == name)
            return (await connection.execute(query)).one_or_none()


def _fits(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
