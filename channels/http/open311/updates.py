"""Updates of service requests: mySociety's extension, which FixMyStreet reads and writes."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from channels.bad_input import wrong
from channels.http.act_routes import act, by_reporter, command_id
from channels.http.caller import Used, complaint
from channels.http.open311.arguments import moment_of, numbers_of, page_of
from channels.http.open311.caller import posting_key
from channels.http.open311.documented import UPDATE, UPDATED, answers, form
from channels.http.open311.errors import bad, missing, unknown
from channels.http.open311.form import Form, read_form
from channels.http.open311.jurisdiction import check_jurisdiction
from channels.http.open311.markup import Content, Document, Format, answer, moment
from channels.http.open311.requests import span
from domain.commands import AnyCommand, Close, Reopen, Reply
from domain.public_facts import PublicUpdate, UpdateFilter
from domain.status import Status

OPEN = {"open", "reopened", "confirmed", "investigating"}
CLOSED = {"closed", "fixed", "fixed - user", "fixed_-_user"}
"""Words of FixMyStreet for a report that its reporter finds open, or done."""

SENTENCES = {
    "received": "It was received.",
    "accepted": "The unit has taken it up.",
    "coordinated": "It was passed to another unit.",
    "disposed": "It was passed to a sub-unit.",
    "handed_back": "It was handed back.",
    "reassigned": "It was given to another unit.",
    "progress_noted": "Work is going on.",
    "completed": "The unit says that it is done; another unit checks.",
    "validated": "It was checked and is resolved.",
    "follow_up_rejected": "It was checked and is not done; the unit works again.",
    "asked": "The reporter was asked a question.",
    "replied": "The reporter has answered.",
    "ews_granted": "It will take longer than usual.",
    "escalated": "Time ran out; a supervisor was told.",
    "reopened": "The reporter says that it is not done; it is open again.",
    "closed": "It is closed.",
    "withdrawn": "The reporter took it back.",
}
"""What others are told of each event: that it happened, and no note, which may speak of people."""

POSTED = form(
    needed=("api_key", "service_request_id", "description"),
    optional=(
        "jurisdiction_id",
        "update_id",
        "updated_datetime",
        "status",
        "email",
        "first_name",
        "last_name",
        "title",
        "media_url",
        "account_id",
    ),
)

router = APIRouter()


class Asked(BaseModel):
    """The filters as they stand in the address."""

    jurisdiction_id: str | None = None
    service_request_id: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    page: str | None = None
    page_size: str | None = None

    def filter(self, now: datetime) -> UpdateFilter:
        """What is asked for: of single complaints everything, else 90 days. Raises ``Problem`` (400)."""
        numbers = numbers_of(self.service_request_id)
        first, last = moment_of("start_date", self.start_date), moment_of("end_date", self.end_date)
        if first or last or not numbers:
            first, last = span(first, last, now)
        page, page_size = page_of(self.page, self.page_size)
        return UpdateFilter(numbers=numbers, since=first, until=last, page=page, page_size=page_size)


@router.get(
    "/servicerequestupdates.{wanted}", responses=answers({"type": "array", "items": UPDATE}, 400, 503)
)
async def updates(service: Used, wanted: Format, asked: Annotated[Asked, Query()]) -> Response:
    """What happened to complaints, oldest first, at most 1000 lines."""
    check_jurisdiction(asked.jurisdiction_id)
    found = await service.public.updates(asked.filter(service.clock()))
    return answer(wanted, Document("service_request_updates", [_row(one) for one in found]))


@router.post(
    "/servicerequestupdates.{wanted}",
    responses=answers({"type": "array", "items": UPDATED}, 400, 403, 404, 409, 413, 415, 429, 503),
    openapi_extra=POSTED,
)
async def post_update(
    request: Request,
    service: Used,
    wanted: Format,
    idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
) -> Response:
    """The reporter's word through their channel: an answer, that it is not done, or that it is.

    When the complaint waits for no word of the reporter it is refused (409), and says so.
    """
    posted = await read_form(request)
    key = await posting_key(request, service, posted)
    check_jurisdiction(posted.get("jurisdiction_id"), request.query_params.get("jurisdiction_id"))
    if absent := [name for name in ("service_request_id", "description") if not posted.get(name)]:
        raise missing(absent)
    own = await complaint(service, posted.get("service_request_id") or "")
    if own is None or own.standing.channel != key.channel:
        raise unknown("service_request_id")
    identity = command_id("update", posted.get("update_id") or idempotency_key)
    order = by_reporter(_command(posted, own.standing.status), identity)
    after = await act(service.complaints, service.own, own, order)
    row = {"update_id": f"{after.number}-{after.seq}"}
    return answer(wanted, Document("service_request_updates", [row]))


def _command(posted: Form, status: Status) -> AnyCommand:
    """What the reporter says: that a resolved complaint is not done, or is; else it is an answer.

    The complaint itself refuses an answer that it does not wait for, unless it has that very one already.
    """
    said, wish = posted.get("description") or "", (posted.get("status") or "").lower()
    try:
        if status is Status.RESOLVED and wish in OPEN:
            return Reopen(note=said)
        if status is Status.RESOLVED and wish in CLOSED:
            return Close(note=said)
        return Reply(answer=said)
    except ValidationError as error:
        raise bad("description", wrong(error.errors(include_url=False, include_input=False)[0])) from None


def _row(one: PublicUpdate) -> Content:
    return {
        "update_id": f"{one.number}-{one.seq}",
        "service_request_id": one.number,
        "status": "closed" if one.ends else "open",
        "updated_datetime": moment(one.at),
        "description": SENTENCES.get(one.event, one.event),
        "media_url": None,
    }
