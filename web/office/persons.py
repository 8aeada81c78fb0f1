"""Rights of the person (UU 27/2022): found, told, corrected, restricted, erased; each within 72 hours.

Whoever asks is looked at first by a human: what is not verified waits, with its clock running.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException

from domain.person import MOST_COMPLAINTS, Decision, PersonRequest, RequestState, Right
from domain.refusal import Refused
from domain.text import LONGEST_NAME
from domain.wib import WIB
from store.persons import Held, Persons
from web.language import language_of, translations
from web.rendering import headers, page
from web.seat import Room, Seat, seated
from web.site import site_of
from web.wording import N_

SHOWN = 200
TRIES, BETWEEN_S = 20, 0.1
RIGHTS = {
    Right.ACCESS: N_("Melihat dan menyalin datanya"),
    Right.CORRECT: N_("Memperbaiki datanya"),
    Right.RESTRICT: N_("Membatasi pemakaian datanya"),
    Right.RELEASE: N_("Mencabut pembatasan"),
    Right.ERASE: N_("Menghapus datanya"),
}
STATES = {
    RequestState.ASKED: N_("menunggu keputusan"),
    RequestState.GRANTED: N_("sedang dikerjakan"),
    RequestState.DONE: N_("selesai"),
    RequestState.REFUSED: N_("ditolak"),
}
NOTES = {
    "asked": N_("Permintaan tercatat; 72 jamnya berjalan."),
    "decided": N_("Keputusan tercatat."),
}
NOT_FOUND = N_("Tidak ada laporan dengan data ini.")
NOTHING_SAID = N_("Isi kontak, nama, atau nomor laporan.")
NO_NUMBERS = N_("Pilih sedikitnya satu laporan.")
DOES_NOT_FIT = N_("Perbaikan memerlukan nama atau kontak yang benar; hak lain tidak.")
WHY = N_("Penolakan harus disertai alasan; orangnya diberi tahu.")
DECIDED = N_("Permintaan ini sudah diputuskan, atau tidak ada.")
IDENTITY = re.compile(r"\d{8}-[0-9a-f]{8}")

router = APIRouter()

Operator = Annotated[Seat, Depends(seated(Room.OPERATIONS))]


class Wanted(BaseModel):
    """Whom to look for."""

    contact: str = Field(default="", max_length=LONGEST_NAME)
    name: str = Field(default="", max_length=LONGEST_NAME)
    number: str = Field(default="", max_length=LONGEST_NAME)


class AskedFor(BaseModel):
    """A right that somebody asks for. ``verified``: who sits here has seen that the person asks."""

    id: str = Field(max_length=40)
    right: Right
    numbers: list[str] = Field(default=[], max_length=MOST_COMPLAINTS)
    new_name: str = Field(default="", max_length=LONGEST_NAME)
    new_contact: str = Field(default="", max_length=LONGEST_NAME)
    verified: bool = False

    def request(self, at: datetime) -> PersonRequest:
        """As the service takes it. Raises ``ValidationError`` when it does not fit the right."""
        correction = self.right is Right.CORRECT
        return PersonRequest(
            id=self.id,
            right=self.right,
            numbers=tuple(dict.fromkeys(self.numbers)),
            asked_at=at,
            name=self.new_name.strip() or None if correction else None,
            contact=self.new_contact.strip() or None if correction else None,
        )


@router.get("/office/persons")
async def persons(request: Request, _: Operator, done: str = "") -> Response:
    """The requests, the most urgent first, and a form to find a person."""
    return await _show(request, note=NOTES.get(done, ""))


@router.post("/office/persons/find")
async def find(request: Request, _: Operator, wanted: Annotated[Wanted, Form()]) -> Response:
    """The complaints of a person. A form that is sent, so that no address holds whom one looked for."""
    store = Persons(site_of(request).database)
    if wanted.number.strip():
        found = await store.numbered([wanted.number.strip().upper()])
    elif wanted.contact.strip() or wanted.name.strip():
        found = await store.find(contact=wanted.contact.strip() or None, name=wanted.name.strip() or None)
    else:
        return await _show(request, 422, wanted=wanted, wrong=NOTHING_SAID)
    return await _show(request, wanted=wanted, found=found, wrong="" if found else NOT_FOUND)


@router.post("/office/persons/ask")
async def ask(request: Request, seat: Operator, asked: Annotated[AskedFor, Form()]) -> Response:
    """Begins a request, and grants it when the person was seen. Access is answered with the file."""
    site, store = site_of(request), Persons(site_of(request).database)
    found = await store.numbered(asked.numbers[:MOST_COMPLAINTS])
    if len(found) < len(set(asked.numbers)) or not found:
        return await _show(request, 422, found=found, asked=asked, wrong=NO_NUMBERS)
    if not IDENTITY.fullmatch(asked.id):
        raise HTTPException(422)
    try:
        wanted = asked.request(site.clock())
    except ValidationError:
        return await _show(request, 422, found=found, asked=asked, wrong=DOES_NOT_FIT)
    await site.person_requests.ask(wanted)
    if asked.verified:
        await _grant(request, seat, wanted.id)
    if asked.verified and asked.right is Right.ACCESS:
        return _file(request, wanted.id, [await store.everything(one.number) for one in found])
    await _until_listed(store, wanted.id)
    return RedirectResponse("/office/persons?done=asked", 303)


async def _until_listed(store: Persons, identity: str) -> None:
    """Its workflow writes a request down a moment after it began: who asked should find it in the list."""
    for _ in range(TRIES):
        if any(one.id == identity for one in await store.requests(limit=SHOWN)):
            return
        await asyncio.sleep(BETWEEN_S)


@router.post("/office/persons/{identity}/decide")
async def decide(
    request: Request,
    seat: Operator,
    identity: str,
    granted: Annotated[bool, Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Grants or refuses a request that waits."""
    site = site_of(request)
    if not granted and not reason.strip():
        return await _show(request, 422, wrong=WHY)
    decision = Decision(granted=granted, by=_who(seat), at=site.clock(), reason=reason.strip())
    try:
        await site.person_requests.decide(identity, decision)
    except Refused:
        return await _show(request, 409, wrong=DECIDED)
    return RedirectResponse("/office/persons?done=decided", 303)


@router.post("/office/persons/{identity}/file")
async def file(request: Request, _: Operator, identity: str) -> Response:
    """What is held about a person whose access was granted, once more."""
    store = Persons(site_of(request).database)
    granted = {RequestState.GRANTED, RequestState.DONE}
    for one in await store.requests(limit=SHOWN):
        if one.id == identity and one.right is Right.ACCESS and one.state in granted:
            return _file(request, identity, [await store.everything(number) for number in one.numbers])
    raise HTTPException(404)


async def _grant(request: Request, seat: Seat, identity: str) -> None:
    """A form that was sent twice finds the request granted."""
    site = site_of(request)
    decision = Decision(granted=True, by=_who(seat), at=site.clock())
    try:
        await site.person_requests.decide(identity, decision)
    except Refused:
        return


def _who(seat: Seat) -> str:
    """Operators who are no officers decide under the name of their account."""
    return seat.officer.code if seat.officer else seat.account.name


def _file(request: Request, identity: str, held: Sequence[dict[str, Any]]) -> Response:
    said = json.dumps({"complaints": held}, indent=2, ensure_ascii=False, default=str)
    named = {"Content-Disposition": f'attachment; filename="tuntas-{identity}.json"'}
    return Response(f"{said}\n", media_type="application/json", headers={**headers(request), **named})


async def _show(
    request: Request,
    status: int = 200,
    *,
    wanted: Wanted | None = None,
    found: Sequence[Held] | None = None,
    asked: AskedFor | None = None,
    wrong: str = "",
    note: str = "",
) -> Response:
    site, gettext = site_of(request), translations(language_of(request)).gettext
    return page(
        request,
        "office/persons.html",
        status,
        wanted=wanted or Wanted(),
        found=found,
        asked=asked,
        wrong=gettext(wrong) if wrong else "",
        note=gettext(note) if note else "",
        requests=await Persons(site.database).requests(limit=SHOWN),
        rights=RIGHTS,
        states=STATES,
        form_id=f"{site.clock().astimezone(WIB):%Y%m%d}-{uuid4().hex[:8]}",
    )
