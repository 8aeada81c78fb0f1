"""The lock-out: wrong passwords and wrong codes in a row close an account for a while."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, func, or_, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.account import LOCKED_FOR, TRIES
from store.engine import transaction
from store.tables import AccountRow

WITHOUT_WAITING = text("SET LOCAL synchronous_commit TO off")
"""No wait for the disk: a name that exists must not take longer than one that does not."""


async def count_attempt(engine: AsyncEngine, name: str, at: datetime) -> Row[Any] | None:
    """The account, its attempt counted as one that fails; None when it is not there, closed or locked.

    Counted before anything is judged: attempts at the same moment are not judged beyond the limit. The last
    one that is allowed locks; counting begins anew then.
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
    async with transaction(engine) as connection:
        await connection.execute(WITHOUT_WAITING)
        row: Row[Any] | None = (await connection.execute(statement)).one_or_none()
        return row


async def take_back(engine: AsyncEngine, row: Row[Any], at: datetime) -> None:
    """The password was right and a code is asked for: no failure, but all others stay counted.

    Also those that were counted since: whoever knows the password could guess codes beside it forever else.
    """
    statement = update(AccountRow).where(AccountRow.name == row.name)
    if row.locked_until == at + LOCKED_FOR:
        own_lock = statement.where(AccountRow.locked_until == row.locked_until)
        statement = own_lock.values(failures=TRIES - 1, locked_until=None)
    else:
        statement = statement.values(failures=func.greatest(AccountRow.failures - 1, 0))
    async with transaction(engine) as connection:
        await connection.execute(WITHOUT_WAITING)
        await connection.execute(statement)


async def forget_failures(engine: AsyncEngine, name: str) -> None:
    """Whoever has shown all that is asked for begins the count anew."""
    async with transaction(engine) as connection:
        await connection.execute(
            update(AccountRow).where(AccountRow.name == name).values(failures=0, locked_until=None)
        )
