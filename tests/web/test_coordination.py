"""A coordinator's day, what they may not see, and pages that change by themselves."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from channels.front_door import FrontDoor
from domain.commands import Accept, Actor, AnyCommand, Coordinate, Instruction, RequestEws
from domain.intake import Intake
from domain.place import Point
from domain.view import ComplaintView
from store.complaints import Reads
from tests.program import until
from tests.web.conftest import DESKTOP, PHONE, SignedIn, Visit, Whole, check_axe, keep_screenshot

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("pages")]

PUSAT, UTARA = Point(latitude=-6.1754, longitude=106.8272), Point(latitude=-6.1290, longitude=106.8830)
ASISTEN, ELSEWHERE = "o-asko-pem-pusat", "o-asko-pem-utara"
LIST = "/office/coordination/list"

Browse = Callable[..., Awaitable[httpx.AsyncClient]]


async def opened(pages: Whole, point: Point = PUSAT, policy: str = "dki-2025", **more: Any) -> ComplaintView:
    """A complaint that has just come in."""
    door = FrontDoor(pages.site.city, pages.site.complaints, policy)
    said = {"channel": "jaki", "reference": f"C-{uuid4()}", "category": "jalan-berlubang", "text": "Lubang."}
    receipt = await door.submit(Intake.model_validate({**said, "point": point, **more}))
    return await there(pages, receipt.number)


async def there(pages: Whole, number: str) -> ComplaintView:
    found = await Reads(pages.site.database).by_number(number)
    assert found
    return found


async def act(
    pages: Whole, one: ComplaintView, command: AnyCommand, unit: str | None = None
) -> ComplaintView:
    """The unit that holds it acts, or another."""
    unit = unit or (await there(pages, one.number)).unit
    actor = Actor(code=f"o-{unit.lower()}", unit=unit)
    order = Instruction[AnyCommand](id=uuid4().hex, actor=actor, via="test", command=command)
    return await pages.site.complaints.perform(one.id, order)


async def with_ews(pages: Whole) -> ComplaintView:
    one = await opened(pages)
    await act(pages, one, Accept())
    until = datetime.now(UTC) + timedelta(days=20)
    return await act(pages, one, RequestEws(until=until, note="Menunggu aspal dari pabrik."))


async def test_an_asisten_sees_the_own_city_and_nothing_of_another(pages: Whole, as_officer: Browse) -> None:
    here, far = await opened(pages), await opened(pages, UTARA)
    own, other = await as_officer(ASISTEN), await as_officer(ELSEWHERE)
    for browser, seen, unseen in ((own, here, far), (other, far, here)):
        for address in (
            LIST,
            f"{LIST}?unit={seen.unit}",
            f"{LIST}?unit={unseen.unit}",
            f"{LIST}?ward={unseen.ward}",
            f"{LIST}?after=2020-01-01T00:00:00%2B00:00~A",
            f"{LIST}?waiting=ladder&status=WAITING&late=no",
            "/office/coordination",
            "/office/coordination/now",
        ):
            answered = await browser.get(address)
            assert answered.status_code == 200, address
            assert unseen.number not in answered.text, address
        assert str(unseen.ward) not in (await browser.get("/office/coordination")).text
        assert seen.number in (await browser.get(f"{LIST}?unit={seen.unit}")).text


async def test_nobody_moves_what_is_not_theirs_by_a_crafted_form(pages: Whole, as_officer: Browse) -> None:
    far = await with_ews(pages)
    browser = await as_officer(ELSEWHERE)
    form = {"form": uuid4().hex, "numbers": far.number, "to": "SKPD-BINAMARGA"}
    answered = await browser.post(LIST, data=form)
    assert (answered.status_code, "not in your scope" in answered.text) == (409, True)
    decided = await browser.post(
        f"/office/coordination/ews/{far.number}", data={"form": uuid4().hex, "granted": "true"}
    )
    assert decided.status_code == 404
    assert (await there(pages, far.number)).seq == far.seq


async def test_who_only_looks_on_cannot_act(pages: Whole, as_officer: Browse) -> None:
    one = await with_ews(pages)
    governor = await as_officer("o-gubernur")
    page = await governor.get("/office/coordination")
    assert page.status_code == 200
    assert "aspal" not in page.text
    assert (await governor.get(f"{LIST}?unit={one.unit}&waiting=ews")).text.count(one.number)
    form = {"form": uuid4().hex, "numbers": one.number, "to": "SKPD-BINAMARGA"}
    assert (await governor.post(LIST, data=form)).status_code == 403
    ews = {"form": uuid4().hex, "granted": "true"}
    assert (await governor.post(f"/office/coordination/ews/{one.number}", data=ews)).status_code == 404


@pytest.mark.parametrize("officer", ["lurah-gambir", "meja-jaki", "validator", "o-inspektorat"])
async def test_the_room_is_for_coordinators(as_officer: Browse, officer: str) -> None:
    browser = await as_officer(officer)
    for address in ("/office/coordination", LIST, "/office/coordination/now", "/office/coordination/live"):
        assert (await browser.get(address)).status_code == 403


async def test_an_ews_is_decided_once_however_often_the_form_is_sent(
    pages: Whole, as_officer: Browse
) -> None:
    one = await with_ews(pages)
    browser = await as_officer(ASISTEN)
    assert "Menunggu aspal dari pabrik." in (await browser.get("/office/coordination")).text
    form = {"form": uuid4().hex, "granted": "true", "note": "Baik."}
    for _ in range(2):
        answered = await browser.post(f"/office/coordination/ews/{one.number}", data=form)
        assert answered.status_code == 303, answered.text
    after = await there(pages, one.number)
    assert (after.ews_until, after.due_at, after.seq) == (None, one.ews_until, one.seq + 1)


async def test_many_are_given_away_at_once_and_what_could_not_be_says_why(
    pages: Whole, as_officer: Browse
) -> None:
    some = [await opened(pages) for _ in range(3)]
    far = await opened(pages, UTARA)
    browser = await as_officer(ASISTEN)
    unknown = {"form": uuid4().hex, "numbers": [some[0].number], "to": "Dinas Awan"}
    assert (await browser.post(LIST, data=unknown)).status_code == 409
    numbers = [one.number for one in (*some, far)]
    answered = await browser.post(
        LIST,
        data={"form": uuid4().hex, "numbers": numbers, "to": "Dinas Bina Marga", "note": "Jalan provinsi."},
    )
    assert answered.status_code == 409
    assert answered.text.count("not in your scope") == 1
    assert {(await there(pages, one.number)).unit for one in some} == {"SKPD-BINAMARGA"}
    assert (await there(pages, far.number)).unit == far.unit


async def test_the_list_goes_on_where_it_ended(pages: Whole, as_officer: Browse) -> None:
    one = await opened(pages)
    for _ in range(2):
        await opened(pages)
    scope = pages.site.overview.scope(pages.site.city.unit("SEKO-PUSAT"))
    from store.coordination import Place, Wanted

    reads, wanted, now = pages.site.overview.reads, Wanted(unit=one.unit), datetime.now(UTC)
    whole = await reads.page(scope, wanted, now, {}, limit=500)
    found, after = [], None
    while True:
        some = await reads.page(scope, wanted, now, {}, after, limit=2)
        found += some[:2]
        if len(some) < 3:
            break
        after = Place(some[1].next_due_at, some[1].number)
    assert [one.number for one in found] == [one.number for one in whole]


async def test_counts_agree_with_the_list(pages: Whole, as_officer: Browse) -> None:
    from store.coordination import Wanted

    await opened(pages)
    scope = pages.site.overview.scope(pages.site.city.unit("SEKDA"))
    reads, now = pages.site.overview.reads, datetime.now(UTC)
    snapshot = await reads.snapshot(scope, now)
    whole = await reads.page(scope, Wanted(), now, {}, limit=5000)
    late = await reads.page(scope, Wanted(late=True), now, {}, limit=5000)
    today = await reads.page(scope, Wanted(today=True), now, {}, limit=5000)
    assert snapshot.total == (len(whole), len(late), len(today))
    for counted in (snapshot.by_unit.values(), snapshot.by_ward.values(), snapshot.ages):
        assert tuple(map(sum, zip(*counted, strict=True))) == snapshot.total


class Stream:
    """An open stream, as a program reads it."""

    def __init__(self, caller: httpx.AsyncClient) -> None:
        self._caller = caller
        self.heard: list[str] = []
        self.headers: Any = {}
        self.over = False

    async def run(self) -> None:
        async with self._caller.stream("GET", "/office/coordination/live") as answered:
            self.headers = answered.headers
            async for line in answered.aiter_lines():
                if line.startswith("event: "):
                    self.heard.append(line.removeprefix("event: "))
        self.over = True


async def test_a_stream_tells_of_the_own_scope_only_and_one_poller_serves_all(
    pages: Whole, as_officer: Browse
) -> None:
    streams = [Stream(await as_officer(who)) for who in (ASISTEN, ASISTEN, ELSEWHERE, "o-sekda")]
    own, _, other, sekda = streams
    running = [asyncio.create_task(one.run()) for one in streams]

    async def all_live() -> bool:
        return all("live" in one.heard for one in streams)

    await until(all_live)
    assert pages.site.live.listeners == 4
    assert own.headers["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in own.headers
    await asyncio.sleep(1)
    before = len(other.heard)
    here = await opened(pages)

    async def told() -> bool:
        return "changed" in own.heard and "changed" in sekda.heard

    await until(told)
    assert len(other.heard) == before
    # It is given to the other city: the one that loses it hears of it too.
    heard = len(own.heard)
    await act(pages, here, Coordinate(to=pages.site.city.unit("KEL-31.72.02.1001"), note=""), here.unit)

    async def both() -> bool:
        return len(own.heard) > heard and "changed" in other.heard

    await until(both)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)

    async def nobody() -> bool:
        return pages.site.live.listeners == 0 and not pages.site.live.polls

    await until(nobody)


@pytest.mark.parametrize(
    ("device", "language"), [(PHONE, "id"), (DESKTOP, "en")], ids=["phone-id", "desktop-en"]
)
async def test_a_day_of_an_asisten(
    pages: Whole, visit: Visit, signed_in: SignedIn, device: dict[str, object], language: str
) -> None:
    name = f"{'phone' if 'is_mobile' in device else 'desktop'}-{language}"
    ews = await with_ews(pages)
    moved = await opened(pages)
    token = await signed_in(ASISTEN)
    async with visit("/office/coordination", token, language, **device) as page:
        await page.locator("#live-state.calm").wait_for()
        await page.evaluate("window.sameDocument = true")
        # A breach arrives by itself: the clocks of the demo policy run out in seconds.
        late = await opened(pages, policy="demo")
        await page.locator("#now-ladder", has_text=late.number).wait_for(timeout=60_000)
        assert await page.evaluate("window.sameDocument")
        await page.locator("#ward-map path[class*=heat-]:not(.heat-0)").first.wait_for(state="attached")
        await check_axe(page)
        await keep_screenshot(page, f"coordination-{name}")
        # A request for more time is decided from here.
        case = page.locator("article", has_text=ews.number)
        await case.locator("textarea").fill("Cukup beralasan.")
        await case.locator("button.main").click()
        await page.get_by_role("status").filter(has_text=ews.number).wait_for()
        assert (await there(pages, ews.number)).ews_until is None
        # And a complaint is given to another unit from the list.
        await page.goto(f"{LIST}?unit={moved.unit}&late=no&q={moved.number}")
        await page.locator(f"input[name=numbers][value={moved.number}]").check()
        await page.locator("input[name=to]").fill("Dinas Bina Marga")
        await check_axe(page)
        await keep_screenshot(page, f"coordination-list-{name}")
        # By keyboard: leaving the field may move the button under a mouse.
        await page.locator("fieldset button.main").press("Enter")
        await page.wait_for_url("**done=1")
        assert (await there(pages, moved.number)).unit == "SKPD-BINAMARGA"
