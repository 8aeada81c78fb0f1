"""The lock-out: wrong passwords and wrong codes in a row close an account for a while."""

from datetime import datetime
from typing import Any

from sqlalchemy import case, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.account import LOCKED_FOR, TRIES
from store.engine import transaction
from store.tables import AccountRow

WITHOUT_WAITING = text("SET LOCAL synchronous_commit TO off")
"""No wait for the disk: a name that exists must not take longer than one that does not."""


async def count_failure(engine: AsyncEngine, name: str, at: datetime) -> None:
    """The fifth failure in a row locks; counting begins anew then. While it is locked, nothing counts."""
    locked, fifth = AccountRow.locked_until > at, AccountRow.failures + 1 >= TRIES
    failures = case((locked, AccountRow.failures), (fifth, 0), else_=AccountRow.failures + 1)
    until = case((locked, AccountRow.locked_until), (fifth, at + LOCKED_FOR), else_=AccountRow.locked_until)
    statement = update(AccountRow).where(AccountRow.name == name)
    async with transaction(engine) as connection:
        await connection.execute(WITHOUT_WAITING)
        await connection.execute(statement.values(failures=failures, locked_until=until))


async def forget_failures(engine: AsyncEngine, name: str) -> None:
    """Whoever has shown all that is asked for begins the count anew."""
    async with transaction(engine) as connection:
        await connection.execute(
            update(AccountRow).where(AccountRow.name == name).values(failures=0, locked_until=None)
        )


def is_shut(row: Any, at: datetime) -> bool:
    """Whether there is no such account (no row), or it is closed or locked."""
    return row is None or bool(row.disabled_at) or bool(row.locked_until and row.locked_until > at)
