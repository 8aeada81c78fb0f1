"""Following complaints: a channel its own, a reporter the one whose access code they have."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from channels.http.caller import Used, may, needs
from channels.http.problem import FieldError, documented, field_problem
from channels.http.service import Service
from domain.channel_key import ChannelKey, Scope
from domain.channel_view import OwnComplaint, OwnFilter, Place, Step
from domain.jurisdiction import Jurisdiction
from domain.refusal import Refused
from domain.search import LONGEST_SEARCH, understood
from domain.status import Outcome, Status
from domain.text import Name
from domain.view import ComplaintView, DeadlineView

MOST_IN_A_PAGE = 200

router = APIRouter(tags=["follow"])


class ComplaintAnswer(BaseModel):
    """Where a complaint stands. ``due_at``: to be resolved by; ``next_due_at``: the nearest end of any clock.

    ``waits_for`` says in one line what must happen next, by whom and when.
    """

    number: str
    reference: str
    status: Status
    outcome: Outcome | None
    category: str
    unit: str
    unit_name: str
    ward: str | None
    ward_found_by: str
    hops: int
    escalation_level: int
    public: bool
    opened_at: datetime | None
    updated_at: datetime
    due_at: datetime | None
    next_due_at: datetime | None
    waits_for: str
    deadlines: list[DeadlineView]


class StepAnswer(BaseModel):
    """One line of the timeline; ``by`` is a unit, the reporter or the service, never an officer."""

    seq: int
    at: datetime
    event: str
    by: str
    detail: str


class WholeComplaint(ComplaintAnswer):
    """Where it stands, and everything that happened, oldest first."""

    timeline: list[StepAnswer]


class ComplaintList(BaseModel):
    """A page of complaints, the newest first; ``next`` is the cursor of the next page, None at the end."""

    items: list[ComplaintAnswer]
    next: str | None


class Listing(BaseModel):
    """Which complaints, and how many at a time. Moments need a time zone and are inclusive; days are WIB.

    ``q`` is what a search box understands: words of text and place, all of which must occur whatever their
    endings, a number or its beginning, a day.
    """

    model_config = ConfigDict(extra="forbid")

    status: Status | None = None
    category: Name | None = None
    ward: Name | None = None
    reference: Name | None = None
    registered_from: AwareDatetime | None = None
    registered_to: AwareDatetime | None = None
    updated_from: AwareDatetime | None = None
    q: str = Field(
        default="", max_length=LONGEST_SEARCH, description="At most twelve words, a number, a day."
    )
    first: date | None = Field(default=None, alias="from", description="Opened on this day or later.")
    last: date | None = Field(default=None, alias="to", description="Opened on this day or earlier.")
    cursor: str | None = Field(default=None, max_length=200, description="`next` of the page before.")
    limit: int = Field(default=50, ge=1, le=MOST_IN_A_PAGE)


@router.get("/complaints", responses=documented(401, 403, 422, 429, 503))
async def listing(
    service: Used,
    key: Annotated[ChannelKey, Depends(needs(Scope.READ))],
    asked: Annotated[Listing, Query()],
) -> ComplaintList:
    """The channel's own complaints, the newest first."""
    wanted = asked.model_dump(exclude={"cursor", "limit", "q", "first", "last"})
    which = OwnFilter(**wanted, search=understood(asked.q, asked.first, asked.last))
    after = _place(asked.cursor) if asked.cursor else None
    found = await service.own.own(key.channel, which, after, asked.limit + 1)
    page = found[: asked.limit]
    following = _cursor(page[-1]) if len(found) > asked.limit else None
    return ComplaintList(items=[answer(service, one, one.standing) for one in page], next=following)


@router.get("/complaints/{number}", responses=documented(401, 403, 404, 422, 429, 503))
async def standing(service: Used, found: Annotated[OwnComplaint, Depends(may(Scope.READ))]) -> WholeComplaint:
    """Where a complaint stands, its deadlines, what it waits for, and its timeline."""
    steps = await service.own.steps(found.standing.id)
    now = answer(service, found, found.standing)
    return WholeComplaint(**dict(now), timeline=[_step(service.city, step) for step in steps])


def answer(service: Service, found: OwnComplaint, now: ComplaintView) -> ComplaintAnswer:
    """A complaint as it is answered, standing as it does ``now``."""
    facts = now.model_dump(include=set(ComplaintAnswer.model_fields) & set(ComplaintView.model_fields))
    return ComplaintAnswer(
        **facts,
        reference=found.reference,
        public=found.public,
        updated_at=found.updated_at,
        unit_name=unit_name(service.city, now.unit),
    )


def unit_name(city: Jurisdiction, code: str) -> str:
    """The name of a unit; the code of one that is no longer in the organisation."""
    try:
        return city.unit(code).name
    except Refused:
        return code


def _step(city: Jurisdiction, step: Step) -> StepAnswer:
    by = unit_name(city, step.by_unit) if step.by_unit else "reporter" if step.by_reporter else "tuntas"
    return StepAnswer(seq=step.seq, at=step.at, event=step.event, by=by, detail=step.detail)


def _cursor(last: OwnComplaint) -> str:
    place = Place(registered_at=last.registered_at, number=last.standing.number)
    return urlsafe_b64encode(place.model_dump_json().encode()).decode()


def _place(cursor: str) -> Place:
    try:
        return Place.model_validate_json(urlsafe_b64decode(cursor))
    except ValueError:  # pydantic's error and that of base64 are both one
        raise field_problem([FieldError(field="cursor", message="is not one that we gave out")]) from None
