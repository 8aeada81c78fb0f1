"""Signing in by OpenID Connect: at a real provider over HTTP, and at one that lies."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import oidc_provider_mock
import pyotp
import pytest
import uvicorn
from playwright.async_api import Browser

from domain.account import Role
from runtime.free_port import free_port
from store.accounts import Accounts
from store.database import Database
from tests.channels.http.conftest import _no_signals, serve
from tests.web.conftest import DESKTOP, PASSWORD, PHONE, Whole, check_axe, keep_screenshot
from tests.web.crooked_provider import CLIENT, SECRET, CrookedProvider
from web.doorkeeper import Doorkeeper
from web.provider import Provider
from web.site import Site

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("pages")]
HEADERS = {"Sec-Fetch-Site": "same-origin"}


class Relying(NamedTuple):
    """Pages that let people in by a provider."""

    url: str
    provider: Provider
    site: Site


@pytest.fixture(scope="module")
def accounts(engine: Database) -> Accounts:
    return Accounts(engine)


@asynccontextmanager
async def relying(pages: Whole, issuer: str, **more: Any) -> AsyncIterator[Relying]:
    provider = Provider(issuer, CLIENT, SECRET, "", name="SSO Jakarta")
    site = replace(pages.site, provider=provider, **more)
    async for served in serve(pages.service, site):
        provider.back = f"{served.url}/sign-in/provider/back"
        yield Relying(served.url, provider, site)


@pytest.fixture(scope="module")
async def good(pages: Whole) -> AsyncIterator[Relying]:
    """Pages before a provider that does what the standard says."""
    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as server:
        async with relying(pages, f"http://localhost:{server.server_port}") as one:
            yield one


@pytest.fixture(scope="module")
async def crooked() -> AsyncIterator[CrookedProvider]:
    provider, port = CrookedProvider(), free_port()
    config = uvicorn.Config(provider.app(), port=port, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    server.capture_signals = _no_signals  # type: ignore[method-assign,assignment]
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event for it
        await asyncio.sleep(0.01)
    provider.url = f"http://127.0.0.1:{port}"
    yield provider
    server.should_exit = True
    await running


@pytest.fixture(scope="module")
async def misled(pages: Whole, crooked: CrookedProvider) -> AsyncIterator[Relying]:
    """Pages before a provider that lies."""
    async with relying(pages, crooked.url) as one:
        yield one


@pytest.fixture
async def name(accounts: Accounts) -> str:
    """An account that has never been used: its first password stays with nobody."""
    name = f"p.{uuid4().hex[:8]}"
    await accounts.add(name, PASSWORD, (Role.OFFICER,), "lurah-gambir", datetime.now(UTC))
    return name


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Browser:
    return browser


@asynccontextmanager
async def somebody(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=60) as caller:
        yield caller


async def known(good: Relying, subject: str, **claims: str) -> None:
    """Tells the provider of somebody."""
    async with httpx.AsyncClient() as caller:
        answered = await caller.put(f"{good.provider.issuer}/users/{subject}", json=claims)
        assert answered.status_code == 204


async def to_the_provider(caller: httpx.AsyncClient, then: str = "/account") -> str:
    answered = await caller.get("/sign-in/provider", params={"then": then})
    assert answered.status_code == 303
    return answered.headers["location"]


async def there_and_back(caller: httpx.AsyncClient, subject: str, then: str = "/account") -> str:
    """The address with which the provider sends somebody back who consents."""
    asked = await to_the_provider(caller, then)
    async with httpx.AsyncClient() as at_the_provider:
        answered = await at_the_provider.post(asked, data={"sub": subject})
    assert answered.status_code == 302
    return answered.headers["location"]


async def test_who_is_known_comes_in_without_a_password_of_ours(good: Relying, name: str) -> None:
    await known(good, name, preferred_username=name)
    async with somebody(good.url) as caller:
        assert 'href="/sign-in/provider?then=' in (await caller.get("/sign-in?then=/account")).text
        back = await there_and_back(caller, name)
        answered = await caller.get(back)
        assert answered.headers["location"] == "/account"
        page = (await caller.get("/account")).text
        assert name in page
        assert "lewat penyedia identitas" in page
        assert (await caller.get(back)).status_code == 400, "nobody comes back twice"


async def test_who_is_not_known_is_told_so(good: Relying, accounts: Accounts, name: str) -> None:
    await accounts.disable(name, datetime.now(UTC))
    for stranger in (f"x{name}", name):
        await known(good, stranger, preferred_username=stranger)
        async with somebody(good.url) as caller:
            answered = await caller.get(await there_and_back(caller, stranger))
            assert answered.status_code == 403
            assert f"Anda dikenal sebagai {stranger}" in answered.text
            assert "tuntas_session" not in caller.cookies


async def test_a_name_that_the_provider_gives_to_somebody_else_opens_nothing(
    good: Relying, name: str
) -> None:
    for subject, status in ((f"a-{name}", 303), (f"b-{name}", 403)):
        await known(good, subject, preferred_username=name)
        async with somebody(good.url) as caller:
            assert (await caller.get(await there_and_back(caller, subject))).status_code == status


async def test_state_belongs_to_the_browser_that_set_out(good: Relying, name: str) -> None:
    await known(good, name, preferred_username=name)
    async with somebody(good.url) as attacker, somebody(good.url) as victim:
        back = await there_and_back(attacker, name)
        for state in ("", "guessed", parse_qs(urlsplit(back).query)["state"][0]):
            code = parse_qs(urlsplit(back).query)["code"][0]
            answered = await victim.get("/sign-in/provider/back", params={"state": state, "code": code})
            assert answered.status_code == 400
        await to_the_provider(victim)
        assert (await victim.get(back)).status_code == 400, "a state of its own does not make another's good"
        assert "tuntas_session" not in victim.cookies


async def test_a_code_works_once_at_the_provider_too(good: Relying, name: str) -> None:
    await known(good, name, preferred_username=name)
    async with somebody(good.url) as first, somebody(good.url) as second:
        back = await there_and_back(first, name)
        assert (await first.get(back)).status_code == 303
        code = parse_qs(urlsplit(back).query)["code"][0]
        state = parse_qs(urlsplit(await to_the_provider(second)).query)["state"][0]
        replayed = await second.get("/sign-in/provider/back", params={"state": state, "code": code})
        assert replayed.status_code == 400
        assert "tidak dapat dipastikan" in replayed.text


async def test_who_declines_may_try_again(good: Relying) -> None:
    async with somebody(good.url) as caller:
        state = parse_qs(urlsplit(await to_the_provider(caller)).query)["state"][0]
        answered = await caller.get(
            "/sign-in/provider/back", params={"state": state, "error": "access_denied"}
        )
        assert answered.status_code == 400
        assert "tidak mengizinkan" in answered.text


@pytest.mark.parametrize(
    "then", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:x"]
)
async def test_nobody_is_led_elsewhere_afterwards(good: Relying, name: str, then: str) -> None:
    await known(good, name, preferred_username=name)
    async with somebody(good.url) as caller:
        assert (await caller.get(await there_and_back(caller, name, then))).headers["location"] == "/"
    async with somebody(good.url) as caller:
        answered = await caller.get("/sign-in", params={"then": then})
        assert '<input type="hidden" name="then" value="/">' in answered.text


async def test_without_the_local_form_a_password_opens_nothing(
    pages: Whole, good: Relying, name: str, accounts: Accounts
) -> None:
    await accounts.set_password(name, PASSWORD, must_change=False)
    async with (
        relying(pages, good.provider.issuer, local_sign_in=False) as site,
        somebody(site.url) as caller,
    ):
        assert 'type="password"' not in (await caller.get("/sign-in")).text
        form = {"name": name, "password": PASSWORD}
        assert (await caller.post("/sign-in", data=form)).status_code == 403
        await known(good, name, preferred_username=name)
        assert (await caller.get(await there_and_back(caller, name))).status_code == 303


async def test_a_provider_that_is_away_is_said_to_be(pages: Whole) -> None:
    async with relying(pages, f"http://127.0.0.1:{free_port()}") as site, somebody(site.url) as caller:
        answered = await caller.get("/sign-in/provider")
        assert answered.status_code == 503
        assert "sedang tidak menjawab" in answered.text


class Attack(NamedTuple):
    """How a token differs from a good one."""

    sign: str
    claims: dict[str, Any]


NOW = int(time.time())
ATTACKS = {
    "wrong nonce": Attack("signed", {"nonce": "of another attempt"}),
    "no nonce": Attack("signed", {"nonce": None}),
    "wrong audience": Attack("signed", {"aud": "another-client"}),
    "several audiences": Attack("signed", {"aud": [CLIENT, "another-client"]}),
    "made for another": Attack("signed", {"aud": [CLIENT, "another"], "azp": "another"}),
    "wrong issuer": Attack("signed", {"iss": "https://evil.example"}),
    "expired": Attack("signed", {"exp": NOW - 120}),
    "never expires": Attack("signed", {"exp": None}),
    "from the future": Attack("signed", {"iat": NOW + 3600}),
    "nobody": Attack("signed", {"sub": None}),
    "no name": Attack("signed", {"preferred_username": None}),
    "a name that is none": Attack("signed", {"preferred_username": ["x"]}),
    "alg none": Attack("unsigned", {}),
    "a stranger's key": Attack("by_a_stranger", {}),
    "public key as secret": Attack("with_the_public_key_as_secret", {}),
    "changed after signing": Attack("changed", {}),
}


async def come_back(
    caller: httpx.AsyncClient, crooked: CrookedProvider, name: str, attack: Attack, **more: str
) -> httpx.Response:
    """Goes to the lying provider, which consents to anything, and comes back with its token."""
    asked = {key: one[0] for key, one in parse_qs(urlsplit(await to_the_provider(caller)).query).items()}
    assert asked["code_challenge_method"] == "S256"
    crooked.challenge = asked["code_challenge"]
    claims = {
        "iss": crooked.url,
        "sub": f"subject of {name}",
        "aud": CLIENT,
        "exp": NOW + 3600,
        "iat": NOW,
        "nonce": asked["nonce"],
        "preferred_username": name,
        **attack.claims,
    }
    sign = getattr(crooked, attack.sign)
    crooked.token = lambda: sign({key: one for key, one in claims.items() if one is not None})
    return await caller.get("/sign-in/provider/back", params={"state": asked["state"], "code": "any", **more})


async def test_the_lying_provider_is_believed_when_it_does_not_lie(
    misled: Relying, crooked: CrookedProvider, name: str
) -> None:
    for claims in ({}, {"aud": [CLIENT, "another"], "azp": CLIENT}):
        async with somebody(misled.url) as caller:
            answered = await come_back(caller, crooked, name, Attack("signed", claims))
            assert answered.headers["location"] == "/account"


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
async def test_a_token_that_proves_nothing_is_refused(
    misled: Relying, crooked: CrookedProvider, name: str, attack: Attack
) -> None:
    async with somebody(misled.url) as caller:
        answered = await come_back(caller, crooked, name, attack)
        assert answered.status_code == 400
        assert "tidak dapat dipastikan" in answered.text
        assert "tuntas_session" not in caller.cookies


async def test_an_answer_in_another_issuers_name_is_refused_before_its_code_is_used(
    misled: Relying, crooked: CrookedProvider, name: str
) -> None:
    before = crooked.exchanged
    async with somebody(misled.url) as caller:
        honest = Attack("signed", {})
        assert (await come_back(caller, crooked, name, honest, iss="https://evil.example")).status_code == 400
    assert crooked.exchanged == before


async def test_an_address_counts_only_when_the_provider_has_verified_it(
    pages: Whole, crooked: CrookedProvider, accounts: Accounts
) -> None:
    address = f"{uuid4().hex[:8]}@jakarta.example"
    await accounts.add(address, PASSWORD, (Role.OFFICER,), "lurah-gambir", datetime.now(UTC))
    async with relying(pages, crooked.url) as site:
        site.provider.claim = "email"
        for verified, status in ((None, 400), ("true", 400), (False, 400), (True, 303)):
            async with somebody(site.url) as caller:
                claims = {"email": address, "email_verified": verified}
                answered = await come_back(caller, crooked, address, Attack("signed", claims))
                assert answered.status_code == status


async def test_a_second_factor_is_asked_for_unless_the_provider_did(
    pages: Whole, crooked: CrookedProvider, accounts: Accounts, name: str
) -> None:
    strict = Doorkeeper(accounts, compulsory=(Role.OFFICER,))
    async with relying(pages, crooked.url, doorkeeper=strict) as site:
        async with somebody(site.url) as caller:
            answered = await come_back(caller, crooked, name, Attack("signed", {"amr": ["pwd", "mfa"]}))
            assert answered.headers["location"] == "/account", "the provider vouches"
        async with somebody(site.url) as caller:
            answered = await come_back(caller, crooked, name, Attack("signed", {"amr": ["pwd"]}))
            assert answered.headers["location"] == "/second-factor"
            await set_up_second_factor(accounts, name, caller.cookies["tuntas_session"])
        async with somebody(site.url) as caller:
            answered = await come_back(caller, crooked, name, Attack("signed", {}))
            assert answered.headers["location"] == "/sign-in/code"


async def set_up_second_factor(accounts: Accounts, name: str, token: str) -> None:
    session = await accounts.sessions.of(token, datetime.now(UTC))
    await accounts.factors.prepare(name)
    secret = await accounts.factors.prepared(name)
    assert secret
    assert session
    now = datetime.now(UTC)
    assert await accounts.factors.confirm(name, pyotp.TOTP(secret).at(now), session.id, now)


@pytest.mark.parametrize(
    ("device", "language"), [(PHONE, "id"), (DESKTOP, "en")], ids=["phone-id", "desktop-en"]
)
async def test_the_button_leads_there_and_back_in_a_browser(
    good: Relying, chromium: Browser, name: str, device: dict[str, Any], language: str
) -> None:
    await known(good, name, preferred_username=name)
    await known(good, f"x{name}", preferred_username=f"x{name}")
    kind = "phone" if "is_mobile" in device else "desktop"
    context = await chromium.new_context(base_url=good.url, **device)
    await context.add_cookies([{"name": "tuntas_language", "value": language, "url": good.url}])
    page = await context.new_page()
    await page.goto("/sign-in?then=/account")
    await check_axe(page)
    await keep_screenshot(page, f"provider-sign-in-{kind}-{language}")
    for subject, what in ((f"x{name}", "unknown"), (name, "known")):
        await page.goto("/sign-in?then=/account")
        await page.locator("a[href^='/sign-in/provider']").click()
        await page.locator("input[name=sub]").fill(subject)
        await page.locator("input[name=sub]").press("Enter")
        await page.wait_for_url(f"{good.url}/**")
        assert subject in await page.locator("main").inner_text()
        await check_axe(page)
        await keep_screenshot(page, f"provider-{what}-{kind}-{language}")
    await context.close()
