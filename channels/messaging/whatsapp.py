"""WhatsApp Cloud API: what Meta posts to a webhook, and the question by which it checks the address.

https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from channels.legible import legible, one_line
from channels.messaging.posted import (
    Answer,
    Headers,
    Submission,
    json_object,
    mapping,
    objects,
    point_of,
    words,
)
from domain.signature import NotGenuine
from domain.text import LONGEST_NAME, LONGEST_TEXT

HEADER = "x-hub-signature-256"
WITH_CAPTION = ("image", "video", "document")


def challenge(query: Mapping[str, str], verify_token: str) -> str:
    """What Meta wants to hear when it checks the address. Raises ``NotGenuine``."""
    asked = query.get("hub.mode") == "subscribe"
    token = query.get("hub.verify_token", "").encode()
    if not asked or not hmac.compare_digest(token, verify_token.encode()):
        raise NotGenuine("The verify token is not ours.")
    return query.get("hub.challenge", "")[:LONGEST_NAME]


def parse(body: bytes, headers: Headers, secrets: Sequence[str], now: datetime) -> list[Submission | Answer]:
    """People's messages in a post; reports of delivery are passed over.

    Raises ``NotGenuine`` or ``NotReadable``. Meta signs no moment: a message that comes again is known by
    its id.
    """
    del now
    claimed = headers.get(HEADER, "").removeprefix("sha256=").encode()
    expected = [hmac.new(secret.encode(), body, sha256).hexdigest().encode() for secret in secrets]
    if not any(hmac.compare_digest(claimed, one) for one in expected):
        raise NotGenuine("The signature does not fit the body.")
    return [
        read
        for entry in objects(json_object(body).get("entry"))
        for change in objects(entry.get("changes"))
        for read in _messages(mapping(change.get("value")))
    ]


def _messages(value: Mapping[str, Any]) -> list[Submission]:
    names = {
        words(one.get("wa_id")): words(mapping(one.get("profile")).get("name"))
        for one in objects(value.get("contacts"))
    }
    read = (_message(one, names) for one in objects(value.get("messages")))
    return [one for one in read if one]


def _message(told: Mapping[str, Any], names: Mapping[str, str]) -> Submission | None:
    """A message; None for what is none, such as a reaction."""
    identity = one_line(words(told.get("id")), 2 * LONGEST_NAME)
    sender, kind = words(told.get("from")), words(told.get("type"))
    if not identity or not sender or kind in {"reaction", "system"}:
        return None
    content = mapping(told.get(kind))
    said = content.get("body") if kind == "text" else content.get("caption") if kind in WITH_CAPTION else ""
    named = " ".join(filter(None, (words(content.get("name")), words(content.get("address")))))
    return Submission(
        id=identity,
        contact=one_line(f"+{sender.lstrip('+')}", LONGEST_NAME),
        name=one_line(names.get(sender, ""), LONGEST_NAME),
        text=legible(words(said), LONGEST_TEXT),
        point=point_of(content) if kind == "location" else None,
        place=one_line(named, LONGEST_NAME) if kind == "location" else None,
    )
