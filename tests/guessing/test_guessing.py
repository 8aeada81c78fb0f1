"""Guessing codes, keys, numbers, names and passwords: slowed down, also at once, and told nothing."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from starlette.requests import Request
from temporalio.client import Client

from channels.http.caller import address_of
from channels.http.rate_limit import Limits, Rate
from domain.account import LOCKED_FOR, TRIES, Role
from store.accounts import Accounts
from store.database import Database
from tests.channels.http.conftest import serve
from tests.guessing.conftest import Askers, Planted, Whole
from tests.web.conftest import PASSWORD, make_site
from web.citizen.codes import COOKIE as CODES

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("pages")]
NEVER = 1e-9
BURST = 5
WRONG = "AAAAA-AAAAA"


@pytest.fixture
async def strict(whole: Whole, engine: Database, client: Client) -> AsyncIterator[httpx.AsyncClient]:
    """The application with room for five wrong guesses, for somebody who shows nothing."""
    limits = Limits(failures=Rate(burst=BURST, per_second=NEVER))
    service = replace(whole.service, limits=limits)
    site = replace(make_site(service, engine, client), limits=limits)
    async for served in serve(service, site):
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with httpx.AsyncClient(base_url=served.url, headers=headers, timeout=60) as caller:
            yield caller


@pytest.mark.parametrize("way", ["header", "cookie", "form", "password"])
async def test_a_hundred_guesses_at_once_are_counted_one_by_one(
    strict: httpx.AsyncClient, planted: Planted, way: str
) -> None:
    at = f"/api/v1/complaints/{planted.number}"
    guesses: dict[str, Callable[[], Awaitable[httpx.Response]]] = {
        "header": lambda: strict.get(at, headers={"X-Access-Code": WRONG}),
        "cookie": lambda: strict.get(
            f"/reports/{planted.number}", headers={"Cookie": f"{CODES}={planted.number}:{WRONG}"}
        ),
        "form": lambda: strict.post("/follow", data={"number": planted.number, "code": WRONG}),
        "password": lambda: strict.post("/sign-in", data={"name": uuid4().hex, "password": "salah"}),
    }
    answers = await asyncio.gather(*(guesses[way]() for _ in range(100)))
    counted = Counter(one.status_code for one in answers)
    assert counted[429] == 100 - BURST, counted
    right = await strict.get(at, headers={"X-Access-Code": planted.code})
    assert right.status_code == (429 if way == "header" else 200), "the API and the pages count apart"


async def test_right_codes_are_never_slowed_down(strict: httpx.AsyncClient, planted: Planted) -> None:
    at = f"/api/v1/complaints/{planted.number}"
    for _ in range(BURST * 3):
        assert (await strict.get(at, headers={"X-Access-Code": planted.code})).status_code == 200


def told(answer: httpx.Response, number: str) -> tuple[int, str, dict[str, str]]:
    """All that an answer tells, but for the number that was asked for, the moment, and ids of forms."""
    packed = "content-encoding" in answer.headers  # how long it is then depends on the digits of the number
    untold = {"date", "content-length"} if packed else {"date"}
    headers = {name: value for name, value in answer.headers.items() if name not in untold}
    text = re.sub(r"[0-9a-f]{32}", "ID", answer.text.replace(number, "NUMBER"))
    return answer.status_code, text, headers


@pytest.mark.parametrize("who", ["other-channel", "other-reporter"])
@pytest.mark.parametrize("path", ["", "/attachments", "/attachments/{digest}/shown"])
async def test_unknown_and_not_yours_are_one_answer(
    askers: Askers, planted: Planted, who: str, path: str
) -> None:
    unknown = planted.number[:-4] + "9999"
    assert len(unknown) == len(planted.number)
    answers = [
        told(
            await askers[who].get(f"/api/v1/complaints/{number}{path.format(digest=planted.digest)}"), number
        )
        for number in (planted.number, unknown)
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


async def test_an_unknown_number_and_a_wrong_code_are_one_page(askers: Askers, planted: Planted) -> None:
    unknown = planted.number[:-4] + "9999"
    answers = [
        told(await askers["nobody"].post("/follow", data={"number": number, "code": WRONG}), number)
        for number in (planted.number, unknown)
    ]
    assert answers[0] == answers[1]


async def test_signing_in_does_not_tell_which_names_exist(askers: Askers, engine: Database) -> None:
    """Neither for a name that is unknown, nor for one that is locked or closed, whatever the password."""
    accounts, now = Accounts(engine), datetime.now(UTC)
    names = {kind: f"{kind}-{uuid4().hex}"[:20] for kind in ("open", "lock", "shut", "none")}
    for kind in ("open", "lock", "shut"):
        await accounts.add(names[kind], PASSWORD, (Role.OFFICER,), None, now)
    for _ in range(TRIES):
        await accounts.recognise(names["lock"], "salah", now)
    await accounts.disable(names["shut"], now)
    assert await accounts.recognise(names["lock"], PASSWORD, now + LOCKED_FOR / 2) is None
    answers = []
    for kind, password in (("open", "salah"), ("lock", PASSWORD), ("shut", PASSWORD), ("none", PASSWORD)):
        said = {"name": names[kind], "password": password}
        answers.append(told(await askers["nobody"].post("/sign-in", data=said), names[kind]))
    assert answers[0][0] == 401
    assert all(one == answers[0] for one in answers)


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9%eth0", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("testclient", "testclient"),
    ],
)
def test_guesses_are_counted_by_network(host: str, network: str) -> None:
    assert address_of(Request({"type": "http", "client": (host, 1)})) == network
