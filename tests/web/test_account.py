"""One's own account and everybody's: codes at sign-in, sessions seen and ended, accounts without a shell."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pyotp
import pytest
from playwright.async_api import Page, expect

from domain.account import TRIES, Role
from store.accounts import Accounts
from store.database import Database
from tests.channels.http.conftest import serve
from tests.web.conftest import DESKTOP, PASSWORD, PHONE, Visit, Whole, check_axe, keep_screenshot
from web.browser_family import browser_family
from web.doorkeeper import Doorkeeper

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("pages")]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"
HEADERS = {"Sec-Fetch-Site": "same-origin", "User-Agent": FIREFOX}
Caller = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
def accounts(engine: Database) -> Accounts:
    return Accounts(engine)


@pytest.fixture
async def name(accounts: Accounts) -> str:
    """An account of the lurah of Gambir whose password is its own already."""
    return await made(accounts, "lurah-gambir")


async def made(accounts: Accounts, officer: str | None, *roles: Role) -> str:
    name = f"n.{uuid4().hex[:8]}"
    await accounts.add(name, PASSWORD, roles or (Role.OFFICER,), officer, datetime.now(UTC))
    await accounts.set_password(name, PASSWORD, must_change=False)
    return name


@pytest.fixture
async def caller(pages: Whole) -> AsyncIterator[httpx.AsyncClient]:
    async with somebody(pages.url) as one:
        yield one


@asynccontextmanager
async def somebody(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=60) as caller:
        yield caller


async def sign_in(caller: httpx.AsyncClient, name: str, password: str = PASSWORD, then: str = "") -> str:
    """Where that leads; empty when it is refused."""
    form = {"name": name, "password": password} | ({"then": then} if then else {})
    answered = await caller.post("/sign-in", data=form)
    return str(answered.headers.get("location", ""))


async def set_up(caller: httpx.AsyncClient) -> tuple[pyotp.TOTP, list[str]]:
    """What the telephone has then, and the recovery codes."""
    secret = secret_on((await caller.get("/second-factor")).text)
    codes = pyotp.TOTP(secret)
    answered = await caller.post("/second-factor", data={"code": codes.now()})
    assert answered.status_code == 200
    return codes, re.findall(r"<code>([a-z0-9-]{19})</code>", answered.text)


def secret_on(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7 ]{39})</code>", page)
    assert found
    return found[1].replace(" ", "")


def next_code(codes: pyotp.TOTP) -> str:
    """One that was not used yet: of the next half minute."""
    return codes.at(datetime.now(UTC), counter_offset=1)


async def test_a_code_is_asked_for_after_the_password_and_until_then_nothing_opens(
    pages: Whole, caller: httpx.AsyncClient, name: str
) -> None:
    assert await sign_in(caller, name) == "/office"
    codes, recovery = await set_up(caller)
    assert len(recovery) == 10
    assert (await caller.get("/second-factor")).headers["location"] == "/account"
    async with somebody(pages.url) as other:
        assert await sign_in(other, name, then="/account") == "/sign-in/code"
        assert "tuntas_session" not in other.cookies
        for path in ("/account", "/second-factor", "/office"):
            assert (await other.get(path)).headers["location"].startswith("/sign-in")
        half = {"tuntas_session": other.cookies["tuntas_half"]}
        async with httpx.AsyncClient(base_url=pages.url, cookies=half) as crafty:
            assert (await crafty.get("/account")).status_code == 303
            token = {"Authorization": f"Bearer {half['tuntas_session']}"}
            assert (await crafty.get("/account", headers=token)).status_code == 303
        assert (await other.post("/sign-in/code", data={"code": "000000"})).status_code == 401
        code = next_code(codes)
        answered = await other.post("/sign-in/code", data={"code": code})
        assert answered.headers["location"] == "/account"
        assert "tuntas_half" not in other.cookies
        assert name in (await other.get("/account")).text
    async with somebody(pages.url) as replaying:
        assert await sign_in(replaying, name) == "/sign-in/code"
        assert (await replaying.post("/sign-in/code", data={"code": code})).status_code == 401
        assert (await replaying.post("/sign-in/code", data={"code": recovery[0]})).status_code == 303
    async with somebody(pages.url) as nobody:
        assert (await nobody.get("/sign-in/code")).headers["location"] == "/sign-in"
        assert (await nobody.post("/sign-in/code", data={"code": "1"})).headers["location"] == "/sign-in"


async def test_wrong_codes_lock_the_account_for_the_password_too(
    pages: Whole, caller: httpx.AsyncClient, name: str
) -> None:
    await sign_in(caller, name)
    codes, _ = await set_up(caller)
    async with somebody(pages.url) as guessing:
        for _ in range(TRIES):
            assert await sign_in(guessing, name) == "/sign-in/code"
            assert (await guessing.post("/sign-in/code", data={"code": "000000"})).status_code == 401
        assert await sign_in(guessing, name) == ""
        assert (await guessing.post("/sign-in/code", data={"code": next_code(codes)})).status_code == 401


async def test_it_is_turned_off_with_password_and_code(caller: httpx.AsyncClient, name: str) -> None:
    await sign_in(caller, name)
    codes, recovery = await set_up(caller)
    for wrong in ({"password": PASSWORD, "code": "000000"}, {"password": "salah", "code": next_code(codes)}):
        answered = await caller.post("/second-factor/off", data=wrong)
        assert answered.status_code == 401
        assert "Kata sandi atau kode salah" in answered.text
    done = await caller.post("/second-factor/off", data={"password": PASSWORD, "code": recovery[3]})
    assert done.headers["location"] == "/account"
    page = (await caller.get("/account")).text
    assert "Kode masuk dilepas" in page
    assert 'href="/second-factor"' in page


async def test_where_it_is_compulsory_nothing_opens_before_it_is_set_up(
    pages: Whole, accounts: Accounts, name: str
) -> None:
    strict = replace(pages.site, doorkeeper=Doorkeeper(accounts, compulsory=(Role.OPERATOR,)))
    operator = await made(accounts, None, Role.OPERATOR)
    async for served in serve(pages.service, strict):
        async with (
            somebody(served.url) as caller,
            somebody(served.url) as waiting,
            somebody(served.url) as officer,
        ):
            assert await sign_in(officer, name) == "/office", "compulsory for operators only"
            assert await sign_in(waiting, operator) == "/second-factor"
            assert await sign_in(caller, operator) == "/second-factor"
            for path in ("/account", "/office/accounts"):
                assert (await caller.get(path)).headers["location"].startswith("/sign-in")
            assert (await caller.get("/sign-in")).headers["location"] == "/second-factor"
            await set_up(caller)
            assert (await caller.get("/office/accounts")).status_code == 200
            gone = await waiting.get("/office/accounts")
            assert gone.status_code == 303, "a session from before, which has shown no code, has ended"


async def test_sessions_are_shown_and_ended(pages: Whole, caller: httpx.AsyncClient, name: str) -> None:
    async with somebody(pages.url) as other, somebody(pages.url) as third:
        for one in (caller, other, third):
            assert await sign_in(one, name) == "/office"
        page = (await caller.get("/account")).text
        assert page.count("Firefox, Linux") >= 3
        assert page.count("Sesi ini") == 1
        first, *_ = re.findall(r'name="session" value="([0-9a-f-]{36})"', page)
        assert (await caller.post("/account/sessions/end", data={"session": first})).status_code == 303
        open_now = [(await one.get("/account")).status_code == 200 for one in (caller, other, third)]
        assert open_now.count(True) == 2
        assert open_now[0]
        await caller.post("/account/sessions/end-others")
        assert [(await one.get("/account")).status_code for one in (caller, other, third)] == [200, 303, 303]
        assert (await third.post("/account/sessions/end-others")).status_code == 303
        assert (await caller.get("/account")).status_code == 200, "whose session ended, ends nothing"


async def test_signing_in_renews_the_session_and_ends_the_one_before(
    pages: Whole, caller: httpx.AsyncClient, name: str
) -> None:
    await sign_in(caller, name)
    before = caller.cookies["tuntas_session"]
    await sign_in(caller, name)
    assert caller.cookies["tuntas_session"] != before
    async with httpx.AsyncClient(base_url=pages.url, cookies={"tuntas_session": before}) as old:
        assert (await old.get("/account")).status_code == 303


async def test_behind_a_proxy_that_says_https_the_cookie_is_for_https_and_this_host_alone(
    pages: Whole, name: str
) -> None:
    proxied = {**HEADERS, "X-Forwarded-Proto": "https"}
    async with httpx.AsyncClient(base_url=pages.url, headers=proxied) as caller:
        answered = await caller.post("/sign-in", data={"name": name, "password": PASSWORD})
        cookie = answered.headers["set-cookie"]
        assert cookie.startswith("__Host-tuntas_session=")
        assert "Secure" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
        token = cookie.partition("=")[2].partition(";")[0]
        for named, status in (("__Host-tuntas_session", 200), ("tuntas_session", 303)):
            given = await caller.get("/account", headers={"Cookie": f"{named}={token}"})
            assert given.status_code == status


async def test_operators_make_reset_and_close_accounts(
    pages: Whole, accounts: Accounts, caller: httpx.AsyncClient
) -> None:
    operator, new = await made(accounts, None, Role.OPERATOR), f"baru.{uuid4().hex[:8]}"
    await sign_in(caller, operator)
    form = {"name": new, "role": "officer", "officer": "lurah-gambir"}
    answered = await caller.post("/office/accounts", data=form)
    first = first_password(answered.text)
    again = await caller.post("/office/accounts", data=form)
    assert again.status_code == 409
    assert "sudah dipakai" in again.text
    for wrong in ({**form, "officer": "nobody"}, {**form, "officer": ""}, {**form, "name": "a b"}):
        assert (await caller.post("/office/accounts", data=wrong)).status_code == 422
    listed = (await caller.get(f"/office/accounts?words={new}")).text
    assert new in listed
    assert first not in listed
    async with somebody(pages.url) as person:
        assert await sign_in(person, new, first) == "/password"
        (seen,) = await accounts.find(new)
        epoch = {"name": new, "epoch": str(seen.epoch)}
        reset = await caller.post("/office/accounts/reset", data=epoch)
        assert (await caller.post("/office/accounts/reset", data=epoch)).status_code == 409, "twice is once"
        assert await sign_in(person, new, first) == ""
        second = first_password(reset.text)
        assert await sign_in(person, new, second) == "/password"
        changed = await person.post("/password", data={"before": second, "after": PASSWORD})
        assert changed.headers["location"] == "/sign-in"
        assert await sign_in(person, new) == "/office"
        await set_up(person)
        await caller.post("/office/accounts/reset-code", data={"name": new})
        assert await sign_in(person, new) == "/office", "no code any more"
        await caller.post("/office/accounts/close", data={"name": new})
        assert (await person.get("/account")).status_code == 303, "closed, and signed out at once"
        assert await sign_in(person, new) == ""
    own = await caller.post("/office/accounts/close", data={"name": operator})
    assert own.status_code == 409
    assert (await caller.get("/office/accounts")).status_code == 200


def first_password(page: str) -> str:
    found = re.search(r"<code>([\w-]{16})</code>", page)
    assert found
    return found[1]


async def test_only_operators_come_to_the_accounts(
    caller: httpx.AsyncClient, name: str, accounts: Accounts
) -> None:
    assert (await caller.get("/office/accounts")).headers["location"] == "/sign-in?then=/office/accounts"
    await sign_in(caller, name)
    assert (await caller.get("/office/accounts")).status_code == 403
    form = {"name": f"x{name}", "role": "operator", "epoch": "0"}
    for path in ("", "/reset", "/reset-code", "/close"):
        assert (await caller.post(f"/office/accounts{path}", data={**form, "name": name})).status_code == 403
    assert (await accounts.one(f"x{name}")) is None
    assert (await caller.get("/account")).status_code == 200


async def test_an_officer_who_left_the_organisation_opens_nothing(
    caller: httpx.AsyncClient, accounts: Accounts
) -> None:
    left = await made(accounts, "lurah-yang-pergi")
    assert await sign_in(caller, left) == "/office"
    assert (await caller.get("/office")).headers["location"] == "/account"
    assert "belum dikaitkan dengan petugas" in (await caller.get("/account")).text
    assert (await caller.get("/office/accounts")).status_code == 403


def test_browsers_are_called_as_people_call_them() -> None:
    chrome = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
    assert browser_family(chrome) == "Chrome, Android"
    assert browser_family(f"{chrome} Edg/140.0") == "Edge, Android"
    assert browser_family(FIREFOX) == "Firefox, Linux"
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"
    assert browser_family(iphone) == "Safari, iOS"
    assert browser_family("curl/8.0") == browser_family("") == ""


@pytest.mark.parametrize(
    ("device", "language"), [(PHONE, "id"), (DESKTOP, "en")], ids=["phone-id", "desktop-en"]
)
async def test_a_person_sets_up_a_code_and_an_operator_keeps_accounts(
    visit: Visit, accounts: Accounts, device: dict[str, object], language: str
) -> None:
    operator = await made(accounts, "lurah-gambir", Role.OPERATOR, Role.OFFICER)
    kind = "phone" if "is_mobile" in device else "desktop"

    async def seen(page: Page, what: str) -> None:
        await check_axe(page)
        await keep_screenshot(page, f"account-{what}-{kind}-{language}")

    async with visit("/sign-in", "", language, **device) as page:
        await by_keyboard(page, operator, PASSWORD)
        await page.goto("/second-factor")
        await seen(page, "set-up")
        codes = pyotp.TOTP(secret_on(await page.content()))
        await page.locator("#code").fill(codes.now())
        await page.locator("#code").press("Enter")
        await page.wait_for_selector(".codes")
        await seen(page, "recovery-codes")
        await page.goto("/account")
        await page.locator("summary").click()
        await seen(page, "own")
        await page.locator("form[action='/sign-out'] button").click()
        await page.wait_for_selector("#password")
        await by_keyboard(page, operator, PASSWORD)
        await page.wait_for_url("**/sign-in/code")
        await seen(page, "code")
        await expect(page.locator("#code")).to_be_focused()
        await page.keyboard.type(next_code(codes))
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/office/**")
        await page.goto(f"/office/accounts?words={operator}")
        await page.locator("#name").fill(f"k.{uuid4().hex[:8]}")
        await page.locator("#officer").fill("lurah-gambir")
        await page.locator("form[action='/office/accounts'] button.main").click()
        await page.wait_for_selector(".note.good")
        await page.locator("summary").first.click()
        await seen(page, "accounts")


async def by_keyboard(page: Page, name: str, password: str) -> None:
    """The name gets the focus by itself: a moment after the page has come."""
    await expect(page.locator("#name")).to_be_focused()
    await page.keyboard.type(name)
    await page.keyboard.press("Tab")
    await page.keyboard.type(password)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: not url.endswith("/sign-in"))
