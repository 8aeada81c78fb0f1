"""Keys of channels in PostgreSQL: made, listed, rotated, revoked, and recognised.

A key has 256 random bits, so a fast digest keeps it: there is nothing to guess, and each request looks it up.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex, token_urlsafe
from typing import Any, NamedTuple

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.channel_key import ChannelKey, Scope
from domain.refusal import RefusalCode, Refused
from store.engine import transaction
from store.tables import ChannelKeyRow

PREFIX = "tuntas_"
"""Lets people and secret scanners see what a string is."""

RANDOM_BYTES = 32

USE_NOTED_EVERY = timedelta(minutes=1)
"""``last_used_at`` is written at most this often, so that reading requests stay reading."""


class NewKey(NamedTuple):
    """A key that was just made. ``secret`` is told once and kept nowhere."""

    key: ChannelKey
    secret: str


class ChannelKeys:
    """The key ring of all channels."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(
        self,
        channel: str,
        name: str,
        scopes: tuple[Scope, ...],
        at: datetime,
        expires_at: datetime | None = None,
    ) -> NewKey:
        """A new key of a channel."""
        async with transaction(self._engine) as connection:
            return await _insert(connection, channel, name, scopes, at, expires_at)

    async def all(self, channel: str | None = None) -> list[ChannelKey]:
        """The keys, also those that no longer work, the oldest first."""
        query = select(ChannelKeyRow.__table__).order_by(ChannelKeyRow.created_at, ChannelKeyRow.id)
        if channel is not None:
            query = query.where(ChannelKeyRow.channel == channel)
        async with transaction(self._engine) as connection:
            return [_key(row) for row in await connection.execute(query)]

    async def rotate(self, identity: str, grace: timedelta, at: datetime) -> NewKey:
        """A new key with the same rights; the old one works for ``grace`` longer, or less if it ends sooner.

        Raises ``Refused`` for an id that is not known or a key that no longer works.
        """
        async with transaction(self._engine) as connection:
            old = await _locked(connection, identity)
            if not old.works(at):
                raise Refused(
                    RefusalCode.WRONG_STATE, f"Key {identity[:40]!r} no longer works; make one with: keys add"
                )
            ends = min(at + grace, old.expires_at or at + grace)
            await connection.execute(
                update(ChannelKeyRow).where(ChannelKeyRow.id == identity).values(expires_at=ends)
            )
            return await _insert(connection, old.channel, old.name, old.scopes, at, None)

    async def revoke(self, identity: str, at: datetime) -> ChannelKey:
        """Ends a key now; ending it again changes nothing. Raises ``Refused`` for an id that is not known."""
        async with transaction(self._engine) as connection:
            await _locked(connection, identity)
            changed = await connection.execute(
                update(ChannelKeyRow)
                .where(ChannelKeyRow.id == identity)
                .values(revoked_at=func.coalesce(ChannelKeyRow.revoked_at, at))
                .returning(ChannelKeyRow.__table__)
            )
            return _key(changed.one())

    async def recognise(self, secret: str, at: datetime) -> ChannelKey | None:
        """The key that this is, None when it is none or no longer works; notes that it was used."""
        async with transaction(self._engine) as connection:
            query = select(ChannelKeyRow.__table__).where(ChannelKeyRow.hash == key_hash(secret))
            row = (await connection.execute(query)).one_or_none()
            if row is None or not _key(row).works(at):
                return None
            if row.last_used_at is None or at - row.last_used_at >= USE_NOTED_EVERY:
                await connection.execute(
                    update(ChannelKeyRow).where(ChannelKeyRow.id == row.id).values(last_used_at=at)
                )
            return _key(row)


def key_hash(secret: str) -> str:
    """How a key is kept."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


async def _insert(
    connection: AsyncConnection,
    channel: str,
    name: str,
    scopes: tuple[Scope, ...],
    at: datetime,
    expires_at: datetime | None,
) -> NewKey:
    secret = PREFIX + token_urlsafe(RANDOM_BYTES)
    key = ChannelKey(
        id=f"key-{token_hex(5)}",
        channel=channel,
        name=name,
        scopes=scopes,
        created_at=at,
        expires_at=expires_at,
    )
    values = key.model_dump() | {"scopes": list(scopes), "hash": key_hash(secret)}
    await connection.execute(insert(ChannelKeyRow).values(values))
    return NewKey(key, secret)


async def _locked(connection: AsyncConnection, identity: str) -> ChannelKey:
    query = select(ChannelKeyRow.__table__).where(ChannelKeyRow.id == identity).with_for_update()
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise Refused(RefusalCode.BAD_INPUT, f"There is no key {identity[:40]!r}. See: keys list")
    return _key(row)


def _key(row: Row[Any]) -> ChannelKey:
    return ChannelKey(
        id=row.id,
        channel=row.channel,
        name=row.name,
        scopes=tuple(Scope(scope) for scope in row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
