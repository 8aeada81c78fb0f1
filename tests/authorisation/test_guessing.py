"""Nobody gets far by guessing: names, passwords, access codes, numbers, and letters to strangers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from uuid import uuid4

import httpx
import pytest

import store.accounts
from channels.http.rate_limit import Limits, Rate
from domain.account import TRIES, Role
from tests.authorisation.house import PASSWORD, House, pages_of
from web.citizen.codes import COOKIE as CODES

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("authorisation")]

BURST, AT_ONCE = 20, 60
STRICT = Limits(failures=Rate(BURST, 1e-9), letters=Rate(3, 1e-9))
"""What was taken does not come back while a test runs."""

PLACES = count(1)
WRONG = "AAAAA-AAAAA"


@pytest.fixture(autouse=True)
def strict(house: House) -> Iterator[None]:
    for state, name in ((house.app.state, "service"), (pages_of(house.app).state, "site")):
        setattr(state, f"{name}_before", getattr(state, name))
        setattr(state, name, replace(getattr(state, name), limits=STRICT))
    yield
    for state, name in ((house.app.state, "service"), (pages_of(house.app).state, "site")):
        setattr(state, name, getattr(state, f"{name}_before"))


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One entry for each password that was compared; True when it was with that of an account."""
    found: list[bool] = []
    fits: Callable[[str, str], bool] = store.accounts._fits

    def counted(password_hash: str, password: str) -> bool:
        found.append(password_hash != store.accounts.NOBODY)
        return fits(password_hash, password)

    monkeypatch.setattr(store.accounts, "_fits", counted)
    return found


@asynccontextmanager
async def caller(house: House, place: str = "") -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at a network address: one of their own unless ``place`` names it."""
    transport = httpx.ASGITransport(house.app, client=(place or f"10.1.0.{next(PLACES)}", 1))
    headers = {"Sec-Fetch-Site": "same-origin"}
    async with httpx.AsyncClient(transport=transport, base_url="http://tuntas.test", headers=headers) as one:
        yield one


async def account(house: House, **more: bool) -> str:
    name = f"g.{uuid4().hex[:10]}"
    await house.accounts.add(name, PASSWORD, (Role.OFFICER,), "lurah-gambir", datetime.now(UTC))
    await house.accounts.set_password(name, PASSWORD, must_change=False)
    if more.get("closed"):
        await house.accounts.disable(name, datetime.now(UTC))
    return name


async def sign_in(house: House, name: str, password: str, place: str = "") -> httpx.Response:
    async with caller(house, place) as one:
        return await one.post("/sign-in", data={"name": name, "password": password})


async def test_passwords_tried_at_the_same_moment_are_judged_no_oftener(
    house: House, judged: list[bool]
) -> None:
    name = await account(house)
    answers = await asyncio.gather(*(sign_in(house, name, f"wrong {one}") for one in range(AT_ONCE)))
    assert {answer.status_code for answer in answers} == {401}
    assert Counter(judged) == {True: TRIES, False: AT_ONCE - TRIES}
    assert (await sign_in(house, name, PASSWORD)).status_code == 401, "locked, also for the right one"


async def test_one_address_gets_few_tries_whatever_the_names(house: House, judged: list[bool]) -> None:
    answers = await asyncio.gather(
        *(sign_in(house, f"nobody-{one}", PASSWORD, "10.2.0.1") for one in range(AT_ONCE))
    )
    assert Counter(answer.status_code for answer in answers) == {401: BURST, 429: AT_ONCE - BURST}
    assert len(judged) == BURST


async def test_an_account_that_is_not_there_closed_or_locked_answers_as_one_with_a_wrong_password(
    house: House, judged: list[bool]
) -> None:
    known, closed, locked = await account(house), await account(house, closed=True), await account(house)
    for _ in range(TRIES):
        await sign_in(house, locked, "wrong")
    judged.clear()
    tried = [(known, "wrong"), ("nobody", PASSWORD), (closed, PASSWORD), (locked, PASSWORD), ("a\0b", "x")]
    answers = [await sign_in(house, *words) for words in tried]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    assert len(judged) == len(tried), "each took one comparison, hence as long"


async def test_access_codes_tried_at_the_same_moment_are_judged_no_oftener(house: House) -> None:
    number = house.programs["number"]
    right = house.brings["code"]
    async with caller(house, "10.2.0.2") as one:
        for _ in range(AT_ONCE):
            own = await one.get(f"/api/v1/complaints/{number}", headers=right)
            assert own.status_code == 200, "a right one costs nothing"
        wrong = {"X-Access-Code": WRONG}
        answers = await asyncio.gather(
            *(one.get(f"/api/v1/complaints/{number}", headers=wrong) for _ in range(AT_ONCE))
        )
    assert Counter(answer.status_code for answer in answers) == {404: BURST, 429: AT_ONCE - BURST}


async def test_a_cookie_or_a_form_is_no_way_around_the_limit(house: House) -> None:
    number = house.pages["number"]
    async with caller(house, "10.2.0.3") as one:
        cookie = {"Cookie": f"{CODES}={number}:{WRONG}"}
        answers = await asyncio.gather(
            *(one.get(f"/reports/{number}", headers=cookie) for _ in range(AT_ONCE))
        )
        assert Counter(answer.status_code for answer in answers) == {200: BURST, 429: AT_ONCE - BURST}
        typed = await one.post("/follow", data={"number": number, "code": WRONG})
        assert typed.status_code == 429, "the same bucket"


async def test_whether_a_number_exists_cannot_be_asked_with_a_key_or_a_code(house: House) -> None:
    there = house.programs["number"]
    numbers = (there, there[:-4] + "9999", "JK0", "x" * 200, "%00", "JK%E2%80%AE1", "' OR 1=1--")
    askers = ({"X-Access-Code": WRONG}, house.brings["foreign"])
    for path in ("", "/attachments", f"/attachments/{house.programs['digest']}/shown"):
        said = set()
        for asker in askers:
            for number in numbers:
                async with caller(house) as one:
                    answer = await one.get(f"/api/v1/complaints/{number}{path}", headers=asker)
                document = answer.json()
                del document["instance"]
                said.add((answer.status_code, str(document)))
        assert len(said) == 1, said


async def test_the_form_answers_an_unknown_number_as_a_wrong_code(house: House) -> None:
    there = house.pages["number"]
    unknown = there[:-4] + "9999"
    said = set()
    for number in (there, unknown):
        async with caller(house) as one:
            answer = await one.post("/follow", data={"number": number, "code": WRONG})
        said.add((answer.status_code, answer.text.replace(number, "")))
    assert len(said) == 1


async def test_nobody_can_have_letters_poured_over_somebody_else(house: House) -> None:
    wish = {"address": "korban@contoh.id", "ward": "31.71.01.1001"}
    met = []
    for address in ("korban@contoh.id", "Korban@CONTOH.id") * 3:
        async with caller(house) as one:
            met.append((await one.post("/api/v1/alerts", json={**wish, "address": address})).status_code)
    assert met == [202, 202, 202, 429, 429, 429]


async def test_what_no_database_keeps_is_an_answer_and_no_defect(house: House) -> None:
    async with caller(house) as one:
        for path in ("/public?ward=%00", "/public/map.json?ward=a%00", "/follow?number=%00", "/report/place"):
            assert (await one.get(path)).status_code < 500
        typed = await one.post("/follow", data={"number": "\0", "code": "\0"})
        assert typed.status_code == 404
        answer = await one.get("/office/inbox?ward=%00", headers=house.brings["holder"])
        assert answer.status_code == 422
