"""From a form to a command: what was typed, checked field by field, and what was missing."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from domain import commands
from domain.commands import AnyCommand, Evidence, HandBackReason
from domain.orders import Orders
from domain.place import Point
from domain.refusal import RefusalCode, Refused
from domain.text import LONGEST_NOTE, LONGEST_TEXT
from domain.view import ComplaintView
from domain.wib import WIB
from web.uploads import files_in
from web.wording import N_

MOST_FILES = 10

NEEDED = N_("Isi ini diperlukan.")
TOO_LONG = N_("Ini terlalu panjang.")
CHOOSE = N_("Pilih salah satu.")
NO_POINT = N_("Tulis lintang dan bujur, misalnya -6,1754 dan 106,8272.")
NO_MOMENT = N_("Tulis tanggal dan jam.")
NO_PHOTO = N_("Sertakan sedikitnya satu foto atau dokumen.")

Find = Callable[[str], Awaitable[ComplaintView | None]]


class FormWrong(Exception):
    """Fields that are not as they must be: the name of each with a sentence, still to be translated."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


class Typed(NamedTuple):
    """What a form said: texts by name, the files that came with it, and those that came before."""

    texts: Mapping[str, str]
    files: Sequence[UploadFile]
    kept: Sequence[str]

    def text(self, name: str) -> str:
        """What was typed in a field; empty when there was none."""
        return self.texts.get(name, "").strip()

    def needed(self, name: str, wrong: str = NEEDED) -> str:
        """The same. Raises ``FormWrong`` when it is empty."""
        if not (found := self.text(name)):
            raise FormWrong({name: wrong})
        return found


def typed(form: FormData) -> Typed:
    """What a form said."""
    texts = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    files = files_in(form, "files")
    kept = [one for one in form.getlist("kept") if isinstance(one, str) and len(one) == 64]  # noqa: PLR2004 - SHA-256
    return Typed(texts, files[:MOST_FILES], kept[:MOST_FILES])


async def command_of(
    kind: str, said: Typed, orders: Orders, now: ComplaintView, evidence: Sequence[Evidence], find: Find
) -> AnyCommand:
    """The command that a form asks for. Raises ``FormWrong`` or ``Refused``."""
    if len(said.text("note")) > LONGEST_NOTE or any(len(one) > LONGEST_TEXT for one in said.texts.values()):
        raise FormWrong({"note": TOO_LONG})
    try:
        if kind == "merge":
            return orders.merge(await _parent(said, find), said.text("note"))
        return _built(kind, said, orders, now, tuple(evidence))
    except ValidationError as invalid:
        raise FormWrong(
            {str(one["loc"][0]) if one["loc"] else "note": NEEDED for one in invalid.errors()}
        ) from None


def _built(
    kind: str, said: Typed, orders: Orders, now: ComplaintView, evidence: tuple[Evidence, ...]
) -> AnyCommand:
    note = said.text("note")
    match kind:
        case "accept":
            return commands.Accept(note=note)
        case "coordinate":
            return orders.coordinate(said.needed("to", CHOOSE), note)
        case "dispose":
            return orders.dispose(said.needed("to", CHOOSE), note)
        case "reassign":
            return orders.reassign(said.needed("to", CHOOSE), note)
        case "hand_back":
            return orders.hand_back(now.unit, _reason(said), said.text("to") or None, _point(said), note)
        case "progress":
            return commands.Progress(note=said.needed("note"), photos=evidence)
        case "complete":
            return _completion(said, evidence)
        case "validate":
            return commands.Validate(accepted=_verdict(said), note=note)
        case "ask":
            return commands.Ask(question=said.needed("question"))
        case "reply":
            return commands.Reply(answer=said.needed("answer"))
        case "request_ews":
            return commands.RequestEws(until=_moment(said), note=said.needed("note"))
        case "decide_ews":
            return commands.DecideEws(granted=_verdict(said), note=note)
        case "escalate":
            return commands.Escalate(note=said.needed("note"))
        case "reject":
            return commands.Reject(note=said.needed("note"))
        case "separate":
            return commands.Separate(note=said.needed("note"))
        case "close":
            return commands.Close(note=note)
        case _:
            raise Refused(RefusalCode.BAD_INPUT, "This is not something that can be done to a complaint.")


def _completion(said: Typed, evidence: tuple[Evidence, ...]) -> commands.Complete:
    wrong = {} if said.text("note") else {"note": NEEDED}
    if not evidence:
        wrong["files"] = NO_PHOTO
    if wrong:
        raise FormWrong(wrong)
    return commands.Complete(note=said.text("note"), evidence=evidence)


async def _parent(said: Typed, find: Find) -> ComplaintView:
    found = await find(said.needed("parent").upper())
    if found is None:
        raise Refused(RefusalCode.UNKNOWN_NUMBER, "There is no complaint with this number.")
    return found


def _reason(said: Typed) -> HandBackReason:
    given = said.needed("reason", CHOOSE)
    if given not in set(HandBackReason):
        raise FormWrong({"reason": CHOOSE})
    return HandBackReason(given)


def _verdict(said: Typed) -> bool:
    given = said.needed("verdict", CHOOSE)
    if given not in {"yes", "no"}:
        raise FormWrong({"verdict": CHOOSE})
    return given == "yes"


def _point(said: Typed) -> Point | None:
    """Decimal commas are taken as well as points."""
    latitude, longitude = (said.text(name).replace(",", ".") for name in ("latitude", "longitude"))
    if not latitude and not longitude:
        return None
    try:
        return Point(latitude=float(latitude), longitude=float(longitude))
    except ValueError:  # pydantic's is one too
        raise FormWrong({"latitude": NO_POINT}) from None


def _moment(said: Typed) -> datetime:
    """Clocks of the page are those of Jakarta."""
    try:
        given = datetime.fromisoformat(said.needed("until", NO_MOMENT))
    except ValueError:
        raise FormWrong({"until": NO_MOMENT}) from None
    return given if given.tzinfo else given.replace(tzinfo=WIB)
