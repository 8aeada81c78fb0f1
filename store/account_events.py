"""What was changed about accounts, by whom: for operators, and for the people whose accounts they are."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.account import AccountEvent
from store.engine import transaction
from store.tables import AccountEventRow

SHELL = "starter.py"
"""Who changes accounts by the command line."""


async def note(connection: AsyncConnection, name: str, what: str, by: str, at: datetime) -> None:
    """Notes a change in the transaction that makes it."""
    await connection.execute(insert(AccountEventRow).values(account=name, what=what, by=by, at=at))


async def latest_events(engine: AsyncEngine, name: str, most: int = 10) -> list[AccountEvent]:
    """The last changes of an account, the newest first."""
    row = AccountEventRow
    query = select(row.what, row.by, row.at).where(row.account == name).order_by(row.id.desc()).limit(most)
    async with transaction(engine) as connection:
        return [AccountEvent(what=what, by=by, at=at) for what, by, at in await connection.execute(query)]
