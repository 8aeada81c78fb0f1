"""The key ring: the keys that wrap every data key, and where they come from.

Losing it is losing every complaint's words; whoever has it and a copy of the database can read them. It is
therefore kept, and copied, apart from the databases. A service for keys (KMS) can stand in its place.
"""

import base64
import importlib
import os
import secrets
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from runtime.home import Home
from runtime.settings import Settings

KEY_BYTES, NONCE_BYTES = 32, 12


class WrongKeys(ValueError):
    """The key ring is missing, cannot be read, or lacks a key; the message says what to do."""


class Wrapped(NamedTuple):
    """A data key as it may be kept: encrypted by the key of this name."""

    by: str
    blob: bytes


class KeyWrapper(Protocol):
    """What wraps data keys: a key ring, or a service that never gives its own keys away.

    ``about`` is authenticated with the key: what was wrapped for one purpose opens for no other.
    """

    async def wrap(self, key: bytes, about: bytes) -> Wrapped:
        """The key, wrapped by the current key."""
        ...

    async def unwrap(self, wrapped: Wrapped, about: bytes) -> bytes:
        """The key again. Raises :class:`WrongKeys`, or ``ConnectionError`` when a service is away."""
        ...

    def current(self) -> str:
        """The name of the key that wraps from now on."""
        ...


class KeyRing:
    """Keys by name, from a file or a text; a file that has changed is read again."""

    def __init__(self, text: str, where: str, file: Path | None = None) -> None:
        """``file`` is where it can be read again."""
        self._where, self.file = where, file
        self._current, self._keys = _parsed(text, where)
        self._seen = _changed(file)

    @classmethod
    def at(cls, file: Path) -> "KeyRing":
        """The ring in a file. Raises :class:`WrongKeys`."""
        return cls(_text(file), str(file), file)

    async def wrap(self, key: bytes, about: bytes) -> Wrapped:
        """The key, wrapped by the current key of the ring."""
        self._look_again()
        nonce = secrets.token_bytes(NONCE_BYTES)
        return Wrapped(self._current, nonce + AESGCM(self._keys[self._current]).encrypt(nonce, key, about))

    async def unwrap(self, wrapped: Wrapped, about: bytes) -> bytes:
        """The key again. Raises :class:`WrongKeys` when the ring cannot have wrapped it."""
        if wrapped.by not in self._keys:
            self._look_again()
        if wrapped.by not in self._keys:
            raise WrongKeys(
                f"The key ring in {self._where} has no key {wrapped.by}, which data was sealed with: "
                "put the file back that has it."
            )
        nonce, sealed = wrapped.blob[:NONCE_BYTES], wrapped.blob[NONCE_BYTES:]
        try:
            return AESGCM(self._keys[wrapped.by]).decrypt(nonce, sealed, about)
        except InvalidTag:
            raise WrongKeys(
                f"The key {wrapped.by} of the key ring in {self._where} is not the one that data was sealed "
                "with, or the data was changed: put the file back that was in use."
            ) from None

    def current(self) -> str:
        """The name of the key that wraps from now on."""
        self._look_again()
        return self._current

    def names(self) -> list[str]:
        """Every key of the ring."""
        self._look_again()
        return list(self._keys)

    def _look_again(self) -> None:
        if self.file and (now := _changed(self.file)) != self._seen:
            self._current, self._keys = _parsed(_text(self.file), self._where)
            self._seen = now


def open_key_ring(settings: Settings) -> KeyWrapper:
    """What TUNTAS_KEYS names: a file, a variable of the environment, or a service. Raises ``WrongKeys``."""
    kind, _, rest = (settings.keys or f"file:{Home(settings.home).keys_file}").partition(":")
    match kind:
        case "file":
            return KeyRing.at(Path(rest).expanduser())
        case "env":
            if rest not in os.environ:
                raise WrongKeys(f"TUNTAS_KEYS names the variable {rest}, which is not set; set it.")
            return KeyRing(os.environ[rest], f"the variable {rest}")
        case _:
            return _service(rest)


def create_key_ring(file: Path) -> None:
    """Writes a ring with one new key, for nobody's eyes but the owner's; one that is there stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(_written(*_grown({})))


def add_key(file: Path, *, current: bool) -> str:
    """Adds a new key to the ring in a file, as its current one or for later; returns its name.

    Readers see the old ring or the new one, never half of one.
    """
    before, keys = _parsed(_text(file), str(file))
    name, keys = _grown(keys)
    _replace(file, _written(name if current else before, keys))
    return name


def use_key(file: Path, name: str) -> None:
    """Makes a key of the ring the current one. Raises :class:`WrongKeys` for one that is not in it."""
    _, keys = _parsed(_text(file), str(file))
    if name not in keys:
        raise WrongKeys(f"The ring in {file} has no key {name}; it has: {', '.join(keys)}.")
    _replace(file, _written(name, keys))


def remove_key(file: Path, name: str) -> None:
    """Takes a key out of the ring for good. Raises :class:`WrongKeys` for the current one or an unknown."""
    current, keys = _parsed(_text(file), str(file))
    if name == current or name not in keys:
        raise WrongKeys(f"{name} is not an old key of the ring in {file}; the current one cannot go.")
    _replace(file, _written(current, {one: key for one, key in keys.items() if one != name}))


def _service(rest: str) -> KeyWrapper:
    module, _, factory = rest.partition(":")
    try:
        made: KeyWrapper = getattr(importlib.import_module(module), factory)()
    except (ImportError, AttributeError, ValueError) as error:
        raise WrongKeys(
            f"TUNTAS_KEYS names {rest} as a service for keys, which cannot be used ({error}); "
            "write kms:MODULE:FUNCTION."
        ) from error
    return made


def _grown(keys: Mapping[str, bytes]) -> tuple[str, dict[str, bytes]]:
    name = f"{datetime.now(UTC):%Y-%m-%d}-{secrets.token_hex(3)}"
    return name, {**keys, name: secrets.token_bytes(KEY_BYTES)}


def _written(current: str, keys: Mapping[str, bytes]) -> str:
    lines = "".join(f'"{name}" = "{base64.b64encode(key).decode()}"\n' for name, key in keys.items())
    return (
        "# The key ring of Tuntas. Without it nobody reads complaints; with it and the database all can.\n"
        "# Keep a copy of this file apart from copies of the databases.\n"
        f'current = "{current}"\n\n[keys]\n{lines}'
    )


def _replace(file: Path, text: str) -> None:
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)


def _parsed(text: str, where: str) -> tuple[str, dict[str, bytes]]:
    try:
        said = tomllib.loads(text)
        keys = {name: base64.b64decode(key, validate=True) for name, key in said["keys"].items()}
        current = said["current"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _unreadable(where) from None  # the error itself would quote what it could not read
    if current not in keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise _unreadable(where)
    return current, keys


def _unreadable(where: str) -> WrongKeys:
    return WrongKeys(
        f'The key ring in {where} cannot be read; it needs current = "NAME" and, under [keys], '
        f"NAME = {KEY_BYTES} bytes in base64."
    )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise WrongKeys(
            f"There is no key ring at {file} ({error.strerror}): `starter.py up` makes one for a new data "
            "folder; for an old one put its file back. See docs/operations.md, The key ring."
        ) from error
    except UnicodeDecodeError:
        raise WrongKeys(f"The key ring at {file} is not text; put the right file there.") from None


def _changed(file: Path | None) -> tuple[int, int] | None:
    if file is None:
        return None
    try:
        now = file.stat()
    except OSError:
        return None
    return now.st_mtime_ns, now.st_ino
