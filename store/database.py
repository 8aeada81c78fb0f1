"""The database as the stores use it: a pool of connections, and the vault for what is personal in it."""

from typing import Self

from sqlalchemy.ext.asyncio import AsyncEngine

from runtime.database import database_url
from runtime.key_ring import KeyWrapper, open_key_ring
from runtime.settings import Settings
from store.engine import open_engine
from store.vault import Vault


class Database(AsyncEngine):
    """An engine that can read and write what is sealed."""

    vault: Vault

    @classmethod
    def at(cls, url: str, ring: KeyWrapper, *, pool_size: int = 10) -> Self:
        """The database at an SQLAlchemy URL; nothing is connected before it is needed."""
        database = cls(open_engine(url, pool_size=pool_size).sync_engine)
        database.vault = Vault(database, ring)
        return database

    @classmethod
    def of(cls, settings: Settings, *, pool_size: int = 10) -> Self:
        """The database and the key ring that settings name. Raises ``Unreachable`` or ``WrongKeys``."""
        return cls.at(database_url(settings), open_key_ring(settings), pool_size=pool_size)
