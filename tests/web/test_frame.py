"""What all pages share: headers, language, signing in, and words in both languages."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from babel.messages.extract import extract_from_dir

from tests.web.conftest import DESKTOP, PHONE, SignedIn, Visit, Whole, check_axe, keep_screenshot
from web.language import Language, catalogs
from web.language_routes import own_address

WEB = Path(__file__).parents[2] / "web"
METHODS = [
    ("citizen/**.py", "python"),
    ("office/**.py", "python"),
    ("*.py", "python"),
    ("templates/**.html", "jinja2"),
]


def said() -> Iterator[str]:
    """Every sentence that pages show, as it stands in the source."""
    found = extract_from_dir(
        WEB,
        method_map=METHODS,
        keywords={"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "_many": (1, 2)},
    )
    for _, _, message, _, _ in found:
        yield message[0] if isinstance(message, tuple) else message


def test_every_sentence_has_english_words_and_none_is_left_over() -> None:
    wanted = {one for one in said() if one}
    there: dict[str, str] = {}
    for name, catalog in catalogs(Language.ENGLISH).items():
        for message in catalog:
            key = message.id[0] if isinstance(message.id, tuple) else message.id
            text = message.string[0] if isinstance(message.string, tuple) else message.string
            if key:
                assert there.setdefault(str(key), str(text)) == text, f"{key!r} has other words in {name}.po"
    assert {one for one in wanted if not there.get(one)} == set(), "sentences without English words"
    assert set(there) - wanted == set(), "English words that no page shows"


async def test_pages_let_nothing_else_in(anybody: httpx.AsyncClient) -> None:
    answered = await anybody.get("/sign-in")
    policy = answered.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "<style" not in answered.text
    assert " style=" not in answered.text
    assert " onclick" not in answered.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_form_from_another_site_is_refused(pages: Whole, site: str) -> None:
    async with httpx.AsyncClient(base_url=pages.url, headers={"Sec-Fetch-Site": site}) as caller:
        answered = await caller.post("/language", data={"language": "en"})
    assert answered.status_code == 403
    assert "set-cookie" not in answered.headers


async def test_a_form_that_does_not_say_where_it_comes_from_is_refused(pages: Whole) -> None:
    async with httpx.AsyncClient(base_url=pages.url) as caller:
        assert (await caller.post("/language", data={"language": "en"})).status_code == 403


async def test_an_address_that_is_wrong_is_a_page_for_people_and_a_document_for_programs(
    anybody: httpx.AsyncClient,
) -> None:
    page, document = await anybody.get("/nope"), await anybody.get("/api/v1/nope")
    assert (page.status_code, document.status_code) == (404, 404)
    assert page.headers["content-type"].startswith("text/html")
    assert document.headers["content-type"] == "application/problem+json"


async def test_the_language_is_chosen_once(visit: Visit) -> None:
    async with visit("/sign-in") as page:
        assert await page.locator("html").get_attribute("lang") == "id"
        await page.get_by_role("button", name="English").click()
        await page.wait_for_url("**/sign-in")
        assert await page.locator("html").get_attribute("lang") == "en"
        assert await page.get_by_role("heading", level=1).inner_text() == "Sign in for officers"


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/a\nb"]
)
def test_nobody_is_led_to_another_site(address: str) -> None:
    assert own_address(address) == "/"


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_frame_pages_keep_nobody_out(
    visit: Visit, signed_in: SignedIn, language: str, device: dict[str, object]
) -> None:
    token = await signed_in("lurah-gambir")
    for path, who in (("/sign-in", ""), ("/password", ""), ("/nope", ""), ("/account", token)):
        async with visit(path, who, language, **device) as page:
            await check_axe(page)
            name = "phone" if "is_mobile" in device else "desktop"
            await keep_screenshot(page, f"frame{path.replace('/', '-')}-{name}-{language}")
