"""The readable text of a mail: its plain part, or its HTML as text; and what is attached."""

from email.message import EmailMessage
from html import unescape

from inscriptis import get_text

LONGEST_HTML = 1_000_000
"""Characters: beyond this it is not a letter."""


class Unreadable(Exception):
    """The text of a mail cannot be read; the message says why, without quoting it."""


def text_of(message: EmailMessage) -> str:
    """What the mail says. Raises ``Unreadable`` when its letters cannot be told; may be empty."""
    plain = _first(message, "text/plain")
    if plain is not None and (text := _decoded(plain)).strip():
        return text
    html = _first(message, "text/html")
    return _from_html(_decoded(html)) if html is not None else ""


def attachments(message: EmailMessage) -> tuple[bytes, ...]:
    """The contents of the files that are attached; what cannot be decoded is empty."""
    contents = [
        part.get_payload(decode=True)
        for part in message.walk()
        if not part.is_multipart()
        and (
            part.get_content_disposition() == "attachment"
            or part.get_content_maintype() not in {"text", "message"}
        )
    ]
    return tuple(content if isinstance(content, bytes) else b"" for content in contents)


def _first(message: EmailMessage, kind: str) -> EmailMessage | None:
    for part in message.walk():
        if (
            isinstance(part, EmailMessage)
            and not part.is_multipart()
            and part.get_content_type() == kind
            and part.get_content_disposition() != "attachment"
        ):
            return part
    return None


def _decoded(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    for charset in (part.get_content_charset(), "utf-8"):
        try:
            return payload.decode(charset or "utf-8")
        except (LookupError, ValueError):
            continue
    raise Unreadable("its text is in no encoding that it names, and not in UTF-8")


def _from_html(html: str) -> str:
    if len(html) > LONGEST_HTML:
        raise Unreadable("its HTML is too long to be a letter")
    try:
        return unescape(get_text(html))
    except Exception as error:  # whatever the HTML parser stumbles over, a human can still read the mail
        raise Unreadable("its HTML cannot be turned into text") from error
