"""Whole days in the browser: an officer with a phone or at a desk, a validator, and a counter."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import FilePayload, Page, expect

from domain.account import Role
from store.accounts import Accounts
from store.database import Database
from tests.pictures import jpeg, scene
from tests.web.conftest import (
    DESKTOP,
    PASSWORD,
    PHONE,
    SignedIn,
    Visit,
    Whole,
    check_axe,
    keep_screenshot,
)
from tests.web.office import DESK, LURAH, VALIDATOR, holder_of, opened, status_of, taken

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("pages")]

DAYS = [
    pytest.param(PHONE, "id", id="phone-id"),
    pytest.param(DESKTOP, "en", id="desktop-en"),
]
WORDS: dict[str, dict[str, str]] = {
    "id": {
        "accept": "Terima",
        "done": "1 berhasil, 0 ditolak.",
        "ask": "Tanya pelapor",
        "question": "Pertanyaan kepada pelapor",
        "progress": "Catat kemajuan",
        "note": "Catatan",
        "complete": "Nyatakan selesai",
        "validate": "Periksa hasil",
        "yes": "Pekerjaan benar sudah selesai",
        "merge": "Gabungkan ke ",
    },
    "en": {
        "accept": "Accept",
        "done": "1 done, 0 refused.",
        "ask": "Ask the reporter",
        "question": "Question to the reporter",
        "progress": "Note progress",
        "note": "Note",
        "complete": "Declare it done",
        "validate": "Check the result",
        "yes": "The work is really done",
        "merge": "Merge into ",
    },
}


async def account(engine: Database, officer: str) -> str:
    """An account that can sign in with ``PASSWORD``."""
    name, accounts = f"{officer}-{uuid4().hex[:6]}", Accounts(engine)
    await accounts.add(name, PASSWORD, (Role.OFFICER,), officer, datetime.now(UTC))
    await accounts.set_password(name, PASSWORD, must_change=False)
    return name


async def sign_in(page: Page, name: str) -> None:
    await page.locator("#name").fill(name)
    await page.locator("#password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/sign-in" not in url)


async def look(page: Page, name: str, device: dict[str, Any], language: str) -> None:
    await check_axe(page)
    shape = "phone" if "is_mobile" in device else "desktop"
    await keep_screenshot(page, f"officer-{name}-{shape}-{language}")


async def act(page: Page, kind: str) -> None:
    """Opens the form of an action."""
    if await page.locator(f"#do-{kind}").get_attribute("open") is None:
        await page.locator(f"#do-{kind} summary").click()


async def send(page: Page, kind: str) -> None:
    await page.locator(f"#do-{kind} button.main").click()
    await page.wait_for_url(f"**?done={kind}")


def photo(seed: int) -> FilePayload:
    return {"name": f"kamera-{seed}.jpg", "mimeType": "image/jpeg", "buffer": jpeg(scene(seed))}


@pytest.mark.parametrize(("device", "language"), DAYS)
async def test_the_day_of_an_officer(
    pages: Whole, engine: Database, visit: Visit, device: dict[str, Any], language: str
) -> None:
    say, seed = WORDS[language], 60 if language == "id" else 70
    before = await taken(pages, jpeg(scene(seed)))
    number = (await opened(pages, category="trotoar-rusak", attachments=[before])).number
    async with visit("/office/inbox?group=Jalan", language=language, **device) as page:
        await sign_in(page, await account(engine, LURAH))
        await page.goto("/office/inbox?group=Jalan")
        await look(page, "inbox", device, language)
        await _accept_by_keyboard(page, number, say)
        await page.goto(f"/office/complaints/{number}")
        await page.wait_for_selector("path.map-spot")
        await look(page, "complaint", device, language)
        await act(page, "progress")
        await page.locator("#progress-note").fill("Ubin sudah dipesan")
        await page.locator("#progress-camera").set_input_files(photo(seed + 1))
        await send(page, "progress")
        await _keeps_a_draft(page)
        await act(page, "complete")
        await page.locator("#complete-note").fill("Ubin sudah dipasang")
        await page.locator("#complete-files").set_input_files(photo(seed + 2))
        await send(page, "complete")
        await expect(page.locator("ul.photos img")).to_have_count(3)
        await look(page, "completed", device, language)
    assert await status_of(pages, number) == "AWAITING_VALIDATION"
    async with visit(f"/office/complaints/{number}", language=language, **device) as page:
        await sign_in(page, await account(engine, VALIDATOR))
        await page.goto(f"/office/complaints/{number}")
        await page.wait_for_selector("#findings")
        await act(page, "validate")
        await look(page, "validator", device, language)
        await page.get_by_label(say["yes"]).check()
        await send(page, "validate")
    assert await status_of(pages, number) == "RESOLVED"


async def _accept_by_keyboard(page: Page, number: str, say: dict[str, str]) -> None:
    """Down the list with j, up with k, then a; the question mark tells the keys."""
    numbers = await page.locator("[data-row] a").all_inner_texts()
    for _ in range(numbers.index(number) + 2):
        await page.keyboard.press("j")
    if numbers.index(number) < len(numbers) - 1:
        await page.keyboard.press("k")
    await expect(page.locator("tr.at a")).to_have_text(number)
    await page.keyboard.press("x")
    await page.keyboard.press("x")
    await expect(page.locator("[data-row] input:checked")).to_have_count(0)
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_have_attribute("open", "")
    await page.locator("tr.at a").focus()
    await page.keyboard.press("a")
    await expect(page.get_by_text(say["done"])).to_be_visible()
    await page.keyboard.press("j")


async def _keeps_a_draft(page: Page) -> None:
    """A question that was begun is still there after the page was closed, and is sent then."""
    await act(page, "ask")
    await page.locator("#ask-question").fill("Di sisi jalan yang mana?")
    await page.reload()
    await expect(page.locator("#ask-question")).to_have_value("Di sisi jalan yang mana?")
    await page.locator("#ask-question").fill("")
    await page.reload()
    await expect(page.locator("#ask-question")).to_have_value("")


@pytest.mark.parametrize(("device", "language"), DAYS)
async def test_the_day_of_a_desk_by_keyboard_alone(
    pages: Whole, engine: Database, visit: Visit, device: dict[str, Any], language: str
) -> None:
    said = f"Lubang besar {uuid4().hex[:6]} di Jalan Cideng Barat, Jakarta Pusat"
    category = "Jalan berlubang" if language == "id" else "Pothole"
    async with visit("/office/desk", language=language, **device) as page:
        await sign_in(page, await account(engine, DESK))
        await page.wait_for_url("**/office/desk")
        first = await _enter(page, category, said)
        await look(page, "receipt", device, language)
        second = await _enter(page, category, said)
        await page.goto(f"/office/complaints/{second}")
        await look(page, "desk-complaint", device, language)
        suggested = await page.locator("[data-key='1']").inner_text()
        await page.locator("h1").click()
        merge = page.get_by_role("button", name=f"{WORDS[language]['merge']}{first}")
        await merge.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**?done=merge")
        await page.goto(f"/office/complaints/{first}")
        await page.keyboard.press("1")
        await page.wait_for_url("**?done=reassign")
    assert await status_of(pages, second) == "FOLLOWING"
    holder = pages.site.city.unit(await holder_of(pages, first))
    assert holder.name in suggested


async def _enter(page: Page, category: str, said: str) -> str:
    """Types one complaint without touching the mouse; the first field has the focus."""
    await expect(page.locator("#category")).to_be_focused()
    for text in (category, said, "Pasar Cideng", "Budi", "0812-0000-0002"):
        await page.keyboard.type(text)
        await page.keyboard.press("Tab")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_selector(".receipt")
    await expect(page.locator("#category")).to_be_focused()
    return await page.locator(".receipt b").first.inner_text()


async def test_the_page_for_rights_of_the_person(pages: Whole, visit: Visit, signed_in: SignedIn) -> None:
    number, token = (await opened(pages)).number, await signed_in(None, Role.OPERATOR)
    for device, language in ((PHONE, "id"), (DESKTOP, "en")):
        async with visit("/office/persons", token, language, **device) as page:
            await page.locator("#number").fill(number)
            await page.keyboard.press("Enter")
            await page.wait_for_selector("input[name=numbers]")
            await look(page, "persons-found", device, language)
            await page.locator("input[name=right][value=restrict]").check()
            await page.locator("form[action$=ask] button").click()
            await page.wait_for_url("**?done=asked")
            await look(page, "persons", device, language)
