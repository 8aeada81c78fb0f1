"""Following and acting: a channel its own, a reporter by the code; nobody learns what is not theirs."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from temporalio.client import Client

from channels.front_door import FrontDoor
from channels.http.rate_limit import Buckets, Limits, Rate
from channels.http.service import Service
from domain.commands import Accept, Actor, AnyCommand, Ask, Complete, Evidence, Instruction, Validate
from domain.intake import complaint_id
from domain.wib import WIB
from durable.complaints import Complaints
from tests.channels.http.conftest import handed_in, said, serve
from tests.channels.http.test_submit import problem

pytestmark = pytest.mark.servers
URL = "/api/v1/complaints"


async def officer_does(service: Service, receipt: dict[str, Any], command: AnyCommand, unit: str) -> None:
    instruction = Instruction[AnyCommand](
        id=str(uuid4()), actor=Actor(code="o-bu-tini", unit=unit), via="test", command=command
    )
    await service.complaints.perform(complaint_id("jaki", receipt["reference"]), instruction)


async def resolved(service: Service, caller: httpx.AsyncClient) -> dict[str, Any]:
    receipt = await handed_in(caller)
    for command, unit in (
        (Accept(), receipt["unit"]),
        (Complete(note="Ditambal.", evidence=(Evidence(uri="https://foto.example/1.jpg"),)), receipt["unit"]),
        (Validate(accepted=True), "SKPD-PEMERINTAHAN"),
    ):
        await officer_does(service, receipt, command, unit)
    return receipt


async def test_a_complaint_tells_where_it_stands_and_names_no_officer(
    service: Service, jaki: httpx.AsyncClient
) -> None:
    receipt = await handed_in(jaki)
    await officer_does(service, receipt, Accept(note="Baik."), receipt["unit"])
    answered = await jaki.get(f"{URL}/{receipt['number'].lower()}")
    assert answered.status_code == 200
    whole = answered.json()
    assert whole["status"] == "IN_PROGRESS"
    assert "must complete it" in whole["waits_for"]
    assert [step["event"] for step in whole["timeline"]] == ["received", "accepted"]
    assert whole["timeline"][1]["by"] == whole["unit_name"]
    assert {deadline["kind"] for deadline in whole["deadlines"]} >= {"resolution"}
    assert "o-bu-tini" not in answered.text
    assert "Siti" not in answered.text


async def test_another_channel_sees_and_does_nothing(
    jaki: httpx.AsyncClient, lapor: httpx.AsyncClient
) -> None:
    number = (await handed_in(jaki))["number"]
    unknown = problem(await lapor.get(f"{URL}/JK9901019999"), 404)
    foreign = problem(await lapor.get(f"{URL}/{number}"), 404)
    assert foreign["detail"] == unknown["detail"]
    problem(await lapor.post(f"{URL}/{number}/withdraw"), 404)
    listed = (await lapor.get(URL, params={"limit": 200})).json()["items"]
    assert number not in {item["number"] for item in listed}


async def test_the_access_code_opens_one_complaint(
    jaki: httpx.AsyncClient, anybody: httpx.AsyncClient
) -> None:
    mine, other = await handed_in(jaki), await handed_in(jaki)
    code = {"X-Access-Code": mine["access_code"]}
    assert (await anybody.get(f"{URL}/{mine['number']}", headers=code)).json()["number"] == mine["number"]
    answers = [
        problem(await anybody.get(f"{URL}/{number}", headers=headers), 404)
        for number, headers in (
            (other["number"], code),
            ("JK9901019999", code),
            ("%00", code),
            (mine["number"], {"X-Access-Code": ""}),
            (mine["number"], {"X-Access-Code": "AAAAA-AAAAA"}),
        )
    ]
    assert len({answer["detail"] for answer in answers}) == 1
    problem(await anybody.get(f"{URL}/{mine['number']}"), 401)
    withdrawn = await anybody.post(f"{URL}/{mine['number']}/withdraw", headers=code)
    assert (withdrawn.status_code, withdrawn.json()["status"]) == (200, "CLOSED")


async def test_the_reporter_answers_once_for_each_id(service: Service, jaki: httpx.AsyncClient) -> None:
    receipt = await handed_in(jaki)
    reply = f"{URL}/{receipt['number']}/reply"
    problem(await jaki.post(reply, json={"answer": "Di sana."}), 409)
    await officer_does(service, receipt, Ask(question="Di mana?"), receipt["unit"])
    for _ in range(2):
        answered = await jaki.post(reply, json={"answer": "Di sana.", "id": "a-1"})
        assert (answered.status_code, answered.json()["status"]) == (200, "IN_PROGRESS"), answered.text
    events = [step["event"] for step in (await jaki.get(f"{URL}/{receipt['number']}")).json()["timeline"]]
    assert events.count("replied") == 1


async def test_rate_reopen_and_close(service: Service, jaki: httpx.AsyncClient) -> None:
    receipt = await resolved(service, jaki)
    at = f"{URL}/{receipt['number']}"
    problem(await jaki.post(f"{at}/rate", json={"score": 6}), 422, "score")
    assert (await jaki.post(f"{at}/rate", json={"score": 4})).status_code == 200
    again = await jaki.post(f"{at}/reopen", json={"note": "Masih berlubang."})
    assert again.json()["status"] not in {"RESOLVED", "CLOSED"}
    other = await resolved(service, jaki)
    closed = await jaki.post(f"{URL}/{other['number']}/close", json={"note": "Terima kasih."})
    assert (closed.json()["status"], closed.json()["outcome"]) == ("CLOSED", "resolved")
    problem(await jaki.post(f"{URL}/{other['number']}/close"), 409)


async def test_lists_are_filtered_and_paged(jaki: httpx.AsyncClient) -> None:
    category = "trotoar-rusak"
    numbers = [(await handed_in(jaki, category=category))["number"] for _ in range(5)]
    seen: list[str] = []
    cursor = None
    while True:
        asked = {"category": category, "limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await jaki.get(URL, params=asked)).json()
        seen += [item["number"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen[:5] == numbers[::-1]
    assert len(seen) == len(set(seen))
    none = await jaki.get(URL, params={"category": category, "status": "RESOLVED"})
    assert none.json() == {"items": [], "next": None}


async def test_lists_are_searched_by_words_number_and_day_and_only_ones_own(
    jaki: httpx.AsyncClient, lapor: httpx.AsyncClient
) -> None:
    word, today = f"kata{uuid4().hex[:10]}", datetime.now(WIB).date()
    numbers = [(await handed_in(jaki, text=f"Jalan berlubang {word}"))["number"] for _ in range(3)]
    one = numbers[0]

    async def found(caller: httpx.AsyncClient, **asked: str) -> list[str]:
        answered = await caller.get(URL, params=asked)
        assert answered.status_code == 200, answered.text
        return [item["number"] for item in answered.json()["items"]]

    assert await found(jaki, q=f"lubang {word}") == numbers[::-1], "in the order of the list"
    assert await found(jaki, q=f"{word} {one.lower()}") == [one]
    assert await found(jaki, q=f"{word} pohon") == []
    assert await found(jaki, q=word, **{"from": f"{today}", "to": f"{today}"}) == numbers[::-1]
    assert await found(jaki, q=word, to=f"{today - timedelta(days=1)}") == []
    assert await found(jaki, q=word, **{"from": "0001-01-01", "to": "9999-12-31"}) == numbers[::-1]
    first = (await jaki.get(URL, params={"q": word, "limit": "2"})).json()
    rest = (await jaki.get(URL, params={"q": word, "limit": "2", "cursor": first["next"]})).json()
    assert [item["number"] for page in (first, rest) for item in page["items"]] == numbers[::-1]
    for typed in (word, one, f"lubang {word}"):
        assert await found(lapor, q=typed) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"status": "DONE"},
        {"limit": "0"},
        {"limit": "x"},
        {"cursor": "x"},
        {"cursor": "AAAA"},
        {"registered_from": "2026-01-01T00:00:00"},
        {"category": "a\0"},
        {"satus": "WAITING"},
        {"q": "x" * 201},
        {"from": "kemarin"},
        {"to": "2026-02-30"},
    ],
)
async def test_a_bad_filter_is_named(jaki: httpx.AsyncClient, asked: dict[str, str]) -> None:
    document = problem(await jaki.get(URL, params=asked), 422)
    assert document["errors"][0]["field"] == next(iter(asked))  # type: ignore[index]


async def test_the_city_is_listed(jaki: httpx.AsyncClient) -> None:
    for what, code in (("categories", "jalan-rusak"), ("units", "KEL-31.71.01.1001"), ("channels", "jaki")):
        assert code in {one["code"] for one in (await jaki.get(f"/api/v1/{what}")).json()}


async def test_guessing_and_haste_are_slowed_down(service: Service, jaki_key: str) -> None:
    strict = Limits(key=Rate(burst=3, per_second=0.5), failures=Rate(burst=2, per_second=0.5))
    async for hasty in serve(replace(service, limits=strict)):
        async with httpx.AsyncClient(base_url=hasty.url) as caller:
            key = {"Authorization": f"Bearer {jaki_key}"}
            answers = [await caller.get("/api/v1/channels", headers=key) for _ in range(4)]
            assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
            assert answers[-1].headers["retry-after"] == "2"
            wrong = {"X-Access-Code": "AAAAA-AAAAA"}
            answers = [await caller.get(f"{URL}/JK9901019999", headers=wrong) for _ in range(3)]
            assert [answer.status_code for answer in answers] == [404, 404, 429]
            problem(answers[-1], 429)


async def test_a_bucket_fills_again_and_forgets_nobody_too_early() -> None:
    now = [0.0]
    bucket = Buckets(Rate(burst=2, per_second=1), lambda: now[0])
    assert [bucket.take("a") for _ in range(3)] == [0, 0, 1]
    assert bucket.take("b") == 0
    now[0] = 1.0
    assert [bucket.take("a") for _ in range(2)] == [0, 1]


async def test_the_probes_tell_what_does_not_answer(service: Service, anybody: httpx.AsyncClient) -> None:
    assert (await anybody.get("/healthz")).json() == {"status": "alive"}
    assert (await anybody.get("/readyz")).json()["parts"] == ["PostgreSQL", "Temporal"]

    async def silent() -> None:
        raise ConnectionError

    async for broken in serve(replace(service, probes={"PostgreSQL": silent})):
        async with httpx.AsyncClient(base_url=broken.url) as caller:
            answered = await caller.get("/readyz")
            problem(answered, 503, "PostgreSQL does not answer")
            assert int(answered.headers["retry-after"]) > 0


async def test_a_defect_is_a_problem_and_says_nothing(service: Service, jaki_key: str) -> None:
    class Broken:
        async def recognise(self, *_: object) -> None:
            raise RuntimeError("Siti Rahasia")

    class Away:
        async def recognise(self, *_: object) -> None:
            raise ConnectionRefusedError

    for ring, status in ((Broken(), 500), (Away(), 503)):
        async for broken in serve(replace(service, keys=ring)):
            async with httpx.AsyncClient(base_url=broken.url) as caller:
                answered = await caller.get(URL, headers={"Authorization": f"Bearer {jaki_key}"})
                problem(answered, status)
                assert "Siti" not in answered.text
                assert ("retry-after" in answered.headers) == (status == 503)


async def test_without_a_worker_one_is_asked_to_come_again(
    service: Service, client: Client, jaki_key: str
) -> None:
    nobody = Complaints(client, "no-worker-polls-this", timedelta(seconds=1))
    alone = replace(service, complaints=nobody, door=FrontDoor(service.city, nobody, "dki-2025"))
    async for lonely in serve(alone):
        async with httpx.AsyncClient(base_url=lonely.url) as caller:
            key = {"Authorization": f"Bearer {jaki_key}"}
            answered = await caller.post(URL, json=said(), headers=key)
            problem(answered, 503, "nothing is taken twice")
            assert int(answered.headers["retry-after"]) > 0
            lines = [{"category": "jalan-rusak", "text": "Lubang."}] * 2
            visit = {"reference": said()["reference"], "complaints": lines}
            results = (await caller.post("/api/v1/visits", json=visit, headers=key)).json()["results"]
            assert [result["status"] for result in results] == [503, 503]


async def test_thirty_readers_at_once(jaki: httpx.AsyncClient) -> None:
    number = (await handed_in(jaki, reference=said()["reference"]))["number"]
    answers = await asyncio.gather(*(jaki.get(f"{URL}/{number}") for _ in range(30)))
    assert {answer.status_code for answer in answers} == {200}
