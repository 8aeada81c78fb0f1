"""Messages of messengers: each is remembered, so that none is taken twice."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from domain.signature import TOLERANCE
from domain.value import Value
from store.database import Database
from store.engine import transaction
from store.tables import IncomingPostRow, SeenSignatureRow

POST, POSTS = "post", "posts"
"""What a kept message is to the vault, and the owner of its key."""

REMEMBERED = 3 * TOLERANCE
"""How long a signature is remembered: longer than it is accepted."""


class PostEntry(Value):
    """A message as the desk reads it; ``said`` is personal, and kept only while it waits for the desk."""

    source: str
    received_at: datetime
    state: str
    why: str | None
    number: str | None
    said: dict[str, Any] | None


class IncomingPosts:
    """Remembers messages and signatures. Raises ``DatabaseUnreachable`` when the database is away."""

    def __init__(self, engine: Database) -> None:
        self._engine = engine

    async def known(self, source: str, id_hash: str) -> tuple[str, str | None, str | None] | None:
        """State, reason and number of a message that came before."""
        query = select(IncomingPostRow.state, IncomingPostRow.why, IncomingPostRow.number).where(
            IncomingPostRow.source == source, IncomingPostRow.id_hash == id_hash
        )
        async with transaction(self._engine) as connection:
            row = (await connection.execute(query)).one_or_none()
        return (row.state, row.why, row.number) if row else None

    async def settle(
        self,
        source: str,
        id_hash: str,
        state: str,
        why: str | None,
        number: str | None,
        said: dict[str, Any] | None,
    ) -> None:
        """Remembers what became of a message; the first says it."""
        posted = json.dumps(said).encode() if said is not None else None
        values = {
            "source": source,
            "id_hash": id_hash,
            "state": state,
            "why": why,
            "number": number,
            "sealed": posted and await self._engine.vault.seal(POSTS, POST, posted),
        }
        async with transaction(self._engine) as connection:
            await connection.execute(insert(IncomingPostRow).values(values).on_conflict_do_nothing())

    async def claim_signature(self, key: str) -> bool:
        """Remembers a signed request; False when it was taken before. Old ones are forgotten."""
        old: timedelta = REMEMBERED
        statement = insert(SeenSignatureRow).values(signature_hash=key).on_conflict_do_nothing()
        async with transaction(self._engine) as connection:
            await connection.execute(
                delete(SeenSignatureRow).where(SeenSignatureRow.seen_at < func.now() - old)
            )
            claimed = await connection.execute(statement.returning(SeenSignatureRow.signature_hash))
            return claimed.scalar_one_or_none() is not None

    async def release_signature(self, key: str) -> None:
        """Forgets a signed request that could not be carried out."""
        async with transaction(self._engine) as connection:
            await connection.execute(delete(SeenSignatureRow).where(SeenSignatureRow.signature_hash == key))

    async def for_desk(self, limit: int = 200) -> list[PostEntry]:
        """What a human must read, the latest first."""
        query = select(IncomingPostRow.__table__).where(IncomingPostRow.state == "for_desk")
        query = query.order_by(IncomingPostRow.received_at.desc()).limit(limit)
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(query)).mappings().all()
        opened = await self._engine.vault.open(POST, [row["sealed"] for row in rows])
        return [
            PostEntry.model_validate({**row, "said": said and json.loads(said)})
            for row, said in zip(rows, opened, strict=True)
        ]
