"""A raw mail (RFC 5322) read into what we need of it. Whatever it holds, this fails cleanly or not at all."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import parseaddr
from hashlib import sha256
from typing import NamedTuple

from channels.email.automatic import Bounce, bounce, why_automatic
from channels.email.body import Unreadable, attachments, text_of
from channels.email.quotes import own_words
from channels.email.sound import CarefulPolicy, TooCostly, demand_sound
from channels.legible import legible, one_line
from channels.number import numbers_in, reply_marks_in
from domain.text import LONGEST_NAME, LONGEST_TEXT

LONGEST_READ = 1_000_000
"""Characters in which a person's own words are looked for."""

MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
ADDRESS = re.compile(r"^[^\s@<>]{1,64}@[^\s@<>]{1,190}$")


class NotUnderstood(Exception):
    """The mail is for the desk; the message says why, and quotes nothing."""


class Mail(NamedTuple):
    """A mail that a person wrote, or a machine. ``automatic`` says by which sign it was a machine.

    ``thread`` are the Message-IDs it answers, ``numbers`` those of complaints in subject and thread.
    ``marks`` are those of our letters that the subject brings back.
    """

    reference: str
    thread: tuple[str, ...]
    numbers: tuple[str, ...]
    marks: tuple[str, ...]
    subject: str
    text: str
    sender: str
    name: str | None
    attachments: tuple[bytes, ...]
    bounce: Bounce | None
    automatic: str | None

    @property
    def said(self) -> str:
        """Subject and text, as a complaint says it."""
        files = f"\n\n(Lampiran surel: {len(self.attachments)} berkas.)" if self.attachments else ""
        room = LONGEST_TEXT - len(files)
        repeated = self.text.partition("\n")[0].strip() == self.subject
        both = self.text if repeated else f"{self.subject}\n\n{self.text}"
        return legible(both, room) + files


class Fingerprint(NamedTuple):
    """By what a mail is known: a digest of it, and one of its Message-ID if it has any."""

    digest: str
    message_id_hash: str | None


def fingerprint(raw: bytes) -> Fingerprint:
    """The same for the same mail by whatever way it comes: trace headers, which differ, do not count."""
    head, _, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    told: dict[bytes, bytes] = {}
    for line in re.sub(rb"\n[ \t]+", b" ", head).split(b"\n"):
        name, _, value = line.partition(b":")
        told.setdefault(name.strip().lower(), b" ".join(value.split()))
    known = [told.get(name, b"") for name in (b"message-id", b"from", b"date", b"subject")]
    identity = MESSAGE_ID.search(known[0].decode(errors="replace"))
    digest = sha256(b"\0".join([*known, body.strip()])).hexdigest()
    return Fingerprint(digest, id_hash(identity.group()) if identity else None)


def id_hash(message_id: str) -> str:
    """A Message-ID as it is kept: it may name a person's machine."""
    return sha256(message_id.encode(errors="replace")).hexdigest()


def read(raw: bytes, own: frozenset[str] = frozenset(), *, from_nobody: bool = False) -> Mail:
    """The mail. ``own`` are our addresses in lower case. Raises ``NotUnderstood``."""
    try:
        demand_sound(raw)
        return _read(raw, own, from_nobody=from_nobody)
    except NotUnderstood:
        raise
    except (Unreadable, TooCostly) as error:
        raise NotUnderstood(str(error)) from error
    except Exception as error:  # the standard parser is known to stumble over malformed headers
        raise NotUnderstood("it is not built as mails are") from error


def _read(raw: bytes, own: frozenset[str], *, from_nobody: bool) -> Mail:
    message = _parsed(raw)
    name, sender = _sender(message)
    subject = one_line(_header(message, "Subject"), LONGEST_NAME) or ""
    identities = f"{_header(message, 'In-Reply-To')} {_header(message, 'References')}"
    report = bounce(message)
    automatic = why_automatic(
        message, lambda header: _header(message, header), sender, own, from_nobody=from_nobody
    )
    text = "" if report or automatic else _text(message)
    if not (report or automatic):
        _demand(sender, f"{subject}{text}")
    identity = _message_id(message)
    return Mail(
        reference=identity if identity and len(identity) <= LONGEST_NAME else fingerprint(raw).digest,
        thread=tuple(MESSAGE_ID.findall(identities)[:50]),
        numbers=tuple(numbers_in(f"{subject} {identities}")),
        marks=tuple(reply_marks_in(_header(message, "Subject"))),
        subject=subject,
        text=text,
        sender=sender,
        name=one_line(name, LONGEST_NAME),
        attachments=attachments(message),
        bounce=report,
        automatic=automatic,
    )


def _text(message: EmailMessage) -> str:
    return legible(own_words(legible(text_of(message)[:LONGEST_READ], LONGEST_READ)), LONGEST_TEXT)


def _demand(sender: str, said: str) -> None:
    if not ADDRESS.match(sender):
        raise NotUnderstood("it names no sender who could be told")
    if not said.strip():
        raise NotUnderstood("it has no text")


def _parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=CarefulPolicy())
    return message if isinstance(message, EmailMessage) else EmailMessage()


def _header(message: EmailMessage, name: str) -> str:
    """A header decoded, or as it came when it cannot be decoded."""
    try:
        value = str(message.get(name, ""))
    except Exception:  # noqa: BLE001 - the standard parser raises anything on malformed headers
        lower = name.lower()
        value = next((str(raw) for key, raw in message.raw_items() if str(key).lower() == lower), "")
    return value.encode(errors="replace").decode()


def _message_id(message: EmailMessage) -> str | None:
    found = MESSAGE_ID.search(_header(message, "Message-ID"))
    return found.group() if found else None


def _sender(message: EmailMessage) -> tuple[str, str]:
    """Name and address; the address in lower case. Both may be empty."""
    name, address = parseaddr(_header(message, "From"))
    return name, address.strip().lower()
