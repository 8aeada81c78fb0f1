"""Telegram: what the Bot API posts to a webhook.

https://core.telegram.org/bots/api#setwebhook
"""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from channels.legible import legible, one_line
from channels.messaging.posted import Answer, Headers, Submission, json_object, mapping, point_of, words
from domain.signature import NotGenuine
from domain.text import LONGEST_NAME, LONGEST_TEXT

COARSEST = 1_000_000.0
"""Metres: beyond this an accuracy says nothing."""

HEADER = "x-telegram-bot-api-secret-token"

WELCOME = (
    "Selamat datang. Tulis laporan Anda dalam satu pesan: apa yang terjadi dan di mana. "
    "Untuk menjawab pertanyaan petugas, sebutkan nomor laporan (JK…).\n\n"
    "Welcome. Write your complaint in one message: what happened, and where. "
    "To answer a question, name the number of the complaint (JK…)."
)


def parse(body: bytes, headers: Headers, secrets: Sequence[str], now: datetime) -> list[Submission | Answer]:
    """The message of an update, if a person wrote it to us alone; changes of earlier ones are passed over.

    Raises ``NotGenuine`` or ``NotReadable``. Telegram signs nothing: the secret comes along, and an update
    that comes again is known by its id.
    """
    del now
    claimed = headers.get(HEADER, "").encode()
    if not any(hmac.compare_digest(claimed, secret.encode()) for secret in secrets):
        raise NotGenuine("The secret token is not ours.")
    update = json_object(body)
    message = mapping(update.get("message"))
    chat, sender = mapping(message.get("chat")), mapping(message.get("from"))
    identity, room = _whole(update.get("update_id")), _whole(chat.get("id"))
    if identity is None or room is None or chat.get("type") != "private" or sender.get("is_bot"):
        return []
    if words(message.get("text")).startswith("/"):
        return [Answer(to=str(room), text=WELCOME)]
    return [_submission(identity, room, message, sender)]


def _submission(
    identity: int, room: int, message: Mapping[str, Any], sender: Mapping[str, Any]
) -> Submission:
    name = f"{words(sender.get('first_name'))} {words(sender.get('last_name'))}"
    location = mapping(message.get("location"))
    accuracy = location.get("horizontal_accuracy")
    return Submission(
        id=str(identity),
        contact=f"tg:{room}",
        name=one_line(name, LONGEST_NAME),
        text=legible(words(message.get("text")) or words(message.get("caption")), LONGEST_TEXT),
        point=point_of(location),
        accuracy_metres=accuracy if isinstance(accuracy, int | float) and 0 <= accuracy <= COARSEST else None,
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None
