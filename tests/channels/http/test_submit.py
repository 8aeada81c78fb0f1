"""Handing in over HTTP: once for each reference, and every bad body is a clean answer."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from domain.channel_key import Scope
from store.channel_keys import ChannelKeys
from tests.channels.http.conftest import Served, handed_in, make_key, said

pytestmark = pytest.mark.servers
URL = "/api/v1/complaints"


def problem(answer: httpx.Response, status: int, *words: str) -> dict[str, object]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, object] = answer.json()
    assert document["status"] == status
    assert {"type", "title", "detail", "instance"} <= set(document)
    for word in words:
        assert word in answer.text, answer.text
    return document


async def test_a_complaint_is_taken_and_answered_with_its_number(jaki: httpx.AsyncClient) -> None:
    answered = await jaki.post(URL, json=said())
    assert answered.status_code == 201
    receipt = answered.json()
    assert receipt["number"].startswith("JK")
    assert receipt["access_code"]
    assert receipt["ward"] == "31.71.01.1001"
    assert answered.headers["location"] == f"{URL}/{receipt['number']}"


async def test_the_same_reference_is_the_same_complaint(jaki: httpx.AsyncClient) -> None:
    body = said()
    first, again = await jaki.post(URL, json=body), await jaki.post(URL, json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    clash = await jaki.post(URL, json=body | {"text": "Lain sama sekali."})
    document = problem(clash, 409, first.json()["number"])
    assert document["number"] == first.json()["number"]
    assert document["errors"] == [{"field": "reference", "message": f"is that of {document['number']}"}]


async def test_ten_at_once_are_one_complaint_and_one_is_the_first(jaki: httpx.AsyncClient) -> None:
    body = said()
    answers = await asyncio.gather(*(jaki.post(URL, json=body) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert len({answer.json()["number"] for answer in answers}) == 1


async def test_the_reference_may_be_a_header(jaki: httpx.AsyncClient) -> None:
    body = said()
    reference = body.pop("reference")
    answers = [await jaki.post(URL, json=body, headers={"Idempotency-Key": reference}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["reference"] == reference
    problem(await jaki.post(URL, json=body), 422, "reference", "Idempotency-Key")


async def test_a_visit_gives_each_complaint_its_own_result(jaki: httpx.AsyncClient) -> None:
    one = {"category": "jalan-berlubang", "text": "Lubang."}
    visit = {
        "reference": said()["reference"],
        "visitor": {"name": "Budi"},
        "complaints": [one, {"category": "tidak-ada", "text": "Apa?"}, one | {"text": "Lain."}],
    }
    first, again = (
        await jaki.post("/api/v1/visits", json=visit),
        await jaki.post("/api/v1/visits", json=visit),
    )
    assert [result["status"] for result in first.json()["results"]] == [201, 422, 201]
    assert [result["status"] for result in again.json()["results"]] == [200, 422, 200]
    assert first.json()["results"][1]["problem"]["errors"][0]["field"] == "category"
    assert first.json()["results"][0]["reference"] == f"{visit['reference']}/1"
    problem(
        await jaki.post("/api/v1/visits", json=visit | {"complaints": [{}]}), 422, "complaints.0.category"
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"text": None}, "text"),
        ({"text": 7}, "text"),
        ({"category": "tidak-ada"}, "category"),
        ({"reference": "r\n\0"}, "reference"),
        ({"point": {"latitude": 91, "longitude": 0}}, "point.latitude"),
        ({"point": {"latitude": 1e400, "longitude": 0}}, "point.latitude"),
        ({"point": {"latitude": "utara", "longitude": 0}}, "point.latitude"),
        ({"point": {"latitude": 1}}, "point.longitude"),
        ({"accuracy_metres": -1}, "accuracy_metres"),
        ({"accuracy_metres": 10**400}, "accuracy_metres"),
        ({"public": "perhaps"}, "public"),
        ({"refrence": "x"}, "refrence"),
        ({"reporter": {"nama": "x"}}, "reporter.nama"),
    ],
)
async def test_a_bad_field_is_named(jaki: httpx.AsyncClient, change: dict[str, object], field: str) -> None:
    import json

    body = json.dumps(said() | change).replace("Infinity", "1e999")
    answered = await jaki.post(URL, content=body, headers={"Content-Type": "application/json"})
    document = problem(answered, 422)
    assert [error["field"] for error in document["errors"]] == [field]  # type: ignore[attr-defined]
    assert "\0" not in answered.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"[]", 422),
        (b'"x"', 422),
        (b"null", 422),
        (b"\xff\xfe", 400),
        (b'{"text": "\\ud800"}', 422),
        (b'{"\\ud800": 1}', 422),
        (b'{"accuracy_metres": NaN}', 422),
        (b'{"accuracy_metres": -Infinity}', 422),
        (b'{"accuracy_metres": ' + b"9" * 5000 + b"}", 400),
        (b"[" * 100_000, 400),
        (b'{"text": "' + b"x" * 300_000 + b'"}', 413),
        (b'{"text": "' + b"x" * 3_000_000 + b'"}', 413),
    ],
)
async def test_a_body_that_cannot_be_is_refused(jaki: httpx.AsyncClient, body: bytes, status: int) -> None:
    answered = await jaki.post(URL, content=body, headers={"Content-Type": "application/json"})
    problem(answered, status)


async def test_a_body_of_unknown_length_is_bounded_too(jaki: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"text": "'
        for _ in range(40):
            yield b"x" * 10_000

    answered = await jaki.post(URL, content=endless(), headers={"Content-Type": "application/json"})
    problem(answered, 413)


async def test_other_content_types_addresses_and_methods_are_problems(jaki: httpx.AsyncClient) -> None:
    problem(await jaki.post(URL, content=b"text=x", headers={"Content-Type": "text/plain"}), 415)
    problem(await jaki.post(URL, data={"text": "x"}), 415)
    problem(await jaki.get("/api/v1/nothing"), 404)
    problem(await jaki.get("/%00%ff"), 404)
    problem(await jaki.delete(URL), 405)
    assert (await jaki.delete(URL)).headers["allow"] == "GET, POST"


async def test_nothing_is_opened_without_a_key(anybody: httpx.AsyncClient) -> None:
    for answered in (
        await anybody.post(URL, json=said()),
        await anybody.post(URL, json=said(), headers={"Authorization": "Bearer tuntas_wrong"}),
        await anybody.post(URL, json=said(), headers={"Authorization": "Basic eDp5"}),
        await anybody.get("/api/v1/categories"),
        await anybody.get(URL),
    ):
        problem(answered, 401)
        assert answered.headers["www-authenticate"].startswith("Bearer")


async def test_a_scope_that_is_missing_is_named(
    served: Served, keys: ChannelKeys, jaki: httpx.AsyncClient
) -> None:
    reader = {"Authorization": f"Bearer {await make_key(keys, 'jaki', Scope.READ)}"}
    number = (await handed_in(jaki))["number"]
    async with httpx.AsyncClient(base_url=served.url, headers=reader) as caller:
        problem(await caller.post(URL, json=said()), 403, "submit")
        problem(await caller.post(f"{URL}/{number}/withdraw"), 403, "act")
        assert (await caller.get(f"{URL}/{number}")).status_code == 200
