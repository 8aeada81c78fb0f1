"""What an officer sees and does on pages, by forms alone: sight, authority, refusals, several at once."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from channels.http.body_limit import LARGEST_BODY
from domain.commands import Accept, Complete, Progress
from domain.intake import Reporter
from domain.wib import WIB
from store.database import Database
from tests.pictures import jpeg, scene
from tests.statements import statements_sent
from tests.web.conftest import Whole
from tests.web.office import (
    CAMAT,
    DESK,
    LURAH,
    SECRET,
    VALIDATOR,
    done,
    holder_of,
    opened,
    status_of,
    taken,
)

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("pages")]

AsOfficer = Callable[..., Awaitable[httpx.AsyncClient]]
HIDDEN = (SECRET, "Siti Rahasia", "siti@rahasia.example", "Gang Tersembunyi")


def page_of(number: str) -> str:
    return f"/office/complaints/{number}"


async def send(caller: httpx.AsyncClient, number: str, kind: str, **fields: Any) -> httpx.Response:
    files = fields.pop("files", None)
    data = {"id": uuid4().hex, **fields}
    return await caller.post(f"{page_of(number)}/{kind}", data=data, files=files)


def allowed(page: str) -> set[str]:
    """The actions that a page offers."""
    return set(re.findall(r'<details class="action" name="action" id="do-(\w+)"', page))


async def test_the_inbox_lists_what_the_unit_holds_with_its_text(pages: Whole, as_officer: AsOfficer) -> None:
    receipt = await opened(pages)
    lurah, camat = await as_officer(LURAH), await as_officer(CAMAT)
    mine, others = await lurah.get("/office/inbox"), await camat.get("/office/inbox")
    assert receipt.number in mine.text
    assert "Tetangga saya" in mine.text
    assert receipt.number not in others.text


async def test_filters_leave_out_what_does_not_fit(pages: Whole, as_officer: AsOfficer) -> None:
    receipt = await opened(pages)
    lurah = await as_officer(LURAH)
    for query, there in (
        ("status=WAITING", True),
        ("status=IN_PROGRESS", False),
        ("group=Kebersihan", True),
        ("group=Jalan", False),
        ("ward=31.71.01.1006", True),
        ("ward=31.71.01.1002", False),
        ("status=nonsense&group=nonsense", True),
    ):
        listed = await lurah.get(f"/office/inbox?{query}")
        assert (receipt.number in listed.text) is there, query


async def test_pages_of_an_inbox_show_each_complaint_once(
    pages: Whole, as_officer: AsOfficer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.office.inbox.PER_PAGE", 2)
    numbers = {(await opened(pages, category="banjir")).number for _ in range(5)}
    lurah, seen, address = await as_officer(LURAH), [], "/office/inbox?group=Air+dan+banjir"
    while address:
        text = (await lurah.get(address)).text
        seen += re.findall(r'name="numbers" value="(\w+)"', text)
        found = re.search(r'<a class="button" href="([^"]*due=[^"]*)"', text)
        address = found.group(1).replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen))
    assert numbers <= set(seen)


async def test_the_holder_sees_the_person_the_validator_the_case_others_nothing(
    pages: Whole, as_officer: AsOfficer
) -> None:
    receipt = await opened(pages)
    proof = await taken(pages, jpeg(scene(7)))
    await done(pages, receipt.number, LURAH, Accept(), Complete(note="Sudah diangkut", evidence=(proof,)))
    for officer, sees, hides in (
        (LURAH, HIDDEN, ()),
        (DESK, HIDDEN, ()),
        (VALIDATOR, (SECRET, "Sudah diangkut"), ("Siti Rahasia", "siti@rahasia.example")),
        (CAMAT, (receipt.number,), (*HIDDEN, "Sudah diangkut")),
    ):
        text = (await (await as_officer(officer)).get(page_of(receipt.number))).text
        assert all(one in text for one in sees), officer
        assert not any(one in text for one in hides), officer


async def test_pictures_are_shown_to_those_who_see_the_case_and_to_nobody_else(
    pages: Whole, as_officer: AsOfficer
) -> None:
    photo = await taken(pages, jpeg(scene(8)))
    receipt = await opened(pages, attachments=[photo])
    other = await opened(pages)
    lurah, camat = await as_officer(LURAH), await as_officer(CAMAT)
    address = f"{page_of(receipt.number)}/photos/{photo.sha256}"
    shown = await lurah.get(f"{address}/thumbnail")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert (await camat.get(f"{address}/shown")).status_code == 404
    assert (await camat.get(f"{page_of(receipt.number)}/findings")).status_code == 404
    # Nor by the number of a complaint that one may see.
    assert (await lurah.get(f"{page_of(other.number)}/photos/{photo.sha256}/shown")).status_code == 404
    assert (await lurah.get(f"{address}/original")).status_code == 422


async def test_nobody_sees_anything_without_signing_in(pages: Whole, anybody: httpx.AsyncClient) -> None:
    receipt = await opened(pages)
    for path in ("/office/inbox", "/office/desk", "/office/persons", page_of(receipt.number)):
        assert (await anybody.get(path)).status_code == 303, path
    for path in ("/office/inbox", f"{page_of(receipt.number)}/accept", "/office/persons/find"):
        assert (await anybody.post(path, data={"id": "x" * 32})).status_code == 303, path
    assert await status_of(pages, receipt.number) == "WAITING"


async def test_whoever_must_sign_in_again_comes_back_to_the_page_of_the_form(
    pages: Whole, anybody: httpx.AsyncClient
) -> None:
    page = page_of((await opened(pages)).number)
    for referer, back in ((f"{pages.url}{page}", page), ("", "/office"), ("https://evil.example//x", "/")):
        headers = {"Referer": referer} if referer else {}
        answered = await anybody.post(f"{page}/accept", data={"id": "x" * 32}, headers=headers)
        assert answered.headers["location"] == f"/sign-in?then={back}"


async def test_documents_are_saved_and_those_of_the_reporter_are_for_who_may_know_the_person(
    pages: Whole, as_officer: AsOfficer
) -> None:
    film, proof = [await taken(pages, b"%PDF-1.7 " + name) for name in (b"reporter", b"unit")]
    receipt = await opened(pages, attachments=[film])
    await done(pages, receipt.number, LURAH, Accept(), Complete(note="N", evidence=(proof,)))
    for officer, of_reporter, of_unit in ((LURAH, 200, 200), (VALIDATOR, 404, 200), (CAMAT, 404, 404)):
        caller = await as_officer(officer)
        files = [await caller.get(f"{page_of(receipt.number)}/files/{one.sha256}") for one in (film, proof)]
        assert [one.status_code for one in files] == [of_reporter, of_unit], officer
    assert files[0].headers["content-type"].startswith("text/html")
    saved = await (await as_officer(LURAH)).get(f"{page_of(receipt.number)}/files/{proof.sha256}")
    assert saved.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in saved.headers["content-security-policy"]


async def test_rooms_are_for_those_whose_unit_opens_them(as_officer: AsOfficer) -> None:
    lurah = await as_officer(LURAH)
    for path in ("/office/desk", "/office/persons"):
        assert (await lurah.get(path)).status_code == 403, path
    assert (await lurah.post("/office/desk", data={"id": "x" * 32, "category": "sampah"})).status_code == 403


async def test_a_page_offers_what_may_be_done_and_says_why_the_rest_may_not(
    pages: Whole, as_officer: AsOfficer
) -> None:
    receipt = await opened(pages)
    lurah, camat, desk = [await as_officer(one) for one in (LURAH, CAMAT, DESK)]
    text = (await lurah.get(page_of(receipt.number))).text
    assert allowed(text) == {"accept", "ask", "coordinate", "hand_back", "merge", "escalate"}
    assert "Disposisi hanya ke unit kerja sendiri." in text
    assert "Hanya untuk: unit pemeriksa." not in text  # it is not the time for it at all
    assert "Bisa saat statusnya: Proses, TL Ditolak." in text
    assert "Hanya untuk: meja kanal laporan ini, koordinator unit yang memegang." in text
    assert allowed((await camat.get(page_of(receipt.number))).text) == set()
    assert allowed((await desk.get(page_of(receipt.number))).text) == {
        "reassign",
        "merge",
        "escalate",
        "reject",
    }


@pytest.mark.parametrize("kind", ["accept", "ask", "progress", "complete", "validate", "reassign", "reject"])
async def test_a_forged_command_of_another_unit_is_refused_by_the_complaint_itself(
    pages: Whole, as_officer: AsOfficer, kind: str
) -> None:
    receipt = await opened(pages)
    camat = await as_officer(CAMAT)
    fields = {"note": "x", "question": "x", "verdict": "yes", "to": "KEL-31.71.01.1002"}
    files = {"files": ("a.jpg", jpeg(scene(9)), "image/jpeg")} if kind == "complete" else None
    answered = await send(camat, receipt.number, kind, files=files, **fields)
    assert answered.status_code == 409
    assert 'role="alert"' in answered.text
    assert not any(one in answered.text for one in HIDDEN)
    assert await status_of(pages, receipt.number) == "WAITING"
    assert await holder_of(pages, receipt.number) == "KEL-31.71.01.1006"


async def test_a_form_that_is_sent_twice_counts_once(pages: Whole, as_officer: AsOfficer) -> None:
    receipt = await opened(pages)
    lurah, identity = await as_officer(LURAH), uuid4().hex
    first = await send(lurah, receipt.number, "accept", id=identity, note="Kami berangkat")
    again = await send(lurah, receipt.number, "accept", id=identity, note="Kami berangkat")
    assert (first.status_code, again.status_code) == (303, 303)
    text = (await lurah.get(page_of(receipt.number))).text
    assert text.count("Kami berangkat") == 1


async def test_what_was_typed_comes_back_with_the_reason(pages: Whole, as_officer: AsOfficer) -> None:
    receipt = await opened(pages)
    lurah = await as_officer(LURAH)
    await done(pages, receipt.number, LURAH, Accept())
    empty = await send(lurah, receipt.number, "complete", note="Tiga truk sampah diangkut")
    assert empty.status_code == 422
    assert "Sertakan sedikitnya satu foto atau dokumen." in empty.text
    assert "Tiga truk sampah diangkut</textarea>" in empty.text
    wrong = await send(
        lurah, receipt.number, "hand_back", reason="wrong_location", latitude="kanan", note="N"
    )
    assert wrong.status_code == 422
    assert 'value="kanan"' in wrong.text
    assert 'value="wrong_location" required checked' in wrong.text
    # Somebody was faster: the form is shown once more although it is no longer offered.
    late = await send(lurah, receipt.number, "accept", note="Catatan yang panjang")
    assert late.status_code == 409
    assert "Catatan yang panjang</textarea>" in late.text
    assert "Bisa saat statusnya: Menunggu, Koordinasi, Disposisi." in late.text


async def test_photos_of_a_form_that_failed_need_not_be_taken_again(
    pages: Whole, as_officer: AsOfficer
) -> None:
    receipt = await opened(pages)
    lurah = await as_officer(LURAH)
    await done(pages, receipt.number, LURAH, Accept())
    failed = await send(
        lurah, receipt.number, "complete", note="", files={"files": ("a.jpg", jpeg(scene(10)), "image/jpeg")}
    )
    assert failed.status_code == 422
    (kept,) = re.findall(r'name="kept" value="([0-9a-f]{64})"', failed.text)
    again = await send(lurah, receipt.number, "complete", note="Bersih", kept=kept)
    assert again.status_code == 303
    assert await status_of(pages, receipt.number) == "AWAITING_VALIDATION"
    assert kept in (await lurah.get(page_of(receipt.number))).text


async def test_a_file_that_is_no_photo_is_refused_on_the_page(pages: Whole, as_officer: AsOfficer) -> None:
    receipt = await opened(pages)
    lurah = await as_officer(LURAH)
    await done(pages, receipt.number, LURAH, Accept())
    answered = await send(
        lurah, receipt.number, "progress", note="N", files={"files": ("a.jpg", b"<svg/>", "image/jpeg")}
    )
    assert answered.status_code == 409
    assert "Ada isian atau berkas yang tidak dapat diterima." in answered.text


async def test_several_at_once_are_told_one_by_one(pages: Whole, as_officer: AsOfficer) -> None:
    waiting, taken_up, foreign = [await opened(pages) for _ in range(3)]
    lurah, desk = await as_officer(LURAH), await as_officer(DESK)
    await done(pages, taken_up.number, LURAH, Accept())
    other = await opened(pages, point=None)
    numbers = [waiting.number, taken_up.number, other.number, "JK0000000000"]
    data = {"id": uuid4().hex, "action": "accept", "numbers": numbers}
    text = (await lurah.post("/office/inbox", data=data)).text
    assert "1 berhasil, 3 ditolak." in text
    assert f"{waiting.number}</a>: berhasil" in text
    assert f"{taken_up.number}</a>: Bisa saat statusnya" in text
    assert f"{other.number}</a>: Hanya untuk: unit yang memegang laporan." in text
    assert "JK0000000000</a>: Tidak ada laporan dengan nomor ini." in text
    nothing = await lurah.post("/office/inbox", data={"id": uuid4().hex, "action": "accept"})
    assert (nothing.status_code, "Pilih sedikitnya satu laporan." in nothing.text) == (422, True)
    moved = {"id": uuid4().hex, "action": "reassign", "numbers": [foreign.number], "to": "KEC-31.71.01"}
    assert "1 berhasil, 0 ditolak." in (await desk.post("/office/inbox", data=moved)).text
    assert await holder_of(pages, foreign.number) == "KEC-31.71.01"
    assert await status_of(pages, other.number) == "WAITING"


async def test_every_other_thing_that_officers_do_has_its_form(pages: Whole, as_officer: AsOfficer) -> None:
    receipt, other = await opened(pages), await opened(pages, category="banjir")
    lurah, desk, asisten = [await as_officer(one) for one in (LURAH, DESK, "o-asko-pem-pusat")]
    until = (pages.site.clock() + timedelta(days=20)).astimezone(WIB).strftime("%Y-%m-%dT%H:%M")
    steps: tuple[tuple[httpx.AsyncClient, str, dict[str, str], str], ...] = (
        (lurah, "ask", {"question": "Di gang mana?"}, "AWAITING_REPORTER"),
        (desk, "reply", {"answer": "Gang 7"}, "IN_PROGRESS"),
        (lurah, "request_ews", {"until": until, "note": "Alat datang minggu depan"}, "IN_PROGRESS"),
        (asisten, "decide_ews", {"verdict": "yes"}, "IN_PROGRESS"),
        (lurah, "escalate", {"note": "Perlu bantuan"}, "IN_PROGRESS"),
        (lurah, "merge", {"parent": other.number.lower()}, "FOLLOWING"),
        (desk, "separate", {"note": "Ternyata lain"}, "WAITING"),
        (lurah, "coordinate", {"to": "KEL-31.71.01.1002"}, "COORDINATION"),
        (desk, "reassign", {"to": "SKPD-LH"}, "WAITING"),
        (await as_officer("o-skpd-lh"), "dispose", {"to": "SUDIN-LH-PUSAT"}, "DISPOSITION"),
        (desk, "reject", {"note": "Bukan pengaduan"}, "CLOSED"),
    )
    for caller, kind, fields, status in steps:
        answered = await send(caller, receipt.number, kind, **fields)
        assert answered.status_code == 303, (kind, answered.text)
        assert await status_of(pages, receipt.number) == status, kind
        assert (await caller.get(answered.headers["location"])).status_code == 200
    late = await send(desk, receipt.number, "reassign", to="SKPD-LH")
    assert late.status_code == 409
    assert "Saat ini tidak ada." in late.text


async def test_a_photo_from_a_camera_is_taken_and_a_flood_is_not(pages: Whole, as_officer: AsOfficer) -> None:
    receipt = await opened(pages)
    lurah = await as_officer(LURAH)
    await done(pages, receipt.number, LURAH, Accept())
    picture = jpeg(scene(30, (3000, 2200)), quality=100)
    assert len(picture) > LARGEST_BODY
    files = {"files": ("kamera.jpg", picture, "image/jpeg")}
    assert (await send(lurah, receipt.number, "progress", note="N", files=files)).status_code == 303
    flood = {"id": uuid4().hex, "action": "accept", "note": "x" * LARGEST_BODY}
    answered = await lurah.post("/office/inbox", data=flood)
    assert answered.status_code == 413
    assert "Kiriman terlalu besar" in answered.text


async def test_a_hand_back_with_a_better_point_is_routed_anew(pages: Whole, as_officer: AsOfficer) -> None:
    receipt = await opened(pages)
    lurah = await as_officer(LURAH)
    answered = await send(
        lurah, receipt.number, "hand_back", reason="wrong_location", latitude="-6,2146", longitude="106,8451"
    )
    assert answered.status_code == 303
    holder = await holder_of(pages, receipt.number)
    assert holder.startswith("KEL-")
    assert holder != "KEL-31.71.01.1006"


async def test_duplicates_stand_side_by_side_and_are_merged_with_one_button(
    pages: Whole, as_officer: AsOfficer
) -> None:
    said = f"Pohon besar {uuid4().hex[:6]} tumbang menutup jalan di depan stasiun"
    one, other = [await opened(pages, text=said, category="pohon-tumbang") for _ in range(2)]
    lurah = await as_officer(LURAH)
    text = (await lurah.get(page_of(other.number))).text
    assert f"Gabungkan ke {one.number}" in text
    assert text.count(said) >= 3  # its own text, and both sides of the pair
    assert (await send(lurah, other.number, "merge", parent=one.number)).status_code == 303
    assert await status_of(pages, other.number) == "FOLLOWING"
    assert other.number in (await lurah.get(page_of(one.number))).text


async def test_a_desk_enters_complaints_of_one_visitor(pages: Whole, as_officer: AsOfficer) -> None:
    desk, identity = await as_officer(DESK), uuid4().hex
    visitor = {"name": "Budi", "contact": "0812-0000-0001"}
    entry = {"id": identity, "category": "Tumpukan sampah", "text": "Sampah di Pasar Baru", **visitor}
    first = await desk.post("/office/desk", data={**entry, "then": "same"})
    assert first.status_code == 200
    (number,) = re.findall(r"<p><b>(JK\w+)</b>", first.text)
    (so_far,) = re.findall(r'name="visit" value="([^"]+)"', first.text)
    assert so_far.startswith(f"{number} ")
    assert 'value="0812-0000-0001"' in first.text
    again = await desk.post("/office/desk", data={**entry, "then": "same"})
    assert f"<b>{number}</b>" in again.text, "the same form is the same complaint"
    second = await desk.post(
        "/office/desk",
        data={
            **visitor,
            "id": uuid4().hex,
            "category": "banjir",
            "text": "Air setinggi lutut",
            "visit": so_far,
        },
    )
    assert len(re.findall(r"<p><b>(JK\w+)</b>", second.text)) == 2
    assert await holder_of(pages, number) == "DESK-JAKI"


async def test_a_category_is_found_by_a_part_of_its_name_and_never_guessed(as_officer: AsOfficer) -> None:
    desk = await as_officer(DESK)
    for category, words in (
        ("", "Isi ini diperlukan."),
        ("zzz", "Kategori ini tidak dikenal."),
        ("jalan", "Ada beberapa kategori yang cocok: "),
    ):
        data = {"id": uuid4().hex, "category": category, "text": "Kata-kata saya", "place": "Di sana"}
        answered = await desk.post("/office/desk", data=data)
        assert answered.status_code == 422, category
        assert words in answered.text
        assert "Kata-kata saya</textarea>" in answered.text
        assert 'value="Di sana"' in answered.text


async def test_a_person_asks_for_rights_within_72_hours(pages: Whole, as_officer: AsOfficer) -> None:
    from domain.account import Role

    contact = f"{uuid4().hex[:8]}@warga.example"
    receipt = await opened(pages, reporter=Reporter(name="Sri Baru", contact=contact))
    operator = await as_officer(None, Role.OPERATOR)
    found = await operator.post("/office/persons/find", data={"contact": contact})
    assert receipt.number in found.text
    (identity,) = re.findall(r'name="id" value="([^"]+)"', found.text)
    asked = {"id": identity, "right": "correct", "numbers": receipt.number, "new_name": "Sri Lama"}
    assert (await operator.post("/office/persons/ask", data=asked)).status_code == 303
    listed = (await operator.get("/office/persons")).text
    assert identity in listed
    assert "sisa 2 hari 23 jam" in listed
    address = f"/office/persons/{identity}/decide"
    assert (await operator.post(address, data={"granted": "false"})).status_code == 422
    assert (await operator.post(address, data={"granted": "true"})).status_code == 303
    assert (await operator.post(address, data={"granted": "true"})).status_code == 409
    assert "Sri Lama" in (await (await as_officer(LURAH)).get(page_of(receipt.number))).text


async def test_what_is_held_about_a_person_is_one_file(pages: Whole, as_officer: AsOfficer) -> None:
    from domain.account import Role

    receipt, operator = await opened(pages), await as_officer(None, Role.OPERATOR)
    found = await operator.post("/office/persons/find", data={"number": receipt.number.lower()})
    (identity,) = re.findall(r'name="id" value="([^"]+)"', found.text)
    asked = {"id": identity, "right": "access", "numbers": receipt.number, "verified": "true"}
    file = await operator.post("/office/persons/ask", data=asked)
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.json()["complaints"][0]["name"] == "Siti Rahasia"
    assert "Isi kontak, nama" in (await operator.post("/office/persons/find", data={})).text
    missing = {"id": identity, "right": "erase", "numbers": "JK0000000000"}
    assert (await operator.post("/office/persons/ask", data=missing)).status_code == 422


async def asked_of(engine: Database, caller: httpx.AsyncClient, path: str) -> int:
    """How many queries a page needs when its keys are at hand."""
    await caller.get(path)
    with statements_sent(engine) as seen:
        assert (await caller.get(path)).status_code == 200
    return len(seen)


async def test_pages_run_as_many_queries_for_many_rows_as_for_one(
    pages: Whole, engine: Database, as_officer: AsOfficer
) -> None:
    lurah, said = await as_officer(LURAH), f"Lampu {uuid4().hex[:6]} mati sepanjang jalan raya"
    one = await opened(pages, text=said, category="lampu-jalan")
    before = [await asked_of(engine, lurah, path) for path in ("/office/inbox", page_of(one.number))]
    proofs = [await taken(pages, jpeg(scene(number))) for number in range(20, 24)]
    for _ in range(4):
        await opened(pages, text=said, category="lampu-jalan", attachments=[proofs[0]])
    await done(pages, one.number, LURAH, Accept(), Progress(note="Jalan", photos=tuple(proofs)))
    after = [await asked_of(engine, lurah, path) for path in ("/office/inbox", page_of(one.number))]
    assert after[0] == before[0]
    # Keys of other complaints and their pictures are read once more at most, however many there are.
    assert after[1] <= before[1] + 2
    more = await asked_of(engine, lurah, page_of(one.number))
    for _ in range(4):
        await opened(pages, text=said, category="lampu-jalan", attachments=[proofs[1]])
    await done(pages, one.number, LURAH, Progress(note="Terus", photos=tuple(proofs[:2])))
    assert await asked_of(engine, lurah, page_of(one.number)) == more
