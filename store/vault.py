"""The vault: seals what is personal with a data key of its owner, and opens it while the key is kept.

The owner is a complaint, by its workflow id, so that to forget its keys is to forget the person, in every
place at once: PostgreSQL, Temporal's histories, letters. What belongs to no complaint has its own owner.
A key is kept wrapped by the key ring; an owner has one current key, and older generations that only open.
"""

import hmac
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from cachetools import TTLCache
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, null, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from runtime.key_ring import KEY_BYTES, NONCE_BYTES, KeyWrapper, Wrapped
from store.engine import one_statement, transaction
from store.tables import DataKeyRow

FORM = b"\x01"
"""The first byte of what is sealed: the form of all the others."""

HEAD = len(FORM) + 16
SEALS_FOR = timedelta(minutes=1)
"""How long a process goes on sealing with a key that is no longer the current one."""

OPENS_FOR = timedelta(minutes=10)
"""How long a process goes on opening with a key that was forgotten."""

MOST_KEYS = 20_000
INDEX = "index"
"""The owner of the key of blind indexes; it is never turned."""


class Unreadable(ValueError):
    """What was sealed has been changed, or was sealed as something else."""


class DataKey(NamedTuple):
    """A data key that is at hand: its id, and the secret in the form that seals and opens."""

    id: UUID
    cipher: AESGCM
    secret: bytes


class Vault:
    """Seals and opens. Raises ``DatabaseUnreachable`` when a key is needed and the database is away."""

    def __init__(
        self, engine: AsyncEngine, ring: KeyWrapper, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self.ring = ring
        self._sealing: TTLCache[str, DataKey] = TTLCache(MOST_KEYS, SEALS_FOR.total_seconds(), timer)
        self._opening: TTLCache[UUID, DataKey] = TTLCache(MOST_KEYS, OPENS_FOR.total_seconds(), timer)

    async def seal(self, owner: str, about: str, plain: bytes) -> bytes:
        """The bytes, sealed for an owner. ``about`` says what they are: they open as nothing else."""
        key = await self._current(owner)
        nonce = secrets.token_bytes(NONCE_BYTES)
        head = FORM + key.id.bytes
        return head + nonce + key.cipher.encrypt(nonce, plain, head + about.encode())

    async def open(self, about: str, sealed: Sequence[bytes | None]) -> list[bytes | None]:
        """What was sealed, in order; None for None and where the key is forgotten.

        Raises :class:`Unreadable` for what was changed.
        """
        keys = await self._keys({_key_id(one) for one in sealed if one is not None})
        return [None if one is None else _opened(one, about, keys.get(_key_id(one))) for one in sealed]

    async def open_one(self, about: str, sealed: bytes | None) -> bytes | None:
        """What was sealed; None for None and when the key is forgotten."""
        return (await self.open(about, [sealed]))[0]

    async def index(self, about: str, plain: str) -> bytes:
        """A blind index: equal texts have equal ones, and who lacks the key learns nothing from it."""
        return (await self.indexes(about, [plain]))[0]

    async def indexes(self, about: str, plain: Sequence[str]) -> list[bytes]:
        """The blind index of each of several texts."""
        secret = (await self._current(INDEX)).secret
        said = (f"{about}\0{one}".encode("utf-8", "surrogatepass") for one in plain)
        return [hmac.digest(secret, one, "sha256")[:16] for one in said]

    async def turn(self, owner: str) -> None:
        """Gives an owner a new key; everybody seals with it after ``SEALS_FOR``. The old one still opens."""
        async with transaction(self._engine) as connection:
            last = await connection.scalar(
                select(func.max(DataKeyRow.generation)).where(DataKeyRow.owner == owner)
            )
        await self._made(owner, (last or 0) + 1)
        self._sealing.pop(owner, None)

    async def forget(self, owner: str, *, but_current: bool = False) -> int:
        """Destroys the keys of an owner for good, or all but the current one; returns how many."""
        newest = select(func.max(DataKeyRow.generation)).where(DataKeyRow.owner == owner).scalar_subquery()
        statement = (
            update(DataKeyRow)
            .where(DataKeyRow.owner == owner, DataKeyRow.wrapped.is_not(None))
            .values(wrapped=null(), wrapped_by=null(), forgotten_at=datetime.now(UTC))
            .returning(DataKeyRow.id)
        )
        if but_current:
            statement = statement.where(DataKeyRow.generation < newest)
        async with transaction(self._engine) as connection:
            gone = (await connection.execute(statement)).scalars().all()
        for one in gone:
            self._opening.pop(one, None)
        if not but_current:
            self._sealing.pop(owner, None)
        return len(gone)

    async def wrapped_by(self) -> dict[str, int]:
        """How many data keys each key of the ring wraps."""
        query = select(DataKeyRow.wrapped_by, func.count()).where(DataKeyRow.wrapped_by.is_not(None))
        async with transaction(self._engine) as connection:
            rows = await connection.execute(query.group_by(DataKeyRow.wrapped_by))
            return {str(name): count for name, count in rows}

    async def check_ring(self) -> None:
        """Opens one data key for each key of the ring. Raises ``WrongKeys`` when it does not open."""
        query = (
            select(DataKeyRow.__table__)
            .where(DataKeyRow.wrapped.is_not(None))
            .distinct(DataKeyRow.wrapped_by)
            .order_by(DataKeyRow.wrapped_by)
        )
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(query)).all()
        for row in rows:
            await self._unwrapped(row.id, Wrapped(row.wrapped_by, row.wrapped))

    async def rewrap(self, portion: int = 500) -> int:
        """Wraps so many data keys that are not under the ring's current key anew; returns how many it did.

        0 says that all are. Safe to repeat, and while the service runs: the data keys stay the same.
        """
        current = self.ring.current()
        query = (
            select(DataKeyRow.__table__)
            .where(DataKeyRow.wrapped.is_not(None), DataKeyRow.wrapped_by != current)
            .limit(portion)
            .with_for_update(skip_locked=True)
        )
        async with transaction(self._engine) as connection:
            rows = (await connection.execute(query)).all()
            for row in rows:
                secret = await self.ring.unwrap(Wrapped(row.wrapped_by, row.wrapped), row.id.bytes)
                anew = await self.ring.wrap(secret, row.id.bytes)
                await connection.execute(
                    update(DataKeyRow)
                    .where(DataKeyRow.id == row.id)
                    .values(wrapped=anew.blob, wrapped_by=anew.by)
                )
        return len(rows)

    async def _current(self, owner: str) -> DataKey:
        if (known := self._sealing.get(owner)) is not None:
            return known
        key = await self._newest(owner) or await self._made(owner, 1) or await self._newest(owner)
        if key is None:
            raise Unreadable(f"The keys of {owner} were forgotten; nothing more is sealed for it.")
        self._sealing[owner] = self._opening[key.id] = key
        return key

    async def _newest(self, owner: str) -> DataKey | None:
        """The current key of an owner; None when it never had one."""
        query = select(DataKeyRow.__table__).where(DataKeyRow.owner == owner)
        async with one_statement(self._engine) as connection:
            row = (
                await connection.execute(query.order_by(DataKeyRow.generation.desc()).limit(1))
            ).one_or_none()
        if row is None:
            return None
        if row.wrapped is None:
            raise Unreadable(f"The keys of {owner} were forgotten; nothing more is sealed for it.")
        return await self._unwrapped(row.id, Wrapped(row.wrapped_by, row.wrapped))

    async def _made(self, owner: str, generation: int) -> DataKey | None:
        """A new key; None when another process was faster: its key is the one then."""
        identity, secret = uuid4(), secrets.token_bytes(KEY_BYTES)
        wrapped = await self.ring.wrap(secret, identity.bytes)
        values = {
            "id": identity,
            "owner": owner,
            "generation": generation,
            "wrapped": wrapped.blob,
            "wrapped_by": wrapped.by,
        }
        statement = insert(DataKeyRow).values(values).on_conflict_do_nothing().returning(DataKeyRow.id)
        async with one_statement(self._engine) as connection:
            ours = (await connection.execute(statement)).one_or_none()
        return DataKey(identity, AESGCM(secret), secret) if ours else None

    async def _keys(self, wanted: Collection[UUID]) -> dict[UUID, DataKey]:
        """The keys that are kept, of those wanted; one query for all that are not at hand."""
        found = {one: key for one in wanted if (key := self._opening.get(one)) is not None}
        if missing := [one for one in wanted if one not in found]:
            query = select(DataKeyRow.id, DataKeyRow.wrapped, DataKeyRow.wrapped_by).where(
                DataKeyRow.id.in_(missing), DataKeyRow.wrapped.is_not(None)
            )
            async with one_statement(self._engine) as connection:
                rows = (await connection.execute(query)).all()
            for row in rows:
                found[row.id] = await self._unwrapped(row.id, Wrapped(row.wrapped_by, row.wrapped))
                self._opening[row.id] = found[row.id]
        return found

    async def _unwrapped(self, identity: UUID, wrapped: Wrapped) -> DataKey:
        secret = await self.ring.unwrap(wrapped, identity.bytes)
        return DataKey(identity, AESGCM(secret), secret)


def _key_id(sealed: bytes) -> UUID:
    if sealed[:1] != FORM or len(sealed) <= HEAD + NONCE_BYTES:
        raise Unreadable("This is not something that the vault has sealed.")
    return UUID(bytes=bytes(sealed[1:HEAD]))


def _opened(sealed: bytes, about: str, key: DataKey | None) -> bytes | None:
    if key is None:
        return None
    head, nonce, rest = sealed[:HEAD], sealed[HEAD : HEAD + NONCE_BYTES], sealed[HEAD + NONCE_BYTES :]
    try:
        return key.cipher.decrypt(nonce, rest, head + about.encode())
    except InvalidTag:
        raise Unreadable("What was sealed has been changed since, or is not what it is taken for.") from None
