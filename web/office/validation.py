"""The validator's page: one completion after another, before and after side by side, accepted or rejected."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Form, Request
from fastapi import Path as InPath
from fastapi.responses import RedirectResponse, Response

from domain.commands import Validate
from domain.events import Completed, Event
from domain.evidence import AtComplaint, Purpose
from domain.refusal import RefusalCode, Refused
from domain.sight import Sight, sight_of_officer
from store.lives import Life, Lives
from store.validation import ToCheck, ValidationQueue
from web.office.acting import instruction, new_form
from web.rendering import page
from web.seat import NotAllowed, Room, Seat, seated
from web.site import Site, site_of

router = APIRouter()

Validator = Annotated[Seat, Depends(seated(Room.VALIDATION))]
TheSite = Annotated[Site, Depends(site_of)]
Number = Annotated[str, InPath(pattern="^[A-Z0-9]{1,40}$")]

QUEUE_SHOWN = 15


class CaseToCheck(NamedTuple):
    """What a validator looks at: what was reported, what was done, what is striking about the pictures."""

    life: Life
    completed: Event
    before: Sequence[AtComplaint]
    meanwhile: Sequence[AtComplaint]
    after: Sequence[AtComplaint]
    earlier: int

    @property
    def completion(self) -> Completed:
        """What the unit said."""
        body = self.completed.body
        if not isinstance(body, Completed):
            raise TypeError(body)
        return body


@router.get("/office/validation")
async def first(request: Request, site: TheSite, seat: Validator) -> Response:
    """The completion whose time ends first."""
    queue = await ValidationQueue(site.database).of(_unit(seat))
    case = await _case(site, seat, queue[0].number) if queue else None
    return _page(request, site, queue, case)


@router.get("/office/validation/{number}")
async def one(request: Request, site: TheSite, seat: Validator, number: Number) -> Response:
    """One completion, with the queue beside it."""
    queue = await ValidationQueue(site.database).of(_unit(seat))
    case = await _case(site, seat, number)
    if case is None:
        return RedirectResponse("/office/validation", 303)
    return _page(request, site, queue, case)


@router.get("/office/validation/{number}/next")
async def after(site: TheSite, seat: Validator, number: Number) -> Response:
    """Goes to the one after this, or to the first again."""
    following = await ValidationQueue(site.database).of(_unit(seat), number, 1)
    return RedirectResponse(f"/office/validation{'/' + following[0].number if following else ''}", 303)


@router.post("/office/validation/{number}")
async def decide(
    site: TheSite,
    seat: Validator,
    number: Number,
    form: Annotated[str, Form(pattern="^[0-9a-f]{32}$")],
    accepted: Annotated[bool, Form()],
    note: Annotated[str, Form(max_length=5000)] = "",
) -> Response:
    """Accepts or rejects, and goes on to the next."""
    life = await Lives(site.database).of(number)
    order = instruction(seat, form, number, Validate, accepted=accepted, note=note)
    following = await ValidationQueue(site.database).of(_unit(seat), number, 1)
    if life is None or not life.complaint or order.id not in life.complaint.command_ids:
        if life is None or not _may_check(life, seat):
            raise Refused(RefusalCode.UNKNOWN_NUMBER, "There is no such completion to check.")
        await site.complaints.perform(life.standing.id, order)
    there = f"/{following[0].number}" if following else ""
    verdict = "accepted" if accepted else "rejected"
    return RedirectResponse(f"/office/validation{there}?done={number}&verdict={verdict}", 303)


def _page(request: Request, site: Site, queue: Sequence[ToCheck], case: CaseToCheck | None) -> Response:
    return page(
        request,
        "office/validation.html",
        queue=queue,
        queue_shown=QUEUE_SHOWN,
        case=case,
        overview=site.overview,
        form_id=new_form(),
        done=request.query_params.get("done", "")[:40],
        verdict=request.query_params.get("verdict", ""),
    )


def _unit(seat: Seat) -> str:
    if seat.unit is None:
        raise NotAllowed
    return seat.unit.code


def _may_check(life: Life, seat: Seat) -> bool:
    complaint = life.complaint
    seen = complaint is not None and seat.unit and sight_of_officer(complaint, seat.unit) >= Sight.CASE
    return bool(seen) and life.standing.validator == _unit(seat)


async def _case(site: Site, seat: Seat, number: str) -> CaseToCheck | None:
    """The case with this number; None when it does not, or no longer, wait for this unit."""
    life = await Lives(site.database).of(number)
    if life is None or not _may_check(life, seat):
        return None
    completions = [event for event in life.events if isinstance(event.body, Completed)]
    if not completions:
        return None
    last = completions[-1]
    files = await site.files.of(number)
    shown = {file.sha256 for file in last.body.evidence} if isinstance(last.body, Completed) else set()
    return CaseToCheck(
        life,
        last,
        before=[file for file in files if file.use.purpose is Purpose.REPORTED],
        meanwhile=[file for file in files if file.use.purpose is Purpose.PROGRESS],
        after=[
            file
            for file in files
            if file.use.purpose is Purpose.COMPLETED
            and file.attachment.sha256 in shown
            and file.use.at == last.at
        ],
        earlier=len(completions) - 1,
    )
