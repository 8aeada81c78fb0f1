"""The contents of files, by name: in a folder, or in S3-compatible storage."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlsplit

import obstore
from obstore.store import LocalStore, S3Store

if TYPE_CHECKING:
    from obstore.store import S3Config


class BadStorage(ValueError):
    """The setting for files cannot be used; the message says why."""


class StorageUnreachable(ConnectionError):
    """The storage for files does not answer. Nothing is lost; the same may be tried again."""


class Contents:
    """Keeps contents under names that are made of their digests: what is there never changes."""

    def __init__(self, storage: LocalStore | S3Store) -> None:
        self._storage = storage

    @classmethod
    def at(cls, url: str | None, folder: Path) -> "Contents":
        """In the folder, or where the URL says: s3://BUCKET/PREFIX?endpoint=URL&region=NAME.

        Keys come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY). Raises ``BadStorage``.
        """
        if url is None:
            return cls(LocalStore(folder, mkdir=True))
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query))
        if parts.scheme != "s3" or not parts.netloc or set(options) - {"endpoint", "region"}:
            raise BadStorage(
                f"{parts.scheme or 'no scheme'} cannot keep files; write s3://BUCKET/PREFIX?endpoint=URL&region=NAME."
            )
        config: Any = {name: value for name, value in options.items() if value}
        plain = config.get("endpoint", "").startswith("http://")
        storage = S3Store(
            parts.netloc,
            prefix=parts.path.strip("/") or None,
            client_options={"allow_http": plain},
            config=cast("S3Config", {"virtual_hosted_style_request": not config.get("endpoint"), **config}),
        )
        return cls(storage)

    async def keep(self, name: str, content: Path, media_type: str) -> None:
        """Keeps a file under a name; one that is there already stays as it is."""
        attributes = {} if isinstance(self._storage, LocalStore) else {"Content-Type": media_type}
        try:
            if not await self._has(name):
                await obstore.put_async(self._storage, name, content, attributes=attributes)
        except (OSError, obstore.exceptions.BaseError) as error:
            raise StorageUnreachable("The storage for files does not answer; try again.") from error

    async def read(self, name: str) -> bytes | None:
        """What is kept under a name, None when there is nothing. Raises ``StorageUnreachable``."""
        try:
            found = await obstore.get_async(self._storage, name)
            return bytes(await found.bytes_async())
        except (FileNotFoundError, obstore.exceptions.NotFoundError):
            return None
        except (OSError, obstore.exceptions.BaseError) as error:
            raise StorageUnreachable("The storage for files does not answer; try again.") from error

    async def _has(self, name: str) -> bool:
        try:
            await obstore.head_async(self._storage, name)
        except (FileNotFoundError, obstore.exceptions.NotFoundError):
            return False
        return True
