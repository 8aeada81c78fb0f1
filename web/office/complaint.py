"""The complaint on one page: looked at, its pictures, and everything that may be done to it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from mimetypes import guess_extension
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from channels.http.attachment_routes import INERT
from domain.clocks import ClockState
from domain.commands import AnyCommand, Evidence, HandBackReason, Instruction
from domain.evidence import Purpose
from domain.organisation import HOLDERS, RANK, Unit
from domain.possible import FOR_OFFICERS, Answers
from domain.refusal import RefusalCode, Refused
from domain.sight import Sight
from domain.status import Status
from durable.complaints import NoAnswer
from store.complaints import Reads
from store.pictures import Pictures, Shown
from store.supports import Supports
from web.language import language_of, translations
from web.office.acting import VIA
from web.office.actions import ACTIONS, DONE
from web.office.case import Case, case_of, holder_of, sight_of_number
from web.office.clock_states import CLOCK_STATES
from web.office.command_form import FormWrong, Typed, command_of, typed
from web.office.inbox import wards_of
from web.office.reasons import Reasons
from web.rendering import page
from web.seat import Seat, seated
from web.site import Site, site_of
from web.uploads import known, take

RUNNING = frozenset({ClockState.RUNNING, ClockState.WARNED, ClockState.BREACHED})
UNANSWERED = 503
TONES = {"breached": "late", "escalated": "late", "follow_up_rejected": "late", "validated": "good"}

router = APIRouter()

Anyone = Annotated[Seat, Depends(seated())]
Number = Annotated[str, InPath(pattern="^[A-Za-z0-9-]{4,40}$")]
Digest = Annotated[str, InPath(pattern="^[0-9a-f]{64}$")]
Size = Annotated[str, InPath(pattern="^(shown|thumbnail)$")]


@router.get("/office/complaints/{number}")
async def complaint(request: Request, seat: Anyone, number: Number, done: str = "") -> Response:
    """What this person may see of the complaint, and do to it now."""
    return await show(request, await _case(request, seat, number), done=done)


@router.get("/office/complaints/{number}/findings")
async def findings(request: Request, seat: Anyone, number: Number) -> Response:
    """What is striking about the pictures. Looked for when it is wanted: it compares with all pictures."""
    site, number = site_of(request), number.upper()
    if await sight_of_number(site, seat, number) < Sight.CASE:
        raise HTTPException(404)
    return page(request, "office/findings.html", number=number, files=await site.files.of(number))


@router.get("/office/complaints/{number}/photos/{digest}/{size}")
async def photo(request: Request, seat: Anyone, number: Number, digest: Digest, size: Size) -> Response:
    """A picture at a complaint, to whoever may see the case; to others it is as if there were none."""
    site, number = site_of(request), number.upper()
    await _file(site, seat, number, digest)
    content = await site.files.read(f"{size}/{digest}")
    if content is None:
        raise HTTPException(404)
    return Response(content, media_type="image/jpeg", headers=INERT)


@router.get("/office/complaints/{number}/files/{digest}")
async def document(request: Request, seat: Anyone, number: Number, digest: Digest) -> Response:
    """A film or document as it was handed in, to be saved. Of pictures there are only copies to look at."""
    site, number = site_of(request), number.upper()
    found = await _file(site, seat, number, digest)
    content = None if found.is_picture else await site.files.read(f"original/{digest}")
    if content is None:
        raise HTTPException(404)
    named = f'attachment; filename="{number}-{digest[:8]}{guess_extension(found.media_type) or ""}"'
    headers = {**INERT, "Content-Disposition": named}
    return Response(content, media_type=found.media_type, headers=headers)


async def _file(site: Site, seat: Seat, number: str, digest: str) -> Shown:
    """A file at a complaint that the seat may see. What a reporter filmed may tell who it is."""
    sight = await sight_of_number(site, seat, number)
    for one in await Pictures(site.database).at([number]) if sight >= Sight.CASE else ():
        tells_who = one.purpose is Purpose.REPORTED and not one.is_picture
        if one.sha256 == digest and (sight >= Sight.PERSON or not tells_who):
            return one
    raise HTTPException(404)


@router.post("/office/complaints/{number}/{kind}")
async def act(request: Request, seat: Anyone, number: Number, kind: str) -> Response:
    """Does one thing to the complaint. What is refused comes back with its form as it was filled."""
    if kind not in FOR_OFFICERS:
        raise HTTPException(404)
    site, actor = site_of(request), seat.actor
    case = await _case(request, seat, number)
    said, kept = typed(await request.form(max_files=20, max_fields=60)), list[Evidence]()
    gettext = translations(language_of(request)).gettext
    try:
        kept += await _taken(site, said, actor.code)
        find = Reads(site.database).by_number
        command = await command_of(kind, said, site.orders, case.standing, kept, find)
        instruction = Instruction[AnyCommand](
            id=said.needed("id")[:64], actor=actor, via=VIA, command=command
        )
        await site.complaints.perform(case.standing.id, instruction)
    except FormWrong as wrong:
        wrongs, status = {name: gettext(text) for name, text in wrong.fields.items()}, 422
    except Refused as refused:
        wrongs, status = {"": Reasons(gettext).why(kind, refused)}, 409
    except (NoAnswer, ConnectionError):
        said_so = gettext("Layanan tidak menjawab; kirim lagi, tidak ada yang tercatat dua kali.")
        wrongs, status = {"": said_so}, UNANSWERED
    else:
        return RedirectResponse(f"/office/complaints/{case.standing.number}?done={kind}", 303)
    again = await _case(request, seat, number)
    return await show(request, again, status, tried=(kind, said, kept), wrongs=wrongs)


async def _case(request: Request, seat: Seat, number: str) -> Case:
    found = await case_of(site_of(request), seat, number.upper())
    if found is None:
        raise HTTPException(404)
    return found


async def _taken(site: Site, said: Typed, by: str) -> list[Evidence]:
    """The files of a form: those that came with it, and those that an earlier try had brought."""
    before = await known(site, said.kept)
    return [*before, *[await take(site, one, by) for one in said.files]]


async def show(
    request: Request,
    case: Case,
    status: int = 200,
    *,
    done: str = "",
    tried: tuple[str, Typed, Sequence[Evidence]] | None = None,
    wrongs: Mapping[str, str] | None = None,
) -> Response:
    """The page of a complaint. ``tried`` is a form that was refused, ``wrongs`` why, by field."""
    site, now = site_of(request), case.standing
    reasons, targets = Reasons(translations(language_of(request)).gettext), _targets(site, now.unit)
    answers = _with_targets(case.answers, targets)
    return page(
        request,
        "office/complaint.html",
        status,
        case=case,
        standing=now,
        supported=(await Supports(site.database).counts([now.id])).get(now.id, 0),
        allowed=[kind for kind in FOR_OFFICERS if answers[kind] is None],
        refused={kind: reasons.why(kind, why) for kind, why in answers.items() if why},
        actions=ACTIONS,
        done=DONE.get(done, ""),
        done_kind=done if done in DONE else "",
        tried_kind=tried[0] if tried else "",
        tried=tried[1].texts if tried else {},
        kept=[one.sha256 for one in tried[2]] if tried else [],
        wrongs=wrongs or {},
        form_id=uuid4().hex,
        # The same id only where nobody knows whether it arrived: a refused one is refused for ever.
        same_id=tried[1].text("id") if tried and status == UNANSWERED else "",
        next_line=site.what_next(now.number, now.outlook, "en" if language_of(request) == "en" else "id"),
        reasons_of_hand_back=list(HandBackReason),
        categories={one.code: one for one in site.city.categories()},
        wards=wards_of(site.city.units()),
        holder=holder_of(site.city, now.unit),
        targets=targets,
        unit_names={one.code: one.name for one in site.city.units()},
        clock_states=CLOCK_STATES,
        running=RUNNING,
        tones=TONES,
        seconds=lambda count: timedelta(seconds=count),
        closed=now.status is Status.CLOSED,
    )


def _with_targets(answers: Answers, targets: Mapping[str, list[Unit]]) -> Answers:
    """What needs another unit is not possible where the organisation has none."""
    nowhere = Refused(RefusalCode.WRONG_TARGET, "There is no such unit.")
    return {kind: why or (nowhere if targets.get(kind) == [] else None) for kind, why in answers.items()}


def _targets(site: Site, holder: str) -> Mapping[str, list[Unit]]:
    """To which units each move may go, as far as the organisation decides it."""
    units = [one for one in site.city.units() if one.kind in HOLDERS and one.code != holder]
    rank = next((RANK.get(one.kind) for one in site.city.units() if one.code == holder), None)
    return {
        "coordinate": [one for one in units if rank and RANK.get(one.kind) == rank],
        "dispose": [one for one in units if one.parent == holder],
        "hand_back": units,
        "reassign": units,
    }
