"""Handing complaints in: one, or all of a visitor at a counter."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel

from channels.http.caller import Used, needs
from channels.http.json_body import JSON_ONLY
from channels.http.problem import FieldError, Problem, ProblemDocument, documented, refused, unanswered
from channels.http.service import Service
from channels.http.submission import ReceiptAnswer, Submission, Visit
from channels.http.submitting import Taken, take
from domain.channel_key import ChannelKey, Scope
from domain.intake import Intake
from domain.refusal import Refused
from domain.text import Name
from durable.complaints import NoAnswer

AT_ONCE = 5
"""Complaints of one visit that are begun at the same time."""

Submitter = Annotated[ChannelKey, Depends(needs(Scope.SUBMIT))]
IdempotencyKey = Annotated[
    Name | None,
    Header(
        alias="Idempotency-Key", description="The reference, if the body has none. Sent twice, done once."
    ),
]

router = APIRouter(tags=["submit"])


@router.post(
    "/complaints",
    status_code=201,
    dependencies=[JSON_ONLY],
    responses={
        200: {"description": "It came before: the same receipt", "model": ReceiptAnswer},
        **documented(400, 401, 403, 409, 413, 415, 422, 429, 503),
    },
)
async def submit(
    request: Request,
    response: Response,
    service: Used,
    key: Submitter,
    submission: Submission,
    idempotency_key: IdempotencyKey = None,
) -> ReceiptAnswer:
    """Hands a complaint in.

    The same reference with the same text, place and category is the same complaint: send it again whenever
    the answer was lost. With other words it is refused (409), and the problem names the number.
    """
    reference = submission.reference or idempotency_key
    if reference is None:
        message = "is missing; send it in the body or as the header Idempotency-Key"
        raise Problem(422, f"reference {message}.", [FieldError(field="reference", message=message)])
    taken = await take(service, submission.intake(key.channel, reference, submission.reporter))
    response.status_code = 201 if taken.new else 200
    response.headers["Location"] = f"{request.url.path}/{taken.receipt.number}"
    return ReceiptAnswer.of(taken.receipt)


class VisitResult(BaseModel):
    """What became of one complaint of a visit: a receipt, or else the problem.

    ``status`` is what ``POST /complaints`` would have answered.
    """

    reference: str
    status: int
    receipt: ReceiptAnswer | None = None
    problem: ProblemDocument | None = None


class VisitAnswer(BaseModel):
    """What became of each complaint, in the order in which they were sent."""

    results: list[VisitResult]


@router.post(
    "/visits", dependencies=[JSON_ONLY], responses=documented(400, 401, 403, 413, 415, 422, 429, 503)
)
async def visit(request: Request, service: Used, key: Submitter, visit: Visit) -> VisitAnswer:
    """Hands in several complaints of one visitor; each has its own result, and sending again is safe.

    What is wrong with the form of the request (422) is found before anything is taken.
    """
    turns = asyncio.Semaphore(AT_ONCE)
    intakes = [
        one.intake(key.channel, one.reference or f"{visit.reference}/{place}", visit.visitor)
        for place, one in enumerate(visit.complaints, start=1)
    ]

    async def take_one(intake: Intake) -> VisitResult:
        async with turns:
            return await _result(service, intake, request.url.path)

    return VisitAnswer(results=list(await asyncio.gather(*map(take_one, intakes))))


async def _result(service: Service, intake: Intake, instance: str) -> VisitResult:
    outcome = await _taken(service, intake)
    if isinstance(outcome, Problem):
        document = outcome.document(instance)
        return VisitResult(reference=intake.reference, status=outcome.status, problem=document)
    receipt = ReceiptAnswer.of(outcome.receipt)
    return VisitResult(reference=intake.reference, status=201 if outcome.new else 200, receipt=receipt)


async def _taken(service: Service, intake: Intake) -> Taken | Problem:
    try:
        return await take(service, intake)
    except Problem as problem:
        return problem
    except Refused as error:
        return refused(error)
    except (NoAnswer, ConnectionError):
        return unanswered()
