"""The contents of files, by name: in a folder, or in S3-compatible storage."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlsplit

import obstore
from obstore.store import LocalStore, S3Store

if TYPE_CHECKING:
    from obstore.store import S3Config

CONNECT_WITHIN = timedelta(seconds=3)
SILENT_FOR = timedelta(seconds=10)
"""A storage that says nothing for so long is away; the library itself would wait for minutes."""

TRIES_AGAIN = 2


class BadStorage(ValueError):
    """The setting for files cannot be used; the message says why."""


class StorageUnreachable(ConnectionError):
    """The storage for files does not answer. Nothing is lost; the same may be tried again."""


class Contents:
    """Keeps contents under names that are made of their digests: what is there never changes."""

    def __init__(self, storage: LocalStore | S3Store, folder: Path | None = None) -> None:
        """``folder`` is where a local storage lies."""
        self._storage = storage
        self._folder = folder

    @classmethod
    def at(cls, url: str | None, folder: Path) -> "Contents":
        """In the folder, or where the URL says: s3://BUCKET/PREFIX?endpoint=URL&region=NAME.

        Keys come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY). Raises ``BadStorage``.
        """
        if url is None:
            return cls(LocalStore(folder, mkdir=True), folder)
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
            client_options={
                "allow_http": plain,
                "connect_timeout": CONNECT_WITHIN,
                "read_timeout": SILENT_FOR,
            },
            retry_config={"max_retries": TRIES_AGAIN, "retry_timeout": SILENT_FOR},
            config=cast("S3Config", {"virtual_hosted_style_request": not config.get("endpoint"), **config}),
        )
        return cls(storage)

    async def keep(self, name: str, content: Path, media_type: str) -> None:
        """Keeps a file under a name; one that is there already stays as it is.

        When this returns it survives a power cut. One of another length was not written to its end, and is
        written anew. Raises ``StorageUnreachable``.
        """
        attributes = {} if isinstance(self._storage, LocalStore) else {"Content-Type": media_type}
        try:
            length = (await asyncio.to_thread(content.stat)).st_size
            if await self._length(name) != length:
                await obstore.put_async(self._storage, name, content, attributes=attributes)
                if self._folder:
                    await asyncio.to_thread(_write_through, self._folder / name)
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

    async def delete(self, name: str) -> None:
        """Keeps nothing under a name any more. Raises ``StorageUnreachable``."""
        try:
            await obstore.delete_async(self._storage, name)
        except (FileNotFoundError, obstore.exceptions.NotFoundError):
            return
        except (OSError, obstore.exceptions.BaseError) as error:
            raise StorageUnreachable("The storage for files does not answer; try again.") from error

    async def _length(self, name: str) -> int | None:
        """Bytes of what is kept under a name, None when there is nothing."""
        try:
            return (await obstore.head_async(self._storage, name))["size"]
        except (FileNotFoundError, obstore.exceptions.NotFoundError):
            return None


def _write_through(path: Path) -> None:
    """Has the operating system write a file and its entry in the folder to the disk itself."""
    for one in (path, path.parent):
        handle = os.open(one, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
