"""Service requests: our complaints, to post and to read. Only what anybody may know is told."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from channels.http.caller import Used
from channels.http.follow_routes import unit_name
from channels.http.open311.arguments import CODE, codes, is_open, moment_of, near, numbers_of, page_of
from channels.http.open311.caller import posting_key
from channels.http.open311.documented import CREATED, REQUEST, TOKEN, answers, form
from channels.http.open311.errors import bad, unknown
from channels.http.open311.form import read_form
from channels.http.open311.jurisdiction import check_jurisdiction
from channels.http.open311.markup import Content, Document, Format, answer, moment
from channels.http.open311.posting import LONGEST_DESCRIPTION, check_complete, intake_of
from channels.http.open311.services import category_of
from channels.http.service import Service
from channels.http.submitting import take
from domain.public_facts import PublicRequest, RequestFilter
from domain.refusal import Refused
from domain.status import Status

SPAN = timedelta(days=90)
"""The longest time that one list may cover, and what it covers when nothing is asked for (the standard)."""

POSTED = form(
    needed=("api_key", "service_code"),
    optional=(
        "jurisdiction_id",
        "lat",
        "long",
        "address_string",
        "address_id",
        "description",
        "email",
        "device_id",
        "account_id",
        "first_name",
        "last_name",
        "phone",
        "media_url",
        "attribute[public]",
        "attribute[accuracy_metres]",
        "attribute[fixmystreet_id]",
    ),
)

router = APIRouter()


@router.post(
    "/requests.{wanted}",
    responses=answers({"type": "array", "items": CREATED}, 400, 403, 404, 409, 413, 415, 429, 503),
    openapi_extra=POSTED,
)
async def post_request(
    request: Request,
    service: Used,
    wanted: Format,
    idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
) -> Response:
    """Hands a complaint in. The notice tells the reporter's access code, here and nowhere else."""
    posted = await read_form(request)
    key = await posting_key(request, service, posted)
    check_jurisdiction(posted.get("jurisdiction_id"), request.query_params.get("jurisdiction_id"))
    check_complete(posted)
    category = category_of(service.city, posted.get("service_code") or "")
    taken = await take(service, intake_of(posted, key.channel, category, idempotency_key))
    code = taken.receipt.access_code
    notice = f"Follow it with the number {taken.receipt.number} and the access code {code}." if code else None
    row = {
        "service_request_id": taken.receipt.number,
        "service_notice": notice,
        "account_id": posted.get("account_id"),
    }
    return answer(wanted, Document("service_requests", [row]))


class Asked(BaseModel):
    """The filters as they stand in the address; who reads one says what is wrong with it."""

    jurisdiction_id: str | None = None
    service_request_id: str | None = None
    service_code: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    status: str | None = None
    updated_after: str | None = None
    updated_before: str | None = None
    lat: str | None = None
    long: str | None = None
    radius: str | None = None
    page: str | None = None
    page_size: str | None = None

    def filter(self, now: datetime) -> RequestFilter:
        """What is asked for. Raises ``Problem`` (400) that names the argument which cannot be."""
        if numbers := numbers_of(self.service_request_id):
            return RequestFilter(numbers=numbers)
        updated = (
            moment_of("updated_after", self.updated_after),
            moment_of("updated_before", self.updated_before),
        )
        first, last = moment_of("start_date", self.start_date), moment_of("end_date", self.end_date)
        if first or last or not any(updated):
            first, last = span(first, last, now)
        page, page_size = page_of(self.page, self.page_size)
        return RequestFilter(
            categories=codes("service_code", self.service_code),
            is_open=is_open(self.status),
            requested_from=first,
            requested_to=last,
            updated_from=updated[0],
            updated_to=updated[1],
            near=near(self.lat, self.long, self.radius),
            page=page,
            page_size=page_size,
        )


@router.get("/requests.{wanted}", responses=answers({"type": "array", "items": REQUEST}, 400, 503))
async def requests(service: Used, wanted: Format, asked: Annotated[Asked, Query()]) -> Response:
    """The complaints asked for, the newest first, at most 1000. Numbers override all other filters."""
    check_jurisdiction(asked.jurisdiction_id)
    found = await service.public.requests(asked.filter(service.clock()))
    return answer(wanted, Document("service_requests", [_row(service, one) for one in found]))


@router.get(
    "/requests/{service_request_id}.{wanted}",
    responses=answers({"type": "array", "items": REQUEST}, 400, 503),
)
async def one_request(
    service: Used, service_request_id: str, wanted: Format, jurisdiction_id: str | None = None
) -> Response:
    """One complaint; a list even so."""
    check_jurisdiction(jurisdiction_id)
    found = await _found(service, "service_request_id", service_request_id)
    return answer(wanted, Document("service_requests", [_row(service, found)]))


@router.get("/tokens/{token}.{wanted}", responses=answers({"type": "array", "items": TOKEN}, 400, 503))
async def token(service: Used, token: str, wanted: Format, jurisdiction_id: str | None = None) -> Response:
    """The number for a token. Every request gets its number at once, which is therefore its own token."""
    check_jurisdiction(jurisdiction_id)
    found = await _found(service, "token", token)
    row = {"service_request_id": found.number, "token": token}
    return answer(wanted, Document("service_requests", [row]))


def span(first: datetime | None, last: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """The time that a list covers: 90 days at most, the last 90 days when nothing was asked for.

    Raises ``Problem`` (400) for a longer time, or one that ends before it begins.
    """
    try:
        if last is None:
            last = first + SPAN if first else now
        first = first or last - SPAN
    except OverflowError:
        raise bad("start_date", "is too far from now") from None
    if first > last:
        raise bad("end_date", "is before start_date")
    if last - first > SPAN:
        raise bad("end_date", f"is more than {SPAN.days} days after start_date; ask for a shorter time")
    return first, last


async def _found(service: Service, name: str, number: str) -> PublicRequest:
    if not CODE.fullmatch(number):
        raise unknown(name)
    found = await service.public.requests(RequestFilter(numbers=(number.upper(),)))
    if not found:
        raise unknown(name)
    return found[0]


def _row(service: Service, one: PublicRequest) -> Content:
    closed = one.status in {Status.RESOLVED, Status.CLOSED}
    name = _category_name(service, one.category)
    return {
        "service_request_id": one.number,
        "status": "closed" if closed else "open",
        "status_notes": one.waits_for,
        "service_name": name,
        "service_code": one.category,
        "description": (one.text or name)[:LONGEST_DESCRIPTION],
        "agency_responsible": unit_name(service.city, one.unit),
        "service_notice": None,
        "requested_datetime": moment(one.requested_at),
        "updated_datetime": moment(one.updated_at),
        "expected_datetime": None if closed else moment(one.next_due_at),
        "address": one.place,
        "address_id": None,
        "zipcode": None,
        "lat": one.latitude,
        "long": one.longitude,
        "media_url": None,
    }


def _category_name(service: Service, code: str) -> str:
    try:
        return service.city.category(code).name
    except Refused:
        return code
