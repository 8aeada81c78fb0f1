"""People who were sent to the OpenID Connect provider: what they must bring back, once, in time."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from store.engine import transaction
from store.sessions import digest
from store.tables import ProviderAttemptRow

LASTS = timedelta(minutes=10)


class Sent(NamedTuple):
    """What was sent along, and where somebody wants to go afterwards."""

    nonce: str
    verifier: str
    goes_to: str


class ProviderAttempts:
    """Remembers who was sent."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def remember(self, state: str, sent: Sent, at: datetime) -> None:
        """Remembers one, and forgets those who did not come back."""
        row = ProviderAttemptRow
        values = {**sent._asdict(), "state_hash": digest(state), "expires_at": at + LASTS}
        async with transaction(self._engine) as connection:
            await connection.execute(delete(row).where(row.expires_at <= at))
            await connection.execute(insert(row).values(values))

    async def take(self, state: str, at: datetime) -> Sent | None:
        """What was sent with a state; once, and None when it is unknown or too old."""
        row = ProviderAttemptRow
        gone = delete(row).where(row.state_hash == digest(state), row.expires_at > at)
        async with transaction(self._engine) as connection:
            found = await connection.execute(gone.returning(row.nonce, row.verifier, row.goes_to))
            one = found.one_or_none()
        return Sent(*one) if one else None
