"""The integrity view: what strikes is listed with its facts, and what the Inspektorat says of it is kept."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.integrity import Facts, Found, Rule
from store.database import Database
from store.findings import Findings
from tests.web.conftest import DESKTOP, PHONE, SignedIn, Visit, Whole, check_axe, keep_screenshot

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("pages")]
UNIT, OTHER = "KEL-31.71.01.1006", "KEL-31.71.01.1001"
FACTS: dict[Rule, Facts] = {
    Rule.TOO_FAST: {
        "category": "jalan-berlubang",
        "seconds": 240,
        "city_seconds": 68_400,
        "city_cases": 512,
        "own_seconds": 72_000,
        "own_cases": 41,
    },
    Rule.RE_ENTERED: {"before": "JK2001010001", "ended": "withdrawn", "days": 3.5, "alike": 100},
    Rule.PING_PONG: {"returns": 2, "path": f"{UNIT} → {OTHER} → {UNIT} → {OTHER}"},
    Rule.FAST_UNIT: {"cases": 14, "seconds": 310, "times_faster": 190.5},
    Rule.ACCEPTS_ALL: {"cases": 204, "rejected": 0, "others_share": 0.06, "chance": 3e-6},
    Rule.ONE_CLOSER: {
        "closer": "o-kel-31.71.01.1006",
        "cases": 16,
        "of_closer": 12,
        "accepted": 12,
        "others_share": 0.01,
        "chance": 1e-20,
    },
    Rule.MONTH_END: {"cases": 20, "late": 14, "days": 2, "others_share": 0.07, "chance": 1e-11},
    Rule.LOW_RATINGS: {"cases": 10, "low": 9, "others_share": 0.18, "chance": 0.00000036},
    Rule.PICTURE: {
        "picture": "a" * 64,
        "what": "same_picture",
        "en": "The same picture was used at X.",
        "id": "Foto yang sama dipakai pada X.",
    },
}
MONTHS = iter(date(2000 + n // 12, n % 12 + 1, 1) for n in range(1000))


@pytest.fixture
async def found(engine: Database) -> list[Found]:
    """One finding of each rule, in a month of its own."""
    month = next(MONTHS)
    made = [
        Found(rule=rule, month=month, subject=uuid4().hex, unit=UNIT, numbers=("JK2001020003",), facts=facts)
        for rule, facts in FACTS.items()
    ]
    await Findings(engine).keep(month, list(Rule), made, datetime.now(UTC))
    return made


@pytest.fixture
async def inspector(as_officer: Any) -> httpx.AsyncClient:
    client: httpx.AsyncClient = await as_officer("o-inspektorat")
    return client


def month_of(found: list[Found]) -> str:
    return found[0].month.isoformat()[:7]


async def test_findings_are_listed_with_their_facts_and_narrowed(
    inspector: httpx.AsyncClient, found: list[Found]
) -> None:
    month = month_of(found)
    whole = (await inspector.get("/office/integrity", params={"month": month})).text
    assert all(one.id in whole for one in found)
    for said in ("4 menit", "19 jam", "menolak 0 dari 204", "1 : 333.333", "6%", "Kelurahan Duri Pulo"):
        assert said in whole
    narrow = (await inspector.get("/office/integrity", params={"month": month, "rule": "ping_pong"})).text
    assert [one.rule for one in found if f"findings/{one.id}" in narrow] == [Rule.PING_PONG]
    for nothing in ({"unit": OTHER}, {"state": "confirmed"}):
        text = (await inspector.get("/office/integrity", params={"month": month, **nothing})).text
        assert "Tidak ada temuan yang cocok" in text
    odd = {"rule": "x", "state": "y", "month": "z", "after": "q~w"}
    assert (await inspector.get("/office/integrity", params=odd)).status_code == 200


async def test_what_is_said_of_a_finding_is_added_and_never_changed(
    inspector: httpx.AsyncClient, engine: Database, found: list[Found]
) -> None:
    one = next(one for one in found if one.rule is Rule.MONTH_END)
    address = f"/office/integrity/findings/{one.id}"
    refused = await inspector.post(address, data={"state": "confirmed", "note": "  "})
    assert refused.status_code == 422
    assert "Tulis alasannya" in refused.text
    for state, note in (("explained", "Kerja bakti akhir bulan."), ("confirmed", "Ternyata <b>tidak</b>.")):
        said = {"state": state, "note": note, "seen": one.digest}
        for _ in range(2):  # pressed twice is said once
            assert (await inspector.post(address, data=said)).headers["location"] == address
    more = one.model_copy(update={"facts": {**one.facts, "late": 15.0}})
    await Findings(engine).keep(one.month, [one.rule], [more], datetime.now(UTC))
    stale = {"state": "open", "note": "Masih begitu.", "seen": one.digest}
    refused = await inspector.post(address, data=stale)
    assert refused.status_code == 409
    assert "Masih begitu." in refused.text
    page = (await inspector.get(address)).text
    assert page.index("Kerja bakti akhir bulan.") < page.index("Ternyata &lt;b&gt;tidak&lt;/b&gt;.")
    assert "o-inspektorat" in page
    assert "15 dari 20" in page
    assert page.count("Faktanya waktu itu:") == 2
    kept = await Findings(engine).one(one.id)
    assert kept is not None
    assert [said.facts["late"] for said in kept.judgements] == [14, 14]
    assert (
        await inspector.post("/office/integrity/findings/none", data={"state": "open", "note": "x"})
    ).status_code == 404


async def test_what_no_longer_holds_is_shown_only_if_somebody_judged_it(
    inspector: httpx.AsyncClient, engine: Database, found: list[Found]
) -> None:
    judged, not_judged = found[0], found[1]
    await inspector.post(
        f"/office/integrity/findings/{judged.id}",
        data={"state": "explained", "note": "Foto arsip.", "seen": judged.digest},
    )
    assert await Findings(engine).keep(judged.month, list(Rule), found[2:], datetime.now(UTC)) == (0, 2)
    listed = (await inspector.get("/office/integrity", params={"month": month_of(found)})).text
    assert judged.id in listed
    assert not_judged.id not in listed
    assert "tidak lagi berlaku" in listed
    assert await Findings(engine).keep(judged.month, list(Rule), found, datetime.now(UTC)) == (0, 0)
    listed = (await inspector.get("/office/integrity", params={"month": month_of(found)})).text
    assert not_judged.id in listed
    assert "tidak lagi berlaku" not in listed


async def test_nobody_judges_a_finding_about_themselves(
    inspector: httpx.AsyncClient, engine: Database, found: list[Found]
) -> None:
    own = found[4].model_copy(update={"subject": "o-inspektorat o-kel-x", "rule": Rule.ONE_CLOSER})
    await Findings(engine).keep(own.month, [Rule.ONE_CLOSER], [own, own], datetime.now(UTC))
    said = {"state": "explained", "note": "Saya sendiri.", "seen": own.digest}
    assert (await inspector.post(f"/office/integrity/findings/{own.id}", data=said)).status_code == 403


async def test_a_look_that_began_earlier_changes_nothing(engine: Database, found: list[Found]) -> None:
    one = found[0]
    older = datetime.now(UTC) - timedelta(hours=1)
    stale = one.model_copy(update={"facts": {**one.facts, "what": "old"}})
    assert await Findings(engine).keep(one.month, list(Rule), [stale], older) == (0, 0)
    kept = await Findings(engine).one(one.id)
    assert kept is not None
    assert kept.found.facts == one.facts


@pytest.mark.parametrize(
    ("device", "language"), [(PHONE, "id"), (DESKTOP, "en")], ids=["phone-id", "desktop-en"]
)
async def test_an_inspector_looks_at_what_strikes(
    pages: Whole,
    visit: Visit,
    signed_in: SignedIn,
    found: list[Found],
    device: dict[str, object],
    language: str,
) -> None:
    assert pages
    name = f"{'phone' if 'is_mobile' in device else 'desktop'}-{language}"
    one = next(one for one in found if one.rule is Rule.TOO_FAST)
    address = f"/office/integrity?month={month_of(found)}"
    async with visit(address, await signed_in("o-inspektorat"), language, **device) as page:
        await check_axe(page)
        await keep_screenshot(page, f"integrity-{name}")
        await page.locator(f"#{one.id} a").click()
        await page.wait_for_url(f"**/findings/{one.id}")
        await page.locator("input[value=explained]").check()
        await page.locator("#note").fill("Diselesaikan lewat telepon.")
        await check_axe(page)
        await keep_screenshot(page, f"finding-{name}")
        await page.locator("button.main").press("Enter")
        await page.get_by_text("Diselesaikan lewat telepon.").wait_for()
        await check_axe(page)
