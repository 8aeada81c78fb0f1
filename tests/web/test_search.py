"""Searching in lists: what is found, by whom, and that nobody learns what is not theirs."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.commands import Accept, Complete, Evidence, Validate
from domain.place import Point
from domain.wib import WIB
from store.database import Database
from tests.web.conftest import DESKTOP, PHONE, SignedIn, Visit, Whole, check_axe, keep_screenshot
from tests.web.office import LURAH, VALIDATOR, done, opened
from tests.web.test_officer import asked_of

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("pages")]

AsOfficer = Callable[..., Awaitable[httpx.AsyncClient]]
INBOX, LIST, PUBLIC = "/office/inbox", "/office/coordination/list", "/public"
COORDINATOR, ELSEWHERE, HEAD = "o-asko-pem-pusat", "o-asko-pem-utara", "o-walikota-pusat"
GAMBIR = Point(latitude=-6.1754, longitude=106.8272)


def a_word() -> str:
    """One that no other test uses."""
    return f"kata{uuid4().hex[:10]}"


async def found(caller: httpx.AsyncClient, path: str, **asked: str) -> str:
    answered = await caller.get(path, params=asked)
    assert answered.status_code == 200, answered.text
    return answered.text


def done_with() -> tuple[Any, ...]:
    return Accept(), Complete(note="Sudah.", evidence=(Evidence(uri="https://kota.example/1.jpg"),))


async def test_anybody_finds_public_ones_by_words_number_and_day(
    pages: Whole, anybody: httpx.AsyncClient
) -> None:
    word, today = a_word(), datetime.now(WIB)
    public = (await opened(pages, text=f"Jalan berlubang {word}", place="Gang Jernih", public=True)).number
    private = (await opened(pages, text=f"Jalan berlubang {word}")).number
    for typed in (
        word,
        f"lubang {word.upper()}",
        f'"{word}" gang jernih',
        public.lower(),
        f"{public[:8]} {word}",
        f"{word} {today:%Y-%m-%d}",
        f"{public[:2]} {public[2:8]} {public[8:]}",
    ):
        for path in (PUBLIC, "/public/map.json"):
            text = await found(anybody, path, q=typed)
            assert public in text, (path, typed)
            assert private not in text
    assert "1 laporan ditemukan" in await found(anybody, PUBLIC, q=word)
    for asked in (
        {"q": f"{word} pohon"},
        {"q": private},
        {"q": f"{word} {today - timedelta(days=1):%Y-%m-%d}"},
        {"q": word, "until": f"{today - timedelta(days=1):%Y-%m-%d}"},
        {"q": word, "ward": "31.71.01.1001"},
    ):
        text = await found(anybody, PUBLIC, **asked)
        assert f"/reports/{public}" not in text, asked
        assert f"/reports/{private}" not in text, asked
        assert "Tidak ada laporan yang cocok" in text
    assert public in await found(anybody, PUBLIC, q=word, since=f"{today:%Y-%m-%d}")


async def test_what_is_typed_wrong_is_no_defect(anybody: httpx.AsyncClient) -> None:
    for typed in ("\0", "' & | ! <-> :*", "%", "\\", '"' * 200, "di yang", "jk", "9" * 200):
        for asked in ({"q": typed}, {"q": typed, "since": "kemarin", "until": "9999-12-31"}):
            answered = await anybody.get(PUBLIC, params=asked)
            assert answered.status_code == 200, asked
    assert (await anybody.get(PUBLIC, params={"q": "x" * 201})).status_code == 422


async def test_the_last_word_can_be_taken_away(pages: Whole, anybody: httpx.AsyncClient) -> None:
    word = a_word()
    number = (await opened(pages, text=f"Lampu {word}", public=True)).number
    text = await found(anybody, PUBLIC, q=f"lampu {word} trotoar", state="open")
    wider = re.search(r'href="(/public\?[^"]*)">Hapus kata terakhir', text)
    assert wider
    assert number in (await anybody.get(wider.group(1).replace("&amp;", "&"))).text


async def test_a_unit_finds_its_own_also_when_it_is_done_and_no_other_unit_does(
    pages: Whole, as_officer: AsOfficer
) -> None:
    word = a_word()
    mine = (await opened(pages, text=f"Tetangga {word}")).number
    closed = (await opened(pages, text=f"Pagar {word}")).number
    await done(pages, closed, LURAH, *done_with())
    await done(pages, closed, VALIDATOR, Validate(accepted=True))
    lurah = await as_officer(LURAH)
    text = await found(lurah, INBOX, q=word)
    assert mine in text
    assert closed in text
    assert "2 laporan ditemukan" in text
    assert closed in await found(lurah, INBOX, q=closed)
    assert closed not in await found(lurah, INBOX)
    assert mine not in await found(lurah, INBOX, q=word, status="IN_PROGRESS")
    for officer in ("lurah-gambir", "camat-gambir", "meja-jaki"):
        caller = await as_officer(officer)
        for typed in (word, mine, f"tetangga {word}"):
            text = await found(caller, INBOX, q=typed)
            assert f"/office/complaints/{mine}" not in text, (officer, typed)
            assert "Tidak ada laporan yang cocok" in text


async def test_pages_of_a_search_show_each_complaint_once(
    pages: Whole, as_officer: AsOfficer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.office.inbox.PER_PAGE", 2)
    word = a_word()
    numbers = {(await opened(pages, text=f"Pohon {word}")).number for _ in range(5)}
    lurah, seen, address = await as_officer(LURAH), [], f"{INBOX}?q={word}"
    while address:
        text = (await lurah.get(address)).text
        assert "5 laporan ditemukan" in text
        seen += re.findall(r'name="numbers" value="(\w+)"', text)
        further = re.search(r'<a class="button" href="([^"]*due=[^"]*)"', text)
        address = further.group(1).replace("&amp;", "&") if further else ""
    assert len(seen) == len(numbers)
    assert set(seen) == numbers


async def test_coordinators_search_their_scope_and_heads_no_words_of_private_ones(
    pages: Whole, as_officer: AsOfficer
) -> None:
    word = a_word()
    private = (await opened(pages, text=f"Tetangga {word}", point=GAMBIR)).number
    public = (await opened(pages, text=f"Lampu {word}", point=GAMBIR, public=True)).number
    for officer, sees in (
        (COORDINATOR, {private, public}),
        (HEAD, {public}),
        (ELSEWHERE, set()),
    ):
        text = await found(await as_officer(officer), LIST, q=word)
        assert set(re.findall(r"/office/complaints/(\w+)", text)) == sees, officer
    link = f"/office/complaints/{private}"
    assert link in await found(await as_officer(HEAD), LIST, q=private), "that it is there is no secret"
    assert link not in await found(await as_officer(ELSEWHERE), LIST, q=private)


async def test_a_search_takes_as_many_queries_for_many_rows_as_for_one(
    pages: Whole, engine: Database, as_officer: AsOfficer, anybody: httpx.AsyncClient
) -> None:
    word, lurah = a_word(), await as_officer(LURAH)
    asked = [(lurah, f"{INBOX}?q={word}"), (anybody, f"{PUBLIC}?q={word}")]
    plain = await asked_of(engine, lurah, f"{INBOX}?status=COORDINATION")
    await opened(pages, text=f"Air {word}", public=True)
    before = [await asked_of(engine, *one) for one in asked]
    for _ in range(4):
        await opened(pages, text=f"Air {word}", public=True)
    assert [await asked_of(engine, *one) for one in asked] == before
    assert before[0] <= plain + 3, "the words twice, and the count"


@pytest.mark.parametrize(
    ("device", "name", "language"),
    [(PHONE, "phone", "id"), (DESKTOP, "desktop", "en")],
    ids=["phone", "desktop"],
)
async def test_a_citizen_searches(
    pages: Whole, visit: Visit, device: dict[str, Any], name: str, language: str
) -> None:
    word = a_word()
    number = (await opened(pages, text=f"Jalan berlubang {word}", public=True)).number
    label = {"id": "Cari laporan publik", "en": "Search public complaints"}[language]
    async with visit(PUBLIC, language=language, **device) as page:
        await page.get_by_role("searchbox", name=label).fill(f"lubang {word}")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**q=lubang*")
        await page.locator(f"a[href='/reports/{number}']").wait_for()
        assert await page.get_by_role("searchbox", name=label).input_value() == f"lubang {word}"
        await check_axe(page)
        await keep_screenshot(page, f"search-public-{name}-{language}")
        await page.get_by_role("searchbox", name=label).fill(f"{word} gajah")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**gajah*")
        await check_axe(page)
        await keep_screenshot(page, f"search-nothing-{name}-{language}")
        await page.get_by_role(
            "link", name={"id": "Hapus kata terakhir", "en": "Take the last word away"}[language]
        ).click()
        await page.locator(f"a[href='/reports/{number}']").wait_for()


@pytest.mark.parametrize(
    ("device", "name", "language"),
    [(PHONE, "phone", "id"), (DESKTOP, "desktop", "en")],
    ids=["phone", "desktop"],
)
async def test_an_officer_searches(
    pages: Whole, visit: Visit, signed_in: SignedIn, device: dict[str, Any], name: str, language: str
) -> None:
    word = a_word()
    number = (await opened(pages, text=f"Sampah menumpuk {word}")).number
    async with visit(INBOX, await signed_in(LURAH), language, **device) as page:
        await page.get_by_role("searchbox").fill(f"sampahnya {word}")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**q=sampahnya*")
        await page.get_by_role("link", name=number).wait_for()
        assert await page.get_by_role("status").first.inner_text() in {
            "1 laporan ditemukan.",
            "1 complaint found.",
        }
        await check_axe(page)
        await keep_screenshot(page, f"search-inbox-{name}-{language}")
    async with visit(LIST, await signed_in(COORDINATOR), language, **device) as page:
        await page.get_by_role("searchbox").fill(number)
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name=number).wait_for()
        await check_axe(page)
        await keep_screenshot(page, f"search-list-{name}-{language}")
