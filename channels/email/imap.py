"""Mail from a mailbox by IMAP (RFC 3501): what is in the database is moved to a folder beside it.

Everything that lies in the mailbox is fetched, read or unread: a person who opens a mail there must not
make it disappear for us.
"""

import asyncio
import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from channels.email.inbox import MailStore, keep

DONE = "Tuntas"
"""The folder to which mails are moved that are kept."""

TIMEOUT_S = 30.0
IMAP_PORT, IMAPS_PORT = 143, 993


class MailboxUnreachable(ConnectionError):
    """The mailbox cannot be reached or refuses us; the message names the host and no secret."""


class MailboxUrl(NamedTuple):
    """Where a mailbox is, and who we are there."""

    host: str
    port: int
    secure: bool
    user: str
    password: str
    folder: str
    done: str = DONE

    @classmethod
    def parse(cls, url: str) -> Self:
        """Reads ``imaps://user:password@host:993/INBOX?done=Tuntas``. Raises ``ValueError``: one sentence."""
        parts = urlsplit(url)
        if parts.scheme not in {"imap", "imaps"} or not parts.hostname or not parts.username:
            raise ValueError("The mailbox must be written as imaps://user:password@host:993/INBOX.")
        secure = parts.scheme == "imaps"
        folder = unquote(parts.path.strip("/")) or "INBOX"
        done = dict(parse_qsl(parts.query)).get("done") or DONE
        if done == folder:
            raise ValueError(
                "Mail must be moved to another folder than it lies in; change ?done= of the mailbox."
            )
        if not all(name.isascii() and name.isprintable() for name in (folder, done)):
            raise ValueError(
                "Folders must be written in ASCII, as the protocol names them (RFC 3501, 5.1.3)."
            )
        return cls(
            host=parts.hostname,
            port=parts.port or (IMAPS_PORT if secure else IMAP_PORT),
            secure=secure,
            user=unquote(parts.username),
            password=unquote(parts.password or ""),
            folder=folder,
            done=done,
        )


class Mailbox:
    """Fetches from one mailbox. The protocol runs in a thread; the database is asked between its steps."""

    def __init__(self, url: MailboxUrl, store: MailStore) -> None:
        self._url = url
        self._store = store

    async def fetch(self) -> int:
        """Keeps all mail that lies in the mailbox and moves it away; how many were moved.

        Raises ``MailboxUnreachable``, or ``ConnectionError`` when the database is away: then the mail
        stays where it is.
        """
        with _explained(self._url.host):
            connection = await asyncio.to_thread(self._open)
        try:
            with _explained(self._url.host):
                uids = await asyncio.to_thread(_uids, connection)
            moved = stuck = 0
            for uid in uids:
                with _explained(self._url.host):
                    raw = await asyncio.to_thread(_raw, connection, uid)
                if raw is not None:
                    await keep(self._store, raw, "imap")
                    with _explained(self._url.host):
                        away = await asyncio.to_thread(_put_away, connection, uid, self._url.done)
                    moved, stuck = moved + away, stuck + (not away)
            if stuck:
                raise MailboxUnreachable(
                    f"{stuck} mails are kept but could not be moved to {self._url.done!r}; does it exist?"
                )
            return moved
        finally:
            await asyncio.to_thread(_close, connection)

    def _open(self) -> imaplib.IMAP4:
        url = self._url
        connection = (
            imaplib.IMAP4_SSL(url.host, url.port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT_S)
            if url.secure
            else imaplib.IMAP4(url.host, url.port, timeout=TIMEOUT_S)
        )
        try:
            connection.login(url.user, url.password)
            # Servers tell more of what they can after the login, and imaplib does not ask again.
            connection.capabilities = tuple(_done(connection.capability())[0].decode().upper().split())
            _done(connection.select(_quoted(url.folder)))
            connection.create(_quoted(url.done))  # refused when it is there already
        except BaseException:
            _close(connection)
            raise
        return connection


def _uids(connection: imaplib.IMAP4) -> list[str]:
    found = _done(connection.uid("SEARCH", "ALL"))
    return (found[0] or b"").decode().split()


def _raw(connection: imaplib.IMAP4, uid: str) -> bytes | None:
    """The mail as it lies there; None when somebody took it away meanwhile."""
    _, parts = connection.uid("FETCH", uid, "(BODY.PEEK[])")
    return next((bytes(part[1]) for part in parts if isinstance(part, tuple)), None)


def _put_away(connection: imaplib.IMAP4, uid: str, folder: str) -> bool:
    """Moves a mail; False when the server refuses it, which concerns this folder and not the mail."""
    _done(connection.uid("STORE", uid, "+FLAGS", r"(\Seen)"))
    if "MOVE" in connection.capabilities:
        return connection.uid("MOVE", uid, _quoted(folder))[0] == "OK"
    if connection.uid("COPY", uid, _quoted(folder))[0] != "OK":
        return False
    _done(connection.uid("STORE", uid, "+FLAGS", r"(\Deleted)"))
    if "UIDPLUS" in connection.capabilities:
        _done(connection.uid("EXPUNGE", uid))
    else:
        _done(connection.expunge())
    return True


def _close(connection: imaplib.IMAP4) -> None:
    with suppress(imaplib.IMAP4.error, OSError):
        connection.logout()


def _done(answer: tuple[str, Any]) -> list[bytes]:
    status, lines = answer
    if status != "OK":
        raise imaplib.IMAP4.error("the server refused a command")
    return list(lines)


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@contextmanager
def _explained(host: str) -> Iterator[None]:
    """Whatever the mailbox answers becomes one sentence, without what it said: that may quote a secret."""
    try:
        yield
    except imaplib.IMAP4.error:
        raise MailboxUnreachable(
            f"The mailbox at {host} refused us; check user, password and folder."
        ) from None
    except OSError as error:
        raise MailboxUnreachable(f"The mailbox at {host} is not reachable; check host and port.") from error
