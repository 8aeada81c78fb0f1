"""Webhooks on real sockets: signed, in order, repeated until heard, and never into a private network."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from domain.commands import Accept, Ask
from domain.intake import complaint_id
from domain.signature import HEADER, NotGenuine, check
from domain.telling import Telling
from domain.view import view
from notify.webhooks import WAITS, BadUrl, Sender, checked_url, deliver_round, is_public
from runtime.free_port import free_port
from store.audit import chain_before, chained
from store.complaints import Recorder, Register
from store.database import Database
from store.engine import transaction
from store.tables import EventRow
from store.webhooks import DeliveryEntry, Webhooks
from tests.city import KELURAHAN, MONDAY, Life, officer, opening

SECRET = "rahasia-yang-cukup-panjang"


class Told(NamedTuple):
    """A request as it arrived."""

    head: str
    headers: dict[str, str]
    body: bytes


class Listener:
    """A subscriber's server: it keeps what it is told and answers as it is told to."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.answers: list[str] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}/kabar?x=1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.told.append(Told(head, headers, body))
        answer = self.answers.pop(0) if self.answers else "204 No Content"
        if answer == "silence":
            await asyncio.sleep(60)
        writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    there = Listener()
    server = await asyncio.start_server(there.serve, "127.0.0.1", 0)
    there.port = server.sockets[0].getsockname()[1]
    yield there
    server.close()


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    sender = Sender(allow_private=True)
    yield sender
    await sender.close()


@pytest.fixture
async def webhooks(engine: Database) -> AsyncIterator[Webhooks]:
    webhooks = Webhooks(engine)
    yield webhooks
    for one in await webhooks.subscriptions():
        await webhooks.remove(one.id)


class Case:
    """A complaint whose events are put on record one by one."""

    def __init__(self, engine: Database, channel: str) -> None:
        self.engine = engine
        self.start = opening(reference=uuid4().hex, channel=channel)
        self.id = complaint_id(channel, self.start.intake.reference)
        self.life = Life(self.start)
        self.kept = 0

    async def record(self) -> None:
        if not self.kept:
            reference = self.start.intake.reference
            given = await Register(self.engine).number(
                self.id, "run", self.start.intake.channel, reference, MONDAY
            )
            self.life.complaint.number = given.number
        events = self.life.events[self.kept :]
        opened = None if self.kept else self.start
        await Recorder(self.engine).record(view(self.life.complaint, self.id), events, [], opened)
        self.kept = len(self.life.events)

    async def log(self, webhooks: Webhooks) -> list[DeliveryEntry]:
        return list(reversed(await webhooks.log(self.life.complaint.number)))


async def hurry(engine: Database) -> None:
    """Lets every wait pass."""
    async with transaction(engine) as connection:
        await connection.execute(text("UPDATE webhook_delivery SET next_try_at = now()"))


async def test_events_are_told_signed_and_in_order(
    engine: Database, webhooks: Webhooks, listener: Listener, sender: Sender
) -> None:
    await webhooks.add("media", listener.url, SECRET)
    case, other = Case(engine, "media"), Case(engine, "jaki")
    case.life.send(Accept(), officer(KELURAHAN))
    case.life.send(Ask(question="Di mana?"), officer(KELURAHAN))
    await case.record()
    await other.record()
    while await deliver_round(webhooks, sender):
        pass
    said = [json.loads(told.body) for told in listener.told]
    assert [(one["seq"], one["event"], one["question"]) for one in said] == [
        (1, "received", None),
        (2, "accepted", None),
        (3, "asked", "Di mana?"),
    ]
    assert {one["reference"] for one in said} == {case.start.intake.reference}
    assert said[0]["now"]["status"] == "AWAITING_REPORTER"
    first = listener.told[0]
    assert first.head == "POST /kabar?x=1 HTTP/1.1"
    assert first.headers["host"] == f"localhost:{listener.port}"
    assert first.headers["idempotency-key"] == f"{case.id}/1"
    assert check(first.headers[HEADER.lower()], first.body, [SECRET], datetime.now(UTC))
    with pytest.raises(NotGenuine):
        check(first.headers[HEADER.lower()], first.body, ["another"], datetime.now(UTC))
    assert b"Pelapor" not in first.body
    assert {one.state for one in await case.log(webhooks)} == {"delivered"}


async def test_what_is_not_heard_is_told_again_and_holds_later_events_back(
    engine: Database, webhooks: Webhooks, listener: Listener, sender: Sender
) -> None:
    listener.answers = ["500 Oh", "302 Found\r\nLocation: http://localhost/"]
    await webhooks.add("lapor", listener.url, SECRET)
    case = Case(engine, "lapor")
    case.life.send(Accept(), officer(KELURAHAN))
    await case.record()
    assert await deliver_round(webhooks, sender) == 1
    assert await deliver_round(webhooks, sender) == 0
    first, second = await case.log(webhooks)
    assert (first.state, first.attempts, first.last_status) == ("pending", 1, 500)
    assert (second.state, second.attempts) == ("pending", 0)
    await hurry(engine)
    assert await deliver_round(webhooks, sender) == 1
    assert (await case.log(webhooks))[0].last_error == "answered with 302"
    await hurry(engine)
    while await deliver_round(webhooks, sender):
        pass
    assert [json.loads(told.body)["seq"] for told in listener.told] == [1, 1, 1, 2]
    assert [one.state for one in await case.log(webhooks)] == ["delivered", "delivered"]


async def test_after_the_last_attempt_it_has_failed_and_the_next_event_goes(
    engine: Database, webhooks: Webhooks, listener: Listener, sender: Sender
) -> None:
    listener.answers = ["500 Oh"] * (len(WAITS) + 1)
    await webhooks.add("facebook", listener.url, SECRET)
    case = Case(engine, "facebook")
    case.life.send(Accept(), officer(KELURAHAN))
    await case.record()
    for _ in range(len(WAITS) + 1):
        assert await deliver_round(webhooks, sender) == 1
        await hurry(engine)
    assert [one.state for one in await case.log(webhooks)] == ["failed", "pending"]
    await deliver_round(webhooks, sender)
    assert [one.state for one in await case.log(webhooks)] == ["failed", "delivered"]


async def test_two_dispatchers_tell_nothing_twice(
    engine: Database, webhooks: Webhooks, listener: Listener, sender: Sender
) -> None:
    await webhooks.add("pendopo", listener.url, SECRET)
    cases = [Case(engine, "pendopo") for _ in range(8)]
    for case in cases:
        await case.record()
    await asyncio.gather(*(deliver_round(webhooks, sender) for _ in range(4)))
    assert len(listener.told) == len({told.headers["idempotency-key"] for told in listener.told}) == 8


async def test_a_subscription_begins_when_it_is_made_and_ends_when_it_is_removed(
    engine: Database, webhooks: Webhooks, listener: Listener, sender: Sender
) -> None:
    case = Case(engine, "gubernur")
    await case.record()
    added = await webhooks.add("gubernur", listener.url, SECRET)
    again = await webhooks.add("gubernur", listener.url, "rahasia-lain-yang-panjang")
    assert again.id == added.id
    assert await deliver_round(webhooks, sender) == 0
    case.life.send(Accept(), officer(KELURAHAN))
    await case.record()
    await webhooks.spread()
    assert await webhooks.remove(added.id)
    assert not await webhooks.remove(added.id)
    assert await deliver_round(webhooks, sender) == 0
    assert [one.state for one in await case.log(webhooks)] == ["dropped"]


def telling(url: str) -> Telling:
    return Telling(
        subscription=1, complaint_id="complaint-x", seq=1, attempts=0, url=url, secret=SECRET,
        event="accepted",
        at=MONDAY, question=None, number="JK2611020001", channel="jaki", reference="R", status="IN_PROGRESS",
        outcome=None, unit="KEL", due_at=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.1.2.3",
        "169.254.169.254",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "2130706433",
        "0x7f.1",
        "127.1",
        "0",
        "[::127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
    ],
)
async def test_nothing_goes_into_a_private_network(listener: Listener, host: str) -> None:
    sender = Sender(allow_private=False)
    answer = await sender.send(telling(f"http://{host}:{listener.port}/"))
    await sender.close()
    assert answer == (None, "its name leads into a private network")
    assert listener.told == []


def test_public_is_what_the_internet_reaches() -> None:
    for address in ("8.8.8.8", "2001:4860:4860::8888"):
        assert is_public(address)
    for address in (
        "192.168.0.1", "100.64.0.1", "224.0.0.1", "240.0.0.1", "fe80::1%eth0", "fd00::1", "ff02::1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "::", "::127.0.0.1", "64:ff9b:1::7f00:1", "::ffff:10.0.0.1",
        "::ffff:0:7f00:1", "fec0::1", "3fff::1", "2001:db8::1", "192.0.0.8", "192.88.99.1", "198.18.0.1",
        "fd00:ec2::254", "0.1.2.3", "255.255.255.255",
    ):  # fmt: skip
        assert not is_public(address)


NO_NAMES = ("http://a..b/", f"http://{'a' * 70}.example/", "http://xn--/", "http://x:99999/")


async def test_nobody_there_and_no_such_name_are_answers(sender: Sender) -> None:
    for url in (f"http://127.0.0.1:{free_port()}/", "http://tidak-ada.invalid/", "http://[::1", *NO_NAMES):
        answer = await sender.send(telling(url))
        assert answer.status is None
        assert answer.error


async def test_a_name_is_resolved_once(
    listener: Listener, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it leads to is checked and then called: a second answer to the name could be another."""
    loop, names = asyncio.get_running_loop(), list[str]()
    resolve = loop.getaddrinfo

    async def noted(host: Any, *args: Any, **more: Any) -> Any:
        names.append(host)
        return await resolve(host, *args, **more)

    monkeypatch.setattr(loop, "getaddrinfo", noted)
    assert (await sender.send(telling(listener.url))).status == 204
    assert names.count("localhost") == 1
    assert listener.told[0].headers["host"] == f"localhost:{listener.port}"


async def test_each_request_has_a_connection_of_its_own(sender: Sender) -> None:
    """A kept one could belong to another name at the same address, with that name's certificate."""
    opened: list[int] = []

    async def keep_open(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(1)
        with suppress(asyncio.IncompleteReadError):
            while head := (await reader.readuntil(b"\r\n\r\n")).decode().lower():
                await reader.readexactly(int(head.partition("content-length: ")[2].split("\r")[0]))
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(keep_open, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        for _ in range(3):
            assert (await sender.send(telling(f"http://127.0.0.1:{port}/"))).status == 204
    assert len(opened) == 3


@pytest.mark.parametrize("nasty", ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rb", "a\0b", "ü", "a\u2028b"])
async def test_no_reference_makes_a_second_header(listener: Listener, sender: Sender, nasty: str) -> None:
    said = telling(listener.url).model_copy(update={"complaint_id": nasty})
    answer = await sender.send(said)
    assert answer.status == 204 or "not reachable" in str(answer.error)
    assert not any("x-evil" in one.headers for one in listener.told)


async def test_ports_of_other_services_are_not_called(sender: Sender) -> None:
    assert await sender.send(telling("http://127.0.0.1:25/")) == (None, "its port is not one of the web")


async def test_a_subscriber_that_keeps_silent_is_left(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notify.webhooks.TIMEOUT_S", 0.2)
    listener.answers = ["silence"]
    sender = Sender(allow_private=True)
    assert await sender.send(telling(listener.url)) == (None, "no answer in time")
    await sender.close()


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x.example",
        "x.example",
        "https://",
        "https://a:b@x.example",
        "http://[::1",
        "http://0177.0.0.1/",
        "http://①②⑦.⓪.⓪.①/",
        "http://x.example\\@127.0.0.1/",
        "http://x.example:22/",
        "http://x.example:0/",
        "http://x.example:99999/",
        "https://x.example/" + "x" * 500,
    ],
)
def test_an_address_that_cannot_be_subscribed_says_why(url: str) -> None:
    with pytest.raises(BadUrl, match="address"):
        checked_url(url)


async def test_an_event_that_is_committed_late_is_not_passed_over(
    engine: Database, webhooks: Webhooks, listener: Listener, sender: Sender
) -> None:
    """A later number is seen first: the cursor must not have moved beyond the earlier one."""
    await webhooks.add("inspektorat", listener.url, SECRET)
    late, early = Case(engine, "inspektorat"), Case(engine, "inspektorat")
    await late.record()
    async with transaction(engine) as connection:
        held = await connection.scalar(text("SELECT nextval(pg_get_serial_sequence('audit', 'id'))"))
    await early.record()
    while await deliver_round(webhooks, sender):
        pass
    async with transaction(engine) as connection:
        await connection.execute(
            text(
                "INSERT INTO event SELECT complaint_id, 2, at, now(), 'accepted', actor, actor_unit, via, "
                "command_id, sealed FROM event WHERE complaint_id = :id AND seq = 1"
            ),
            {"id": late.id},
        )
        query = select(EventRow.__table__, chain_before({"complaint_id": late.id, "seq": 2}))
        row = (
            (await connection.execute(query.where(EventRow.complaint_id == late.id, EventRow.seq == 2)))
            .mappings()
            .one()
        )
        names = ("complaint_id", "seq", "at", "actor", "actor_unit", "action", "via", "content", "hash")
        columns, values = ", ".join(names), ", ".join(f":{name}" for name in names)
        await connection.execute(
            text(f"INSERT INTO audit (id, {columns}) OVERRIDING SYSTEM VALUE VALUES (:held, {values})"),
            {**chained([dict(row)], row["previous"])[0], "held": held},
        )
    assert await deliver_round(webhooks, sender) == 1
    assert json.loads(listener.told[-1].body)["seq"] == 2
