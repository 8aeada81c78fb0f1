"""A validator's day, and what the inspectorate sees of the pictures."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.commands import Accept, Complete, Evidence
from domain.status import Status
from domain.view import ComplaintView
from tests.pictures import jpeg, scene
from tests.web.conftest import DESKTOP, PHONE, SignedIn, Visit, Whole, check_axe, keep_screenshot
from tests.web.test_coordination import act, opened, there

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("pages")]

Browse = Callable[..., Awaitable[httpx.AsyncClient]]
VALIDATION = "/office/validation"


async def file(pages: Whole, content: bytes) -> Evidence:
    async def once() -> AsyncIterator[bytes]:
        yield content

    return await pages.site.files.take(once(), "jaki", datetime.now(UTC))


async def completed(pages: Whole, proof: bytes, *before: bytes) -> ComplaintView:
    """A complaint whose unit says that it is done."""
    photos = tuple([await file(pages, one) for one in before])
    one = await opened(pages, attachments=photos, text="Lubang di depan sekolah, kata pelapor rahasia.")
    await act(pages, one, Accept())
    return await act(pages, one, Complete(note="Sudah ditambal aspal.", evidence=(await file(pages, proof),)))


async def test_a_validator_sees_the_own_queue_only(pages: Whole, as_officer: Browse) -> None:
    one = await completed(pages, jpeg(scene(700)))
    validator, inspector = await as_officer("validator"), await as_officer("o-inspektorat")
    assert one.number in (await validator.get(f"{VALIDATION}/{one.number}")).text
    assert "pelapor rahasia" not in (await inspector.get(f"{VALIDATION}/{one.number}")).text
    form = {"form": uuid4().hex, "accepted": "true"}
    assert (await inspector.post(f"{VALIDATION}/{one.number}", data=form)).status_code == 404
    for officer in ("lurah-gambir", "o-asko-pem-pusat", "o-gubernur"):
        browser = await as_officer(officer)
        assert (await browser.get(VALIDATION)).status_code == 403
        assert (await browser.post(f"{VALIDATION}/{one.number}", data=form)).status_code == 403
    assert (await there(pages, one.number)).status is Status.AWAITING_VALIDATION


async def test_a_verdict_is_given_once_however_often_the_form_is_sent(
    pages: Whole, as_officer: Browse
) -> None:
    validator = await as_officer("validator")
    for accepted, status in (("true", Status.RESOLVED), ("false", Status.FOLLOW_UP_REJECTED)):
        one = await completed(pages, jpeg(scene(710)))
        form = {"form": uuid4().hex, "accepted": accepted, "note": "Dilihat."}
        for _ in range(2):
            answered = await validator.post(f"{VALIDATION}/{one.number}", data=form)
            assert answered.status_code == 303, answered.text
        after = await there(pages, one.number)
        assert (after.status, after.seq) == (status, one.seq + 1)


async def test_every_proof_is_looked_at_and_the_filters_hold(pages: Whole, as_officer: Browse) -> None:
    used, plain = jpeg(scene(720), make="Kamera"), jpeg(scene(721), make="Kamera")
    first, honest = await completed(pages, used), await completed(pages, plain)
    # Saved anew: another file, and nearly the same picture.
    again = await completed(pages, used)
    alike = await completed(pages, jpeg(scene(720), quality=40, make="Kamera"))
    inspector = await as_officer("o-inspektorat")

    async def shown(**query: Any) -> str:
        answered = await inspector.get("/office/integrity/pictures", params=query)
        assert answered.status_code == 200
        return answered.text

    for kind, number, other in (
        ("same_picture", again.number, first.number),
        ("similar_picture", alike.number, first.number),
    ):
        text = await shown(kind=kind, unit=again.unit)
        assert f'href="/office/complaints/{number}"' in text
        assert f"/office/complaints/{other}/photos/" in text
        assert honest.number not in text
    assert again.number not in await shown(unit="SKPD-BINAMARGA")
    assert again.number not in await shown(kind="edited_or_generated")
    assert (await inspector.get("/office/integrity/pictures?after=nonsense~x~y&kind=none")).status_code == 200
    for officer in ("lurah-gambir", "validator", "o-sekda"):
        assert (await (await as_officer(officer)).get("/office/integrity/pictures")).status_code == 403


@pytest.mark.parametrize(
    ("device", "language"), [(PHONE, "id"), (DESKTOP, "en")], ids=["phone-id", "desktop-en"]
)
async def test_a_day_of_a_validator_and_an_inspector(
    pages: Whole, visit: Visit, signed_in: SignedIn, device: dict[str, object], language: str
) -> None:
    name = f"{'phone' if 'is_mobile' in device else 'desktop'}-{language}"
    before, after = jpeg(scene(730), make="Kamera"), jpeg(scene(731), make="Kamera")
    good, bad = [await completed(pages, after, before) for _ in range(2)]
    async with visit(f"{VALIDATION}/{good.number}", await signed_in("validator"), language, **device) as page:
        pictures = page.locator(".large-photos img")
        await pictures.first.scroll_into_view_if_needed()
        await page.wait_for_function(
            "[...document.images].every((one) => !one.complete || one.naturalWidth > 0)"
        )
        assert await pictures.count() >= 2
        await check_axe(page)
        await keep_screenshot(page, f"validation-{name}")
        # Keys do nothing while a note is written; then 1 accepts and the next one comes.
        await page.locator("#note").fill("Ukuran 12 x 2 meter")
        await page.locator("h1").click()
        await page.keyboard.press("1")
        await page.wait_for_url("**verdict=accepted")
        assert (await there(pages, good.number)).status is Status.RESOLVED
        await page.goto(f"{VALIDATION}/{bad.number}")
        await page.locator("#note").press("2")
        assert page.url.endswith(bad.number)
        await page.locator("#note").fill("Tepinya belum rata.")
        await page.locator("h1").click()
        await page.keyboard.press("2")
        await page.wait_for_url("**verdict=rejected")
        assert (await there(pages, bad.number)).status is Status.FOLLOW_UP_REJECTED
    async with visit(
        "/office/integrity/pictures", await signed_in("o-inspektorat"), language, **device
    ) as page:
        await page.locator("article", has_text=bad.number).first.wait_for()
        await check_axe(page)
        await keep_screenshot(page, f"proofs-{name}")
