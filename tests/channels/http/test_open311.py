"""Open311 GeoReport v2: what the standard says, in both formats, and what must never be told."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET

import georeport
import httpx
import pytest

from channels.http.service import Service
from domain.channel_key import Scope
from domain.commands import Ask
from store.channel_keys import ChannelKeys
from tests.channels.http.conftest import Served, handed_in, make_key, said
from tests.channels.http.test_follow import officer_does, resolved

pytestmark = pytest.mark.servers
URL = "/open311/v2"
FORMATS = ("json", "xml")
FORM = {
    "service_code": "jalan-berlubang",
    "lat": "-6.1754",
    "long": "106.8272",
    "description": "Lubang di depan rumah saya.",
    "first_name": "Siti",
    "last_name": "Rahasia",
    "email": "siti@rahasia.example",
    "phone": "0812-rahasia",
}


def rows(answer: httpx.Response, item: str) -> list[dict[str, Any]]:
    """The rows of an answer in either format, as text."""
    assert answer.status_code == 200, answer.text
    if answer.headers["content-type"] == "application/json":
        found: list[dict[str, Any]] = answer.json()
        return found
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert answer.text.startswith('<?xml version="1.0" encoding="utf-8"?>')
    return [{part.tag: part.text for part in row} for row in ET.fromstring(answer.content).findall(item)]


def errors(answer: httpx.Response, status: int, *words: str) -> None:
    """The standard's list of errors, in the format of the address."""
    assert answer.status_code == status, answer.text
    if str(answer.url.path).endswith(".json"):
        assert answer.headers["content-type"] == "application/json"
        told = answer.json()
        assert isinstance(told, list)
    else:
        root = ET.fromstring(answer.content)
        assert root.tag == "errors"
        told = [{part.tag: part.text for part in error} for error in root.findall("error")]
    assert told
    assert {int(one["code"]) for one in told} == {status}
    for word in words:
        assert any(word in one["description"] for one in told), told


async def posted(caller: httpx.AsyncClient, key: str, wanted: str = "json", **more: str) -> str:
    answer = await caller.post(f"{URL}/requests.{wanted}", data=FORM | {"api_key": key} | more)
    number: str = rows(answer, "request")[0]["service_request_id"]
    return number


@pytest.mark.parametrize("at", ["/open311", URL])
async def test_discovery(anybody: httpx.AsyncClient, at: str) -> None:
    as_json = await anybody.get(f"{at}/discovery.json")
    as_xml = await anybody.get(f"{at}/discovery.xml")
    assert as_json.headers["content-type"] == "application/json"
    assert as_xml.headers["content-type"] == "text/xml"
    endpoints = as_json.json()["endpoints"]
    assert len(endpoints) >= 2
    for endpoint in endpoints:
        assert set(endpoint["formats"]) == {"text/xml", "application/json"}
        assert datetime.fromisoformat(endpoint["changeset"]) < datetime.now(UTC)
        assert endpoint["url"].endswith(URL)
    root = ET.fromstring(as_xml.content)
    assert root.tag == "discovery"
    assert [len(formats) for formats in root.iter("formats")] == [2, 2]
    assert all(root.findtext(name) for name in ("changeset", "contact", "key_service"))


@pytest.mark.parametrize("wanted", FORMATS)
async def test_services_say_everything(anybody: httpx.AsyncClient, wanted: str) -> None:
    services = rows(await anybody.get(f"{URL}/services.{wanted}"), "service")
    assert len(services) > 50
    for service in services:
        assert all(service[name] for name in service), service
        assert service["metadata"] == (True if wanted == "json" else "true")
        assert service["type"] == "realtime"


async def test_a_service_has_attributes(anybody: httpx.AsyncClient) -> None:
    told = (await anybody.get(f"{URL}/services/jalan-rusak.json")).json()
    assert told["service_code"] == "jalan-rusak"
    assert [one["order"] for one in told["attributes"]] == [1, 2, 3]
    root = ET.fromstring((await anybody.get(f"{URL}/services/jalan-rusak.xml")).content)
    assert root.tag == "service_definition"
    first = root.find("attributes/attribute")
    assert first is not None
    assert [first.findtext("variable"), first.findtext("required")] == ["true", "false"]
    assert [value.findtext("key") for value in first.findall("values/value")] == ["yes", "no"]


@pytest.mark.parametrize("wanted", FORMATS)
async def test_what_is_posted_can_be_read_and_tells_nobody_who_it_was(
    anybody: httpx.AsyncClient, jaki_key: str, wanted: str
) -> None:
    number = await posted(anybody, jaki_key, wanted)
    answer = await anybody.get(f"{URL}/requests/{number}.{wanted}")
    for personal in ("Rahasia", "rahasia", "Siti", "rumah saya"):
        assert personal not in answer.text
    (row,) = rows(answer, "request")
    assert (row["service_request_id"], row["status"]) == (number, "open")
    assert row["description"] == row["service_name"]
    assert row["agency_responsible"].startswith("Kelurahan")
    assert "must take it up" in row["status_notes"]
    assert "zipcode" in row
    for name in ("requested_datetime", "updated_datetime", "expected_datetime"):
        assert row[name].endswith("Z")
        datetime.fromisoformat(row[name])
    assert (float(row["lat"]), float(row["long"])) == (-6.18, 106.83)


async def test_a_public_one_shows_its_text_and_place(anybody: httpx.AsyncClient, jaki_key: str) -> None:
    more = {
        "attribute[public][]": "yes",
        "attribute[warna]": "merah",
        "media_url": "https://foto.example/a.jpg",
        "address_string": "Jalan Merdeka",
        "description": "Lubang <b>&amp; \ufffe besar</b> ]]>",
    }
    number = await posted(anybody, jaki_key, **more)
    (row,) = rows(await anybody.get(f"{URL}/requests/{number}.json"), "request")
    (same,) = rows(await anybody.get(f"{URL}/requests/{number}.xml"), "request")
    assert row["description"].splitlines() == [
        more["description"],
        "",
        "warna: merah",
        "media_url: https://foto.example/a.jpg",
    ]
    assert same["description"] == row["description"].replace("\ufffe", "\ufffd")
    assert (row["lat"], row["long"], row["address"]) == (-6.1754, 106.8272, "Jalan Merdeka")


async def test_posted_again_it_is_the_same(anybody: httpx.AsyncClient, jaki_key: str) -> None:
    own = {"attribute[fixmystreet_id]": str(uuid4())}
    numbers = {await posted(anybody, jaki_key, **own) for _ in range(3)}
    assert len(numbers) == 1
    answer = await anybody.post(
        f"{URL}/requests.xml", data=FORM | own | {"api_key": jaki_key, "description": "Lain."}
    )
    errors(answer, 409, numbers.pop())


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize(
    ("change", "status", "word"),
    [
        ({"api_key": ""}, 403, "api_key"),
        ({"api_key": "wrong"}, 403, "key"),
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "tidak-ada"}, 404, "service_code"),
        ({"lat": "", "long": ""}, 400, "location"),
        ({"long": ""}, 400, "long"),
        ({"lat": "utara"}, 400, "lat"),
        ({"lat": "nan"}, 400, "lat"),
        ({"jurisdiction_id": "boston.gov"}, 404, "jurisdiction_id"),
        ({"media_url": "javascript:alert(1)"}, 400, "media_url"),
        ({"media_url": "https://x.example/" + "a" * 2000}, 400, "media_url"),
        ({"description": "x" * 4001}, 400, "description"),
        ({"description": "a\0b"}, 400, "description"),
        ({"attribute[public]": "perhaps"}, 400, "attribute[public]"),
        ({"attribute[accuracy_metres]": "far"}, 400, "accuracy_metres"),
        ({"email": "x" * 300}, 400, "email"),
    ],
)
async def test_a_bad_post_is_refused(
    anybody: httpx.AsyncClient, jaki_key: str, wanted: str, change: dict[str, str], status: int, word: str
) -> None:
    answer = await anybody.post(f"{URL}/requests.{wanted}", data=FORM | {"api_key": jaki_key} | change)
    errors(answer, status, word)


async def test_everything_that_is_missing_is_named(anybody: httpx.AsyncClient, jaki_key: str) -> None:
    answer = await anybody.post(f"{URL}/requests.json", data={"api_key": jaki_key})
    errors(answer, 400, "service_code", "location")
    errors(await anybody.post(f"{URL}/requests.json", json=FORM), 415)
    errors(await anybody.post(f"{URL}/requests.xml", data=FORM | {"description": "x" * 300_000}), 413)
    errors(await anybody.get(f"{URL}/requests.csv"), 404)
    errors(await anybody.delete(f"{URL}/requests.xml"), 405)
    errors(await anybody.get(f"{URL}/nothing.json"), 404)


async def test_a_key_needs_the_scope(anybody: httpx.AsyncClient, keys: ChannelKeys) -> None:
    key = await make_key(keys, "jaki", Scope.SUBMIT)
    errors(await anybody.post(f"{URL}/requests.xml", data=FORM | {"api_key": key}), 403, "open311")


async def test_filters(anybody: httpx.AsyncClient, jaki_key: str) -> None:
    code, began = "jembatan-rusak", datetime.now(UTC) - timedelta(seconds=2)
    numbers = [
        await posted(anybody, jaki_key, service_code=code, lat=lat, **{"attribute[public]": "yes"})
        for lat in ("-6.1754", "-6.1764", "-6.2100")
    ]

    async def found(**asked: Any) -> set[str]:
        answer = await anybody.get(f"{URL}/requests.json", params=asked)
        return {row["service_request_id"] for row in rows(answer, "request")}

    every = set(numbers)
    assert await found(service_request_id=",".join(numbers[:2]), status="done") == set(numbers[:2])
    assert await found(service_code=f"{code},tidak-ada") == every
    assert await found(service_code=code, status="open,closed") == every
    assert await found(service_code=code, status="closed") == set()
    assert await found(service_code=code, start_date=began.isoformat()) == every
    assert await found(service_code=code, end_date=began.strftime("%Y-%m-%dT%H:%M:%SZ")) == set()
    assert await found(service_code=code, updated_after=began.isoformat()) == every
    assert await found(service_code=code, updated_before=began.isoformat()) == set()
    assert await found(service_code=code, lat=-6.1754, long=106.8272, radius=200) == set(numbers[:2])
    assert await found(service_code=code, lat=-6.1754, long=106.8272, radius=50) == {numbers[0]}
    pages = [await found(service_code=code, page=page, page_size=2) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [2, 1, 0]
    assert set().union(*pages) == every


async def test_a_private_point_cannot_be_asked_out_of_us(anybody: httpx.AsyncClient, jaki_key: str) -> None:
    number = await posted(anybody, jaki_key, service_code="jpo-rusak")
    asked = {"service_code": "jpo-rusak", "long": "106.8272", "radius": "100"}
    near = await anybody.get(f"{URL}/requests.json", params=asked | {"lat": "-6.1754"})
    assert number not in near.text
    shown = await anybody.get(f"{URL}/requests.json", params=asked | {"lat": "-6.18", "long": "106.83"})
    assert number in shown.text


@pytest.mark.parametrize(
    "asked",
    [
        {"status": "done"},
        {"start_date": "yesterday"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-12-31T00:00:00Z"},
        {"end_date": "2025-01-01T00:00:00Z", "start_date": "2025-02-01T00:00:00Z"},
        {"start_date": "9999-12-31T23:59:59Z"},
        {"end_date": "0001-01-01T00:00:00+14:00"},
        {"page": "0"},
        {"page": "9" * 30},
        {"page_size": "1001"},
        {"lat": "1"},
        {"lat": "1", "long": "200"},
        {"lat": "1", "long": "2", "radius": "inf"},
        {"service_request_id": "a\0b"},
        {"service_code": "a'b"},
    ],
)
async def test_a_bad_filter_is_refused(anybody: httpx.AsyncClient, asked: dict[str, str]) -> None:
    errors(await anybody.get(f"{URL}/requests.json", params=asked), 400)


@pytest.mark.parametrize("wanted", FORMATS)
async def test_what_is_not_there(anybody: httpx.AsyncClient, wanted: str) -> None:
    for path in ("requests/JK9901019999", "tokens/123", "services/tidak-ada", "requests/%00"):
        errors(await anybody.get(f"{URL}/{path}.{wanted}"), 404)
    for path in ("requests", "services", "servicerequestupdates", "services/jalan-rusak"):
        asked = {"jurisdiction_id": "boston.gov"}
        errors(await anybody.get(f"{URL}/{path}.{wanted}", params=asked), 404, "jurisdiction_id")
        here = await anybody.get(f"{URL}/{path}.{wanted}", params={"jurisdiction_id": "jakarta.go.id"})
        assert here.status_code == 200


async def test_a_token_is_the_number(anybody: httpx.AsyncClient, jaki_key: str) -> None:
    number = await posted(anybody, jaki_key)
    answer = await anybody.get(f"{URL}/tokens/{number}.json")
    assert answer.json() == [{"service_request_id": number, "token": number}]


async def test_updates_are_read_and_written(
    anybody: httpx.AsyncClient, service: Service, jaki: httpx.AsyncClient, jaki_key: str
) -> None:
    receipt = await handed_in(jaki)
    number, at = receipt["number"], f"{URL}/servicerequestupdates"
    form = {
        "api_key": jaki_key,
        "service_request_id": number,
        "description": "Di depan sekolah.",
        "update_id": "u-1",
        "status": "OPEN",
    }
    errors(await anybody.post(f"{at}.json", data=form), 409)
    await officer_does(service, receipt, Ask(question="Di mana, Siti Rahasia?"), receipt["unit"])
    first, again = [await anybody.post(f"{at}.{wanted}", data=form) for wanted in FORMATS]
    assert rows(first, "request_update")[0]["update_id"].startswith(f"{number}-")
    assert rows(again, "request_update")
    for wanted in FORMATS:
        answer = await anybody.get(f"{at}.{wanted}", params={"service_request_id": number})
        told = rows(answer, "request_update")
        assert len([one for one in told if "answered" in one["description"]]) == 1
        assert {one["status"] for one in told} == {"open"}
        assert "Rahasia" not in answer.text
        assert "sekolah" not in answer.text
    errors(await anybody.post(f"{at}.json", data=form | {"service_request_id": "JK1"}), 404)
    errors(await anybody.post(f"{at}.xml", data={"api_key": jaki_key}), 400, "service_request_id")
    errors(await anybody.post(f"{at}.xml", data=form | {"api_key": "x"}), 403)


async def test_resolved_is_closed_and_can_be_opened_again(
    anybody: httpx.AsyncClient, service: Service, jaki: httpx.AsyncClient, jaki_key: str
) -> None:
    number = (await resolved(service, jaki))["number"]
    (row,) = rows(await anybody.get(f"{URL}/requests/{number}.json"), "request")
    assert (row["status"], row["expected_datetime"]) == ("closed", None)
    form = {"api_key": jaki_key, "service_request_id": number, "description": "Belum.", "status": "OPEN"}
    assert (await anybody.post(f"{URL}/servicerequestupdates.json", data=form)).status_code == 200
    told = rows(
        await anybody.get(f"{URL}/servicerequestupdates.json", params={"service_request_id": number}), ""
    )
    assert [one["status"] for one in told][-2:] == ["closed", "open"]


@pytest.mark.parametrize("wanted", FORMATS)
async def test_the_client_georeport_reads_everything(
    served: Served, anybody: httpx.AsyncClient, jaki_key: str, wanted: str
) -> None:
    import asyncio

    client = georeport.GeoReport(
        served.url + URL, jurisdiction="jakarta.go.id", api_key=jaki_key, output_format=wanted
    )
    number = await posted(anybody, jaki_key)
    await posted(anybody, jaki_key)
    services = await asyncio.to_thread(client.get_service_list)
    assert "jalan-rusak" in {one["service_code"] for one in services}
    definition = await asyncio.to_thread(client.get_service_definition, "jalan-rusak")
    assert definition["service_code"] == "jalan-rusak"
    listed = await asyncio.to_thread(client.get_service_requests, None, "jalan-berlubang")
    assert number in {one["service_request_id"] for one in listed}
    one = await asyncio.to_thread(client.get_service_request, number)
    assert number in json.dumps(one)


async def test_no_point_is_no_number(anybody: httpx.AsyncClient, jaki: httpx.AsyncClient) -> None:
    receipt = (await jaki.post("/api/v1/complaints", json=said(point=None))).json()
    (row,) = rows(await anybody.get(f"{URL}/requests/{receipt['number']}.json"), "request")
    assert (row["lat"], row["long"]) == (None, None)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n"),
        (
            "multipart/form-data; boundary=x; charset=klingon",
            b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--\r\n",
        ),
        ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % one for one in range(5000))),
        ("application/x-www-form-urlencoded", b"api_key=%ff%00&service_code=%ed%a0%80&==&%"),
        ("application/x-www-form-urlencoded", b"\xff\xfe\x00"),
        ("", b"api_key=x"),
    ],
)
async def test_a_broken_form_is_refused(anybody: httpx.AsyncClient, kind: str, body: bytes) -> None:
    answer = await anybody.post(f"{URL}/requests.json", content=body, headers={"Content-Type": kind})
    assert 400 <= answer.status_code < 500, answer.text
    errors(answer, answer.status_code)


async def test_a_file_is_not_dropped_in_silence(anybody: httpx.AsyncClient, jaki_key: str) -> None:
    answer = await anybody.post(
        f"{URL}/requests.xml", data=FORM | {"api_key": jaki_key}, files={"media": ("a.jpg", b"\xff\xd8")}
    )
    errors(answer, 400, "media is a file")
