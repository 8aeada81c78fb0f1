"""What is fuzzed: each target takes any bytes, and raises only when a parser does what it must not."""

import hmac
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from hashlib import sha256

from google.protobuf import json_format
from temporalio.api.common.v1 import Payloads

from channels.attachments.kind import kind_of
from channels.attachments.marks import marks_of
from channels.email import mail
from channels.email.quotes import own_words
from channels.legible import legible, one_line
from channels.messaging import generic, telegram, whatsapp
from channels.messaging.posted import NotReadable
from domain.refusal import Refused
from domain.signature import HEADER, NotGenuine, check, signed
from notify.webhooks import BadUrl, checked_url

SECRET = "rahasia-yang-cukup-panjang"
NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


def mails(data: bytes) -> None:
    """A mail is understood or not; its fingerprint is always taken."""
    mail.fingerprint(data)
    with suppress(mail.NotUnderstood):
        mail.read(data)


def posts(data: bytes) -> None:
    """What messengers post, with a signature that fits."""
    meta = {"x-hub-signature-256": f"sha256={hmac.new(SECRET.encode(), data, sha256).hexdigest()}"}
    own = {HEADER.lower(): signed(SECRET, data, NOW), "x-tuntas-channel": "twitter"}
    for parser, headers in ((generic, own), (whatsapp, meta), (telegram, {telegram.HEADER: SECRET})):
        with suppress(NotReadable):
            parser.parse(data, headers, [SECRET], NOW)


def signatures(data: bytes) -> None:
    """No header but a signature with the secret is genuine."""
    with suppress(NotGenuine):
        check(data.decode("latin-1"), data, [SECRET], NOW)
        raise AssertionError("a signature was guessed")


def files(data: bytes) -> None:
    """The kind of a file, and the marks in a picture."""
    with suppress(Refused):
        kind_of(data[:64])
    marks_of(data[:40].decode("latin-1"), {}, data)


def words(data: bytes) -> None:
    """What people write becomes legible: one line stays one, and it is done after one time."""
    text = data.decode("utf-8", "replace")
    own_words(text)
    assert legible(legible(text, 500), 500) == legible(text, 500)
    line = one_line(text, 80)
    assert line is None or len(line.splitlines()) <= 1


def urls(data: bytes) -> None:
    """An address of a webhook is taken or refused."""
    with suppress(BadUrl):
        checked_url(data.decode("utf-8", "replace"))


def payloads(data: bytes) -> None:
    """What Temporal's screens post to the codec server."""
    with suppress(json_format.ParseError, UnicodeDecodeError):
        json_format.Parse(data, Payloads())


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one for one in (mails, posts, signatures, files, words, urls, payloads)
}


def seeds(target: str) -> list[bytes]:
    """Where fuzzing of a target begins."""
    letter = EmailMessage()
    letter["From"], letter["Subject"] = "Siti <siti@contoh.id>", "Lubang"
    letter.set_content("Lubang di depan sekolah")
    letter.add_alternative("<p>Lubang <b>di</b> depan", subtype="html")
    message = {"message_id": "1", "from": "62811", "text": "Lubang", "latitude": -6.2, "longitude": 106.8}
    known: dict[str, list[bytes]] = {
        "mails": [letter.as_bytes(), b"From: a@b\r\nContent-Type: text/plain; charset=x\r\n\r\n\xff"],
        "posts": [json.dumps({"messages": [message]}).encode(), b"[" * 5000],
        "signatures": [signed(SECRET, b"x", NOW).encode()],
        "files": [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b"\0\0\0\x18ftypheic"],
        "words": ["Ini \u202e terbalik\u2028> kutipan".encode()],
        "urls": [b"https://x.example/a", b"http://[::ffff:127.0.0.1]:80/", "http://①.example/".encode()],
        "payloads": [b'{"payloads":[{"metadata":{"encoding":"eA=="},"data":"eA=="}]}', b"[" * 5000],
    }
    return [*known[target], b"", b"\0\xff"]
