"""The desk of a channel: fast entry at the counter and the telephone, by keyboard alone."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple
from uuid import uuid4

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, ValidationError

from domain.intake import Intake, Reporter
from domain.organisation import Category, Channel
from domain.refusal import Refused
from domain.text import LONGEST_NAME, LONGEST_TEXT
from domain.view import Receipt
from durable.complaints import NoAnswer
from store.inbox import Inbox, InboxFilter
from web.language import language_of, translations
from web.office.inbox import wards_of
from web.office.reasons import Reasons
from web.rendering import page
from web.seat import NotAllowed, Room, Seat, seated
from web.site import Site, site_of
from web.wording import N_

SHOWN = 20
MOST_IN_A_VISIT = 20

router = APIRouter()

AtDesk = Annotated[Seat, Depends(seated(Room.DESK))]

UNKNOWN_CATEGORY = N_("Kategori ini tidak dikenal. Pilih dari daftar.")
SEVERAL = N_("Ada beberapa kategori yang cocok: %s.")
NEEDED = N_("Isi ini diperlukan.")
MOST_NAMED = 5


class Entry(BaseModel):
    """What was typed. ``id`` was made with the form: sent twice, it is one complaint.

    ``visit`` are the receipts of the same visitor so far, each as number and access code.
    """

    id: str = Field(min_length=8, max_length=64)
    category: str = Field(default="", max_length=LONGEST_NAME)
    text: str = Field(default="", max_length=LONGEST_TEXT)
    place: str = Field(default="", max_length=LONGEST_NAME)
    name: str = Field(default="", max_length=LONGEST_NAME)
    contact: str = Field(default="", max_length=LONGEST_NAME)
    public: bool = False
    then: str = ""
    visit: list[str] = Field(default=[], max_length=MOST_IN_A_VISIT)


class Given(NamedTuple):
    """What a visitor takes home."""

    number: str
    access_code: str


@router.get("/office/desk")
async def desk(request: Request, seat: AtDesk) -> Response:
    """An empty form, and what the desk holds."""
    return await _show(request, seat)


@router.post("/office/desk")
async def enter(request: Request, seat: AtDesk, entry: Annotated[Entry, Form()]) -> Response:
    """Takes a complaint in, and shows its receipt above the next form; the access code is in no address."""
    site, gettext = site_of(request), translations(language_of(request)).gettext
    try:
        receipt = await site.door.submit(_intake(site, seat, entry))
    except _Wrong as wrong:
        said = gettext(wrong.sentence) % wrong.named if wrong.named else gettext(wrong.sentence)
        return await _show(request, seat, 422, entry=entry, wrongs={wrong.field: said})
    except ValidationError as invalid:
        wrongs = {str(one["loc"][0]): gettext(NEEDED) for one in invalid.errors()}
        return await _show(request, seat, 422, entry=entry, wrongs=wrongs)
    except Refused as refused:
        wrongs = {"": Reasons(gettext).why("submit", refused)}
        return await _show(request, seat, 409, entry=entry, wrongs=wrongs)
    except (NoAnswer, ConnectionError):
        wrongs = {"": gettext("Layanan tidak menjawab; kirim lagi, tidak ada yang tercatat dua kali.")}
        return await _show(request, seat, 503, entry=entry, wrongs=wrongs, form_id=entry.id)
    return await _show(request, seat, **_after(entry, receipt))


def _after(entry: Entry, receipt: Receipt) -> dict[str, Any]:
    """The receipts of the visit, and the next form: with the same visitor, or a new one."""
    same = entry.then == "same"
    following = Entry(id=uuid4().hex)
    if same:
        following = following.model_copy(update=entry.model_dump(include={"name", "contact"}))
    given = [*_so_far(entry), Given(receipt.number, receipt.access_code or "")]
    return {"entry": following, "receipt": receipt, "given": given, "goes_on": same}


class _Wrong(Exception):
    def __init__(self, field: str, sentence: str, named: str = "") -> None:
        super().__init__(sentence)
        self.field, self.sentence, self.named = field, sentence, named


def _intake(site: Site, seat: Seat, entry: Entry) -> Intake:
    return Intake(
        channel=channel_of(site, seat).code,
        reference=f"desk-{entry.id}",
        category=_category(site.city.categories(), entry.category).code,
        text=entry.text,
        place=entry.place.strip() or None,
        reporter=Reporter(name=entry.name.strip() or None, contact=entry.contact.strip() or None),
        public=entry.public,
    )


def channel_of(site: Site, seat: Seat) -> Channel:
    """The channel whose desk this is."""
    unit = seat.unit.code if seat.unit else ""
    for one in site.city.channels():
        if one.desk == unit:
            return one
    raise NotAllowed


def _category(categories: Sequence[Category], typed: str) -> Category:
    """By its code, its name in either language, or a part of one that no other has."""
    said = " ".join(typed.casefold().split())
    if not said:
        raise _Wrong("category", NEEDED)
    names = [(one, {one.code, one.name.casefold(), one.name_en.casefold()}) for one in categories]
    if exact := [one for one, known in names if said in known]:
        return exact[0]
    partly = [one for one, known in names if any(said in name for name in known)]
    if len(partly) == 1:
        return partly[0]
    if partly:
        raise _Wrong("category", SEVERAL, ", ".join(one.name for one in partly[:MOST_NAMED]))
    raise _Wrong("category", UNKNOWN_CATEGORY)


def _so_far(entry: Entry) -> list[Given]:
    """The receipts of the same visit, as the form brought them; shown again and used for nothing else."""
    parts = (one[:80].partition(" ") for one in entry.visit)
    return [Given(number, code) for number, _, code in parts if number]


async def _show(
    request: Request,
    seat: Seat,
    status: int = 200,
    *,
    entry: Entry | None = None,
    wrongs: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    site = site_of(request)
    unit = seat.unit.code if seat.unit else ""
    facts: dict[str, Any] = {
        "channel": channel_of(site, seat),
        "entry": entry or Entry(id=uuid4().hex),
        "wrongs": wrongs or {},
        "receipt": None,
        "given": _so_far(entry) if entry else [],
        "goes_on": bool(entry and entry.visit),
        "form_id": uuid4().hex,
        "rows": await Inbox(site.database).page(unit, InboxFilter(), None, SHOWN),
        "categories": {one.code: one for one in site.city.categories()},
        "wards": wards_of(site.city.units()),
        "unit_names": {one.code: one.name for one in site.city.units()},
    }
    return page(request, "office/desk.html", status, **{**facts, **more})
