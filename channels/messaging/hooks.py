"""The webhooks of messengers, for any web framework: a request comes in, a response goes out."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from channels.messaging import generic, telegram, whatsapp
from channels.messaging.conversation import FOR_DESK, REPLY, Conversation, Outcome, Posts
from channels.messaging.keys import Keys
from channels.messaging.posted import Answer, Headers, NotReadable, Submission
from domain.signature import HEADER, NotGenuine, check
from durable.complaints import NoAnswer

BIGGEST = 1024 * 1024
"""Bytes of a post."""

CHANNEL_HEADER = "X-Tuntas-Channel"
SOURCES = ("generic", "whatsapp", "telegram")

Parse = Callable[..., list[Submission | Answer]]


class Response(NamedTuple):
    """An answer over HTTP."""

    status: int
    body: bytes
    content_type: str = "application/json"


class Hooks:
    """Takes what messengers post."""

    def __init__(
        self,
        keys: Keys,
        conversation: Conversation,
        posts: Posts,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._keys = keys
        self._conversation = conversation
        self._posts = posts
        self._clock = clock

    def verify(self, query: Mapping[str, str]) -> Response:
        """Answers Meta's check of the address."""
        if self._keys.whatsapp is None:
            return _problem(404, "WhatsApp is not set up here.")
        try:
            said = whatsapp.challenge(query, self._keys.whatsapp.verify_token.get_secret_value())
        except NotGenuine as reason:
            return _problem(403, str(reason))
        return Response(200, said.encode(errors="replace"), "text/plain")

    async def post(self, source: str, headers: Headers, body: bytes) -> Response:
        """Takes a post of one of ``SOURCES``; the names of headers in lower case.

        200: every message became something, or had before. 409: the same signed request again. 503: nothing
        is lost; the messenger posts it again.
        """
        if len(body) > BIGGEST:
            return _problem(413, "The body is larger than 1 MB; send fewer messages at a time.")
        try:
            match source:
                case "generic":
                    return await self._generic(headers, body)
                case "whatsapp" if self._keys.whatsapp:
                    secret, channel = self._keys.whatsapp.app_secret, self._keys.whatsapp.channel
                    read = whatsapp.parse(body, headers, [secret.get_secret_value()], self._clock())
                    return _results(await self._take("whatsapp", channel, read))
                case "telegram" if self._keys.telegram:
                    secret, channel = self._keys.telegram.secret_token, self._keys.telegram.channel
                    read = telegram.parse(body, headers, [secret.get_secret_value()], self._clock())
                    return _spoken(read, await self._take("telegram", channel, read))
                case _:
                    return _problem(404, "This messenger is not set up here.")
        except NotGenuine as reason:
            return _problem(401, str(reason))
        except NotReadable as reason:
            return _problem(400, str(reason))
        except (NoAnswer, ConnectionError):
            return _problem(503, "It cannot be taken now; post it again in a while. Nothing is taken twice.")

    async def _generic(self, headers: Headers, body: bytes) -> Response:
        channel = headers.get(CHANNEL_HEADER.lower(), "")
        secrets = [one.get_secret_value() for one in self._keys.generic.get(channel, ())]
        read = generic.parse(body, headers, secrets, self._clock())
        key = check(headers.get(HEADER.lower(), ""), body, secrets, self._clock())
        if not await self._posts.claim_signature(key):
            return _problem(409, "This signed request was taken before; sign each request anew.")
        try:
            return _results(await self._take("generic", channel, read, vouched=False))
        except BaseException:
            await self._posts.release_signature(key)
            raise

    async def _take(
        self, source: str, channel: str, read: list[Submission | Answer], *, vouched: bool = True
    ) -> list[Outcome]:
        return [
            await self._conversation.take(source, channel, one, vouched=vouched)
            for one in read
            if isinstance(one, Submission)
        ]


def _results(outcomes: list[Outcome]) -> Response:
    return _json(200, {"results": [one.model_dump(mode="json") for one in outcomes]})


def _spoken(read: list[Submission | Answer], outcomes: list[Outcome]) -> Response:
    """Telegram takes a method call as the answer to its post: what we say to the sender at once."""
    for one in read:
        if isinstance(one, Answer):
            return _say(one.to, one.text)
        if outcomes and (text := _thanks(outcomes[0])) and one.contact:
            return _say(one.contact.removeprefix("tg:"), text)
    return _json(200, {})


def _thanks(outcome: Outcome) -> str:
    if outcome.state == REPLY:
        return f"Terima kasih, jawaban Anda untuk laporan {outcome.number} kami terima."
    if outcome.state == FOR_DESK:
        return "Pesan Anda kami simpan; petugas akan membacanya."
    code = f" Kode akses Anda: {outcome.access_code} (simpan)." if outcome.access_code else ""
    return f"Terima kasih. Laporan Anda bernomor {outcome.number}.{code}"


def _say(chat: str, text: str) -> Response:
    return _json(200, {"method": "sendMessage", "chat_id": int(chat), "text": text})


def _problem(status: int, detail: str) -> Response:
    """An RFC 9457 problem document."""
    body = {"title": "The post was not taken", "status": status, "detail": detail}
    return Response(status, json.dumps(body).encode(), "application/problem+json")


def _json(status: int, value: object) -> Response:
    return Response(status, json.dumps(value, ensure_ascii=False).encode(errors="replace"))
