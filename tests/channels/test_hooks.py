"""Messengers' posts: read purely, refused when not genuine, and taken over real HTTP, each once."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from temporalio.client import Client

from channels.front_door import FrontDoor
from channels.messaging import generic, telegram, whatsapp
from channels.messaging.conversation import Conversation
from channels.messaging.hooks import Hooks
from channels.messaging.keys import BadKeys, Keys
from channels.messaging.posted import Answer, NotReadable, Submission
from channels.messaging.routes import hook_routes
from channels.reply import Replies
from domain.commands import Accept, Actor, Ask
from domain.place import Point
from domain.signature import HEADER, NotGenuine, check, signed
from durable.complaints import Complaints
from jakarta.load import load_jakarta
from runtime.free_port import free_port
from store.complaints import Reads
from store.database import Database
from store.incoming_posts import IncomingPosts
from tests.city import MONDAY, instruction

SECRET = "rahasia-yang-cukup-panjang"
KEYS = Keys.model_validate(
    {
        "whatsapp": {"app_secret": SECRET, "verify_token": SECRET},
        "telegram": {"secret_token": SECRET},
        "generic": {"twitter": [SECRET]},
    }
)


def whatsapp_body(*messages: dict[str, Any]) -> bytes:
    value = {
        "contacts": [{"wa_id": "62812", "profile": {"name": "Budi"}}],
        "messages": messages,
        "statuses": [{"id": "x", "status": "delivered"}],
    }
    return json.dumps({"object": "whatsapp", "entry": [{"changes": [{"value": value}]}]}).encode()


def meta(body: bytes) -> dict[str, str]:
    return {whatsapp.HEADER: "sha256=" + hmac.new(SECRET.encode(), body, sha256).hexdigest()}


def text_message(text: str, identity: str | None = None) -> dict[str, Any]:
    return {"id": identity or f"wamid.{uuid4().hex}", "from": "62812", "type": "text", "text": {"body": text}}


def update(text: str | None = "Got mampet.", **message: Any) -> bytes:
    told = {"chat": {"id": 77, "type": "private"}, "from": {"first_name": "Budi"}, "text": text, **message}
    return json.dumps({"update_id": uuid4().int % 2**40, "message": told}).encode()


def own(*messages: dict[str, Any]) -> bytes:
    return json.dumps({"messages": messages}).encode()


def read_own(body: bytes) -> list[Submission | Answer]:
    return generic.parse(body, {HEADER.lower(): signed(SECRET, body, MONDAY)}, [SECRET], MONDAY)


def test_a_signature_fits_one_body_one_secret_and_five_minutes() -> None:
    header = signed(SECRET, b"x", MONDAY)
    assert check(header, b"x", ["old", SECRET], MONDAY + timedelta(minutes=4))
    assert check(f"{header},v1={'0' * 64}", b"x", [SECRET], MONDAY) == check(header, b"x", [SECRET], MONDAY)
    for body, secrets, at in (
        (b"y", [SECRET], MONDAY),
        (b"x", ["other"], MONDAY),
        (b"x", [], MONDAY),
        (b"x", [SECRET], MONDAY + timedelta(minutes=6)),
        (b"x", [SECRET], MONDAY - timedelta(minutes=6)),
    ):
        with pytest.raises(NotGenuine):
            check(header, body, secrets, at)
    with pytest.raises(NotGenuine):
        check("", b"x", [SECRET], MONDAY)


def test_our_own_form_is_read() -> None:
    (read,) = read_own(
        own({"id": "1", "from": "@budi", "text": "Macet", "latitude": -6.2, "longitude": 106.8})
    )
    assert read == Submission(
        id="1", contact="@budi", text="Macet", point=Point(latitude=-6.2, longitude=106.8)
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "EOF while parsing"),
        (own(), "messages"),
        (own({"id": "1"}), "text is missing"),
        (own({"id": "1", "text": "x", "latitude": -6.2}), "only one of"),
        (own({"id": "1", "text": "x", "latitude": 100, "longitude": 0}), "too large"),
        (own({"id": "1", "text": "x", "other": 1}), "other"),
        (own(*({"id": "1", "text": "x"} for _ in range(101))), "at most 100"),
    ],
)
def test_our_own_form_says_what_is_wrong(body: bytes, said: str) -> None:
    with pytest.raises(NotReadable, match=said):
        read_own(body)


def test_whatsapp_texts_captions_and_places_are_read_and_statuses_passed_over() -> None:
    body = whatsapp_body(
        text_message("Lampu mati", "a"),
        {"id": "b", "from": "62812", "type": "image", "image": {"id": "9", "caption": "Sampah"}},
        {"id": "c", "from": "62812", "type": "location", "location": {"latitude": -6.2, "longitude": 106.8}},
        {"id": "d", "from": "62812", "type": "reaction", "reaction": {"emoji": "x"}},
        {"id": "e", "from": "62812", "type": "audio", "audio": {"id": "9"}},
    )
    read = whatsapp.parse(body, meta(body), [SECRET], MONDAY)
    assert [(one.id, one.text, one.point is not None) for one in read if isinstance(one, Submission)] == [
        ("a", "Lampu mati", False), ("b", "Sampah", False), ("c", "", True), ("e", "", False),
    ]  # fmt: skip
    assert isinstance(read[0], Submission)
    assert (read[0].contact, read[0].name) == ("+62812", "Budi")
    with pytest.raises(NotGenuine):
        whatsapp.parse(body + b" ", meta(body), [SECRET], MONDAY)


def test_telegram_messages_are_read_and_everything_else_passed_over() -> None:
    headers = {telegram.HEADER: SECRET}
    (read,) = telegram.parse(update(), headers, [SECRET], MONDAY)
    assert isinstance(read, Submission)
    assert (read.text, read.contact, read.name) == ("Got mampet.", "tg:77", "Budi")
    (photo,) = telegram.parse(update(None, caption="Foto got", photo=[{}]), headers, [SECRET], MONDAY)
    assert isinstance(photo, Submission)
    assert photo.text == "Foto got"
    (place,) = telegram.parse(
        update(None, location={"latitude": -6.2, "longitude": 106.8, "horizontal_accuracy": 20}),
        headers, [SECRET], MONDAY,
    )  # fmt: skip
    assert isinstance(place, Submission)
    assert (place.text, place.accuracy_metres) == ("", 20)
    assert telegram.parse(update("/start"), headers, [SECRET], MONDAY) == [
        Answer(to="77", text=telegram.WELCOME)
    ]
    group = update(chat={"id": -5, "type": "group"})
    edited = json.dumps({"update_id": 1, "edited_message": {"text": "x"}}).encode()
    for passed_over in (group, edited, b"{}"):
        assert telegram.parse(passed_over, headers, [SECRET], MONDAY) == []
    with pytest.raises(NotGenuine):
        telegram.parse(update(), {telegram.HEADER: "x"}, [SECRET], MONDAY)


KEYWORDS = st.sampled_from(
    ["messages", "entry", "changes", "value", "id", "from", "type", "text", "body", "location", "latitude",
     "longitude", "update_id", "message", "chat", "caption", "image", "contacts", "wa_id", "profile", "name",
     "first_name", "horizontal_accuracy", "private", "is_bot"]
)  # fmt: skip
SHAPES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10), KEYWORDS,
              st.just("\ud800"), st.just(10**400)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYWORDS, inner, max_size=6)),
    max_leaves=30,
)  # fmt: skip
PRIVATE = st.fixed_dictionaries({"id": st.integers(), "type": st.just("private")})
LIKELY = st.one_of(
    st.fixed_dictionaries(
        {
            "update_id": st.integers(),
            "message": st.dictionaries(KEYWORDS, SHAPES, max_size=5).flatmap(
                lambda told: PRIVATE.map(lambda chat: {**told, "chat": chat})
            ),
        }
    ),
    st.lists(st.dictionaries(KEYWORDS, SHAPES, max_size=6), max_size=3).map(
        lambda told: {"entry": [{"changes": [{"value": {"messages": told, "contacts": told}}]}]}
    ),
    SHAPES,
)


@given(st.one_of(st.binary(max_size=60), LIKELY.map(lambda told: json.dumps(told).encode())))
@settings(max_examples=500, deadline=None)
def test_whatever_is_posted_is_read_or_refused_cleanly(body: bytes) -> None:
    with suppress(NotReadable):
        read_own(body)
    with suppress(NotReadable):
        whatsapp.parse(body, meta(body), [SECRET], MONDAY)
    with suppress(NotReadable):
        telegram.parse(body, {telegram.HEADER: SECRET}, [SECRET], MONDAY)


def test_a_deeply_nested_body_is_refused() -> None:
    body = b"[" * 100_000
    with pytest.raises(NotReadable):
        whatsapp.parse(body, meta(body), [SECRET], MONDAY)
    with pytest.raises(NotReadable):
        read_own(b'{"messages":' + body)


def test_secrets_are_checked_when_they_are_loaded_and_not_told(tmp_path: Path) -> None:
    file = tmp_path / "hooks.toml"
    for content in ("[telegram]\nsecret_token = 'pendek'", "x = ", "[lain]\n", "[generic]\ntwitter = []"):
        file.write_text(content)
        with pytest.raises(BadKeys) as told:
            Keys.load(file)
        assert "pendek" not in str(told.value)
    file.write_text(f"[generic]\ntwitter = ['{SECRET}']")
    assert Keys.load(file).channels() == {"twitter"}
    with pytest.raises(BadKeys):
        Keys.load(tmp_path / "none.toml")


class Hook(NamedTuple):
    """A server that takes posts, over real HTTP."""

    http: httpx.AsyncClient
    posts: IncomingPosts
    reads: Reads
    complaints: Complaints

    async def own(self, *messages: dict[str, Any], at: datetime | None = None) -> httpx.Response:
        body = own(*messages)
        headers = {HEADER: signed(SECRET, body, at or datetime.now(UTC)), "X-Tuntas-Channel": "twitter"}
        return await self.http.post("/hooks/generic", content=body, headers=headers)


async def serving(hooks: Hooks) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(hook_routes(hooks))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.02)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=40) as http:
        yield http
    server.should_exit = True
    await running


def hooks_on(engine: Database, complaints: Complaints) -> Hooks:
    posts = IncomingPosts(engine)
    door = FrontDoor(load_jakarta(), complaints, "dki-2025")
    return Hooks(KEYS, Conversation(door, Replies(complaints, Reads(engine)), posts, "lainnya"), posts)


@pytest.fixture
async def hook(engine: Database, complaints: Complaints) -> AsyncIterator[Hook]:
    async for http in serving(hooks_on(engine, complaints)):
        yield Hook(http, IncomingPosts(engine), Reads(engine), complaints)


def results(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    told: list[dict[str, Any]] = response.json()["results"]
    return told


async def test_a_batch_in_our_own_form_becomes_complaints_and_comes_again_for_nothing(hook: Hook) -> None:
    batch = [{"id": uuid4().hex, "from": "@budi", "text": text} for text in ("Satu", "Dua")]
    first = results(await hook.own(*batch))
    assert [one["state"] for one in first] == ["taken", "taken"]
    assert all(one["access_code"] for one in first)
    again = results(await hook.own(*batch, at=datetime.now(UTC) - timedelta(seconds=60)))
    assert [one["number"] for one in again] == [one["number"] for one in first]


async def test_the_same_signed_request_is_refused_the_second_time(hook: Hook) -> None:
    now, message = datetime.now(UTC), {"id": uuid4().hex, "text": "Sekali"}
    assert (await hook.own(message, at=now)).status_code == 200
    assert (await hook.own(message, at=now)).status_code == 409


async def test_what_is_not_genuine_or_readable_is_a_problem_document(hook: Hook) -> None:
    for response, status in (
        (await hook.http.post("/hooks/generic", content=b"{}"), 401),
        (await hook.own({"id": "1", "text": "x"}, at=datetime.now(UTC) - timedelta(minutes=6)), 401),
        (await hook.own({"id": "1"}), 400),
        (await hook.http.post("/hooks/generic", content=b" " * (1024 * 1024 + 1)), 413),
    ):
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["detail"]


async def test_a_number_makes_a_reply_by_the_reporter_and_work_for_the_desk_by_a_stranger(hook: Hook) -> None:
    (taken,) = results(await hook.own({"id": uuid4().hex, "from": "@budi", "text": "Macet"}))
    found = await hook.reads.by_number(taken["number"])
    assert found is not None
    actor = Actor(code="petugas", unit=found.unit)
    for command in (Accept(), Ask(question="Di mana?")):
        await hook.complaints.perform(found.id, instruction(command, actor, uuid4().hex))
    text = f"{taken['number']} di depan pasar"
    (stranger,) = results(await hook.own({"id": uuid4().hex, "from": "@lain", "text": text}))
    assert (stranger["state"], stranger["number"]) == ("for_desk", taken["number"])
    kept = (await hook.posts.for_desk())[0]
    assert kept.said is not None
    assert kept.said["text"] == text
    (reply,) = results(await hook.own({"id": uuid4().hex, "from": "@budi", "text": text}))
    assert reply["state"] == "reply"


async def test_whatsapp_is_verified_and_taken(hook: Hook) -> None:
    query = {"hub.mode": "subscribe", "hub.verify_token": SECRET, "hub.challenge": "1158201444"}
    asked = await hook.http.get("/hooks/whatsapp", params=query)
    assert (asked.status_code, asked.text) == (200, "1158201444")
    query["hub.verify_token"] = "x"
    assert (await hook.http.get("/hooks/whatsapp", params=query)).status_code == 403
    body = whatsapp_body(text_message("Lampu mati"), {"id": uuid4().hex, "from": "62812", "type": "audio"})
    first = results(await hook.http.post("/hooks/whatsapp", content=body, headers=meta(body)))
    assert [one["state"] for one in first] == ["taken", "for_desk"]
    again = results(await hook.http.post("/hooks/whatsapp", content=body, headers=meta(body)))
    assert [one["number"] for one in again] == [one["number"] for one in first]
    assert (await hook.http.post("/hooks/whatsapp", content=body)).status_code == 401


async def test_telegram_is_answered_at_once(hook: Hook) -> None:
    headers = {telegram.HEADER: SECRET}
    told = (await hook.http.post("/hooks/telegram", content=update(), headers=headers)).json()
    assert (told["method"], told["chat_id"]) == ("sendMessage", 77)
    assert "JK" in told["text"]
    start = (await hook.http.post("/hooks/telegram", content=update("/start"), headers=headers)).json()
    assert start["text"] == telegram.WELCOME


async def test_when_nobody_answers_it_is_503_and_may_come_again(engine: Database, client: Client) -> None:
    nobody = Complaints(client, task_queue="nobody-listens", patience=timedelta(seconds=1))
    body = own({"id": uuid4().hex, "text": "Nanti"})
    headers = {HEADER.lower(): signed(SECRET, body, datetime.now(UTC)), "x-tuntas-channel": "twitter"}
    hooks = hooks_on(engine, nobody)
    assert (await hooks.post("generic", headers, body)).status == 503
    assert (await hooks.post("generic", headers, body)).status == 503


async def test_a_messenger_that_is_not_set_up_is_404(engine: Database, complaints: Complaints) -> None:
    hooks = hooks_on(engine, complaints)
    hooks._keys = Keys()
    assert (await hooks.post("telegram", {}, b"{}")).status == 404
    assert hooks.verify({}).status == 404
