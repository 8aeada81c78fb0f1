"""A citizen's day: reporting, following, answering, rating; on phone and desktop, scripts or none."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Browser, Page

from domain.commands import Accept, Actor, AnyCommand, Ask, Complete, Evidence, Validate
from store.complaints import Reads
from store.public_reads import PublicReads
from store.ward_figures import in_hand_by_ward, ward_figures
from tests.city import instruction
from tests.pictures import jpeg, scene
from tests.web.conftest import DESKTOP, PHONE, Visit, Whole, check_axe, keep_screenshot

pytestmark = pytest.mark.xdist_group("pages")

MONAS = {"latitude": "-6.1754", "longitude": "106.8272"}
COMBINED = [(PHONE, "phone", "id"), (DESKTOP, "desktop", "en")]


def typed(**more: Any) -> dict[str, Any]:
    return {
        "reference": str(uuid4()),
        "text": "Lubang dalam di depan sekolah.",
        "category": "jalan-berlubang",
        **MONAS,
        "place": "Depan SDN 01",
        "public": "no",
        **more,
    }


def number_in(address: str) -> str:
    return address.partition("/reports/")[2].partition("?")[0].partition("#")[0].partition("/")[0]


async def officers_do(pages: Whole, number: str, *commands: AnyCommand) -> None:
    """What the unit that holds it does meanwhile."""
    reads = Reads(pages.site.database)
    for command in commands:
        found = await reads.by_number(number)
        assert found is not None
        unit = found.validator if isinstance(command, Validate) else found.unit
        await pages.site.complaints.perform(
            found.id, instruction(command, Actor(code="petugas", unit=unit), uuid4().hex)
        )


async def test_a_report_sent_twice_is_one_and_opens_to_its_code_only(
    anybody: httpx.AsyncClient, pages: Whole
) -> None:
    form = typed()
    first = await anybody.post("/report", data=form)
    again = await anybody.post("/report", data=form)
    assert first.status_code == again.status_code == 303
    number = number_in(first.headers["location"])
    assert number_in(again.headers["location"]) == number
    own = await anybody.get(f"/reports/{number}?new=1")
    assert form["text"] in own.text
    assert "Kelurahan Gambir" in own.text
    anybody.cookies.clear()
    others = await anybody.get(f"/reports/{number}")
    assert others.status_code == 200
    assert "Depan SDN 01" not in others.text
    assert form["text"] not in others.text
    assert "pribadi" in others.text


async def test_other_words_under_the_same_reference_are_not_taken(anybody: httpx.AsyncClient) -> None:
    form = typed()
    number = number_in((await anybody.post("/report", data=form)).headers["location"])
    other = await anybody.post("/report", data={**form, "text": "Lain."})
    assert other.status_code == 409
    assert number in other.text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"category": "tidak-ada"}, "category"),
        ({"latitude": "utara"}, "place"),
        ({"latitude": "nan"}, "place"),
        ({"latitude": "", "longitude": "", "place": ""}, "place"),
        ({"name": "n" * 201}, "name"),
        ({"place": "a\x07b"}, "place"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    anybody: httpx.AsyncClient, changed: dict[str, str], field: str
) -> None:
    answered = await anybody.post("/report", data=typed(**changed))
    assert answered.status_code == 422
    assert f'id="{field}-wrong"' in answered.text
    assert ("Depan SDN 01" in answered.text) or field == "place"


async def test_a_wrong_code_and_an_unknown_number_are_answered_alike(anybody: httpx.AsyncClient) -> None:
    number = number_in((await anybody.post("/report", data=typed())).headers["location"])
    anybody.cookies.clear()
    wrong = await anybody.post("/follow", data={"number": number, "code": "AAAAA-AAAAA"})
    unknown = await anybody.post("/follow", data={"number": "JK9901010001", "code": "AAAAA-AAAAA"})
    assert wrong.status_code == unknown.status_code == 404
    assert wrong.text.replace(number, "") == unknown.text.replace("JK9901010001", "")


async def test_a_private_photo_opens_to_the_code_and_to_nobody_else(anybody: httpx.AsyncClient) -> None:
    photo = {"photos": ("lubang.jpg", jpeg(scene(7)), "image/jpeg")}
    sent = await anybody.post("/report", data=typed(), files=photo)
    number = number_in(sent.headers["location"])
    own = await anybody.get(f"/reports/{number}")
    address = own.text.partition('<img src="')[2].partition('"')[0]
    assert (await anybody.get(address)).headers["content-type"] == "image/jpeg"
    anybody.cookies.clear()
    assert (await anybody.get(address)).status_code == 404


async def test_a_file_that_is_none_is_told_and_the_report_is_kept_for_another_try(
    anybody: httpx.AsyncClient,
) -> None:
    photo = {"photos": ("virus.exe", b"MZ" + b"\0" * 200, "image/jpeg")}
    answered = await anybody.post("/report", data=typed(text=""), files=photo)
    assert answered.status_code == 422
    assert "berkas tidak dapat dipakai" in answered.text
    assert (await anybody.post("/report/photos", files=photo)).json() == {"taken": None}


async def test_support_is_counted_once_for_each_browser_and_never_for_private_ones(
    anybody: httpx.AsyncClient,
) -> None:
    open_one = number_in((await anybody.post("/report", data=typed(public="yes"))).headers["location"])
    private = number_in((await anybody.post("/report", data=typed())).headers["location"])
    anybody.cookies.clear()
    for _ in range(2):
        assert (await anybody.post(f"/reports/{open_one}/support")).status_code == 303
    assert "1 orang mengalami hal yang sama" in (await anybody.get(f"/reports/{open_one}")).text
    anybody.cookies.clear()
    await anybody.post(f"/reports/{open_one}/support")
    assert "2 orang mengalami hal yang sama" in (await anybody.get(f"/reports/{open_one}")).text
    assert (await anybody.post(f"/reports/{private}/support")).status_code == 404


async def test_lists_and_map_show_public_reports_only(anybody: httpx.AsyncClient) -> None:
    public = number_in((await anybody.post("/report", data=typed(public="yes"))).headers["location"])
    private = number_in((await anybody.post("/report", data=typed())).headers["location"])
    anybody.cookies.clear()
    ward = "31.71.01.1001"
    for address in (f"/public?ward={ward}&group=Jalan&state=open", f"/public/map.json?ward={ward}"):
        told = (await anybody.get(address)).text
        assert public in told
        assert private not in told
    assert public not in (await anybody.get("/public?group=Air bersih")).text
    assert public not in (await anybody.get("/public?state=done")).text


@pytest.mark.parametrize(
    ("area", "there"),
    [("31.71.01.1001", True), ("31.71.01", True), ("31.71", True), ("31.72", False), ("31.7", False)],
)
async def test_reports_are_listed_by_ward_kecamatan_and_city(
    anybody: httpx.AsyncClient, area: str, there: bool
) -> None:
    number = number_in((await anybody.post("/report", data=typed(public="yes"))).headers["location"])
    assert (number in (await anybody.get(f"/public?ward={area}")).text) is there


async def test_figures_count_what_came_what_is_in_hand_and_what_was_found_done(
    anybody: httpx.AsyncClient, pages: Whole
) -> None:
    """Private ones too: nobody is named by a number."""
    database, ward, ever = pages.site.database, "31.71.01.1001", datetime(2000, 1, 1, tzinfo=UTC)
    await anybody.post("/report", data=typed())
    before, in_hand = (await ward_figures(database, ever))[ward], (await in_hand_by_ward(database))[ward]
    number = number_in((await anybody.post("/report", data=typed())).headers["location"])
    assert (await ward_figures(database, ever))[ward].opened == before.opened + 1
    assert (await in_hand_by_ward(database))[ward] == in_hand + 1
    done = Complete(note="Sudah.", evidence=(Evidence(uri="https://kota.example/1.jpg"),))
    await officers_do(pages, number, Accept(), done)
    assert (await ward_figures(database, ever))[ward].done == before.done, "not before it is found good"
    await officers_do(pages, number, Validate(accepted=True))
    after = (await ward_figures(database, ever))[ward]
    assert after.done == before.done + 1
    assert after.median is not None
    assert (await in_hand_by_ward(database))[ward] == in_hand


async def test_nobody_acts_without_the_code(anybody: httpx.AsyncClient, pages: Whole) -> None:
    number = number_in((await anybody.post("/report", data=typed(public="yes"))).headers["location"])
    anybody.cookies.clear()
    answered = await anybody.post(f"/reports/{number}/withdraw", data={"identity": "withdraw-1"})
    assert answered.headers["location"] == f"/follow?number={number}"
    found = await Reads(pages.site.database).by_number(number)
    assert found is not None
    assert found.outcome is None


async def test_places_are_looked_up_by_an_index(pages: Whole) -> None:
    """The page of a pin asks for what is near: never by looking at every complaint."""
    from sqlalchemy import select, text

    from domain.place import Point
    from domain.public_facts import Near, RequestFilter
    from store.engine import transaction
    from store.public_reads import asked_for
    from store.tables import ComplaintRow

    near = Near(point=Point(latitude=-6.1754, longitude=106.8272), metres=150)
    query = select(ComplaintRow.number).where(*asked_for(RequestFilter(near=near)))
    said = str(query.compile(compile_kwargs={"literal_binds": True}))
    async with transaction(pages.site.database) as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join((await connection.execute(text(f"EXPLAIN {said}"))).scalars())
    assert "ix_complaint_point" in plan
    assert await PublicReads(pages.site.database).requests(RequestFilter(near=near, page_size=1)) is not None


@pytest.mark.parametrize(("device", "name", "language"), COMBINED, ids=[one[1] for one in COMBINED])
async def test_a_whole_day(
    visit: Visit,
    pages: Whole,
    anybody: httpx.AsyncClient,
    device: dict[str, Any],
    name: str,
    language: str,
    tmp_path: Any,
) -> None:
    photo = tmp_path / "lubang.jpg"
    photo.write_bytes(jpeg(scene(11)))
    position = {"latitude": -6.1754, "longitude": 106.8272, "accuracy": 12}
    english = language == "en"
    async with visit(
        "/", language=language, geolocation=position, permissions=["geolocation"], **device
    ) as page:
        await check_axe(page)
        await keep_screenshot(page, f"citizen-form-{name}-{language}")
        await page.set_input_files("#photos", photo)
        await page.wait_for_selector("#uploads input[name=photo]", state="attached")
        await page.fill("#text", "Ada lubang besar di jalan depan sekolah, sudah dua minggu.")
        await page.click("[data-category=jalan-berlubang]")
        await page.click("#here")
        await page.wait_for_selector("#place-found b")
        assert "Kelurahan Gambir" in await page.inner_text("#place-found")
        await page.wait_for_selector(".leaflet-marker-icon")
        await page.check("input[name=public][value=yes]")
        await check_axe(page)
        await keep_screenshot(page, f"citizen-filled-{name}-{language}")
        await page.click("#send")
        await page.wait_for_selector("#code")
        await check_axe(page)
        await keep_screenshot(page, f"citizen-receipt-{name}-{language}")
        number, code = number_in(page.url), await page.inner_text("#code")
        await _follow_on(page, pages, number, f"{name}-{language}")
        await page.goto("/follow")
        await check_axe(page)
        for address in ("/public?days=30", "/figures"):
            await page.goto(address)
            if address.startswith("/public"):
                await page.wait_for_selector("#public-map path.map-ward", state="attached")
            await check_axe(page)
            await keep_screenshot(
                page, f"citizen{address.partition('?')[0].replace('/', '-')}-{name}-{language}"
            )
    async with visit(f"/reports/{number}", language=language, **device) as page:
        await check_axe(page)
        other = await anybody.post("/report", data=typed(public="yes"))
        await page.goto(f"/reports/{number_in(other.headers['location'])}")
        await page.click("#support button")
        await page.wait_for_selector("#support [role=status]")
        await keep_screenshot(page, f"citizen-support-{name}-{language}")
        await page.goto("/follow")
        await page.fill("#number", number.lower())
        await page.fill("#code", code.lower())
        await page.get_by_role("button", name="Show the complaint" if english else "Lihat laporan").click()
        await page.wait_for_selector("#now")


async def _follow_on(page: Page, pages: Whole, number: str, name: str) -> None:
    """The unit asks, the reporter answers; it is done, and rated."""
    await officers_do(pages, number, Accept(), Ask(question="Di sisi mana jalan?"))
    await page.reload()
    await page.fill("#words-reply", "Sisi utara, dekat gerbang.")
    await check_axe(page)
    await keep_screenshot(page, f"citizen-asked-{name}")
    await page.click("#reply button")
    await page.wait_for_url("**done=reply*")
    done = Complete(note="Sudah ditambal.", evidence=(Evidence(uri="https://kota.example/1.jpg"),))
    await officers_do(pages, number, done, Validate(accepted=True))
    await page.goto(f"/reports/{number}")
    await page.check("input[name=score][value='4']")
    await keep_screenshot(page, f"citizen-resolved-{name}")
    await page.click("#rate button")
    await page.wait_for_url("**done=rate*")
    assert await page.locator("#rate").count() == 0, "rated once"
    await page.locator("details:has(#reopen) > summary").click()
    await page.fill("#words-reopen", "Tambalannya sudah lepas lagi.")
    await check_axe(page)
    await page.click("#reopen button")
    await page.wait_for_url("**done=reopen*")
    assert await page.locator("#reopen").count() == 0, "reopened once"
    found = await Reads(pages.site.database).by_number(number)
    assert found is not None
    told = [one.event for one in await Reads(pages.site.database).timeline(found.id)]
    assert [one for one in told if one in {"replied", "rated", "reopened"}] == [
        "replied",
        "rated",
        "reopened",
    ]


async def test_without_scripts_it_is_reported_and_followed(visit: Visit, tmp_path: Any) -> None:
    photo = tmp_path / "lampu.jpg"
    photo.write_bytes(jpeg(scene(12)))
    async with visit("/", java_script_enabled=False, **PHONE) as page:
        await page.set_input_files("#photos", photo)
        await page.fill("#text", "Lampu jalan padam.")
        await page.select_option("#category", "lampu-jalan")
        await page.fill("#place", "Jalan Merdeka Utara")
        await page.click("#send")
        await page.wait_for_selector("#code")
        await page.goto(f"/reports/{number_in(page.url)}")
        assert await page.locator(".photos img").count() == 1
        assert "Lampu jalan padam" in await page.inner_text("main")


async def test_by_keyboard_alone(visit: Visit) -> None:
    async with visit("/") as page:
        await page.focus("#text")
        await page.keyboard.type("Sampah menumpuk.")
        await page.focus("#category-search")
        await page.keyboard.type("tumpukan")
        await page.keyboard.press("Tab")
        await page.keyboard.press("ArrowDown")
        await page.focus("#place")
        await page.keyboard.type("Pasar Gambir")
        await page.focus("#send")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#code")


async def test_the_first_page_is_light(browser: Browser, pages: Whole) -> None:
    """Under 100 kB over the wire, all that a browser loads that was never here."""
    context = await browser.new_context()
    sizes: dict[str, int] = {}
    page = await context.new_page()

    async def measure(answered: Any) -> None:
        told = await answered.request.sizes()
        assert told["responseHeadersSize"], f"{answered.url} did not come over the wire"
        sizes[answered.url] = told["responseBodySize"] + told["responseHeadersSize"]

    page.on("response", measure)
    await page.goto(f"{pages.url}/")
    await page.wait_for_load_state("networkidle")
    await context.close()
    assert sum(sizes.values()) < 100_000, sizes
    for part in ("tuntas.css", "tuntas.js", "htmx.min.js", "report.js"):
        assert sum(size for url, size in sizes.items() if url.endswith(part)) > 0, f"{part} was not measured"
    assert not any("leaflet" in url for url in sizes), "the map is loaded when it is wanted"
