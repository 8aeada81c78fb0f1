"""Errors as problem documents (RFC 9457), and what becomes one."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from channels.bad_input import wrong
from domain.refusal import RefusalCode, Refused

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:tuntas:problem:"
RETRY_AFTER_S = 5
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


class FieldError(BaseModel):
    """What is wrong with one field; ``field`` is a path such as ``point.latitude``."""

    field: str
    message: str


class ProblemDocument(BaseModel):
    """An error as RFC 9457 writes it, with the fields it is about.

    ``number`` is that of the complaint which stands in the way, where there is one.
    """

    type: str = Field(examples=[f"{TYPE}bad-input"])
    title: str = Field(examples=["Something in the request is not valid"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["text is empty; it needs at least 1 character."])
    instance: str = Field(examples=["/api/v1/complaints"])
    errors: list[FieldError] = []
    number: str | None = None


TITLES = {
    400: ("bad-request", "The request cannot be read"),
    401: ("no-key", "A key or an access code is needed"),
    403: ("not-allowed", "This is not allowed"),
    404: ("not-found", "There is no such thing"),
    405: ("method-not-allowed", "The address does not know this method"),
    406: ("not-acceptable", "The format asked for is not offered"),
    409: ("conflict", "It does not fit what is already there"),
    413: ("too-large", "The request is too large"),
    415: ("unsupported-media-type", "The body has the wrong content type"),
    422: ("bad-input", "Something in the request is not valid"),
    429: ("too-many-requests", "Too many requests"),
    500: ("defect", "Something is broken on our side"),
    503: ("no-answer", "A part of the service does not answer"),
}
"""Type and title of the problem for each status that is ever answered."""

STATUS_OF = {
    RefusalCode.WRONG_STATE: 409,
    RefusalCode.NOT_YOURS: 403,
    RefusalCode.UNKNOWN_CHANNEL: 403,
    RefusalCode.HOP_LIMIT: 409,
    RefusalCode.ALREADY_DONE: 409,
    RefusalCode.TOO_LATE: 409,
    RefusalCode.SAME_UNIT: 409,
    RefusalCode.REFERENCE_CLASH: 409,
    RefusalCode.UNKNOWN_NUMBER: 404,
}
"""The status for each refusal; those that are not here are about a field: 422."""


class Problem(Exception):
    """An answer that is an error. ``detail`` is one sentence for people, without personal data."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[FieldError] = (),
        *,
        code: str | None = None,
        number: str | None = None,
        retry_after: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = list(errors)
        self.code = code
        self.number = number
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)

    def document(self, instance: str) -> ProblemDocument:
        """The problem as it is written; ``instance`` is the path that was asked for."""
        slug, title = TITLES.get(self.status, TITLES[400])
        return ProblemDocument(
            type=TYPE + (self.code or slug),
            title=title,
            status=self.status,
            detail=self.detail,
            instance=instance,
            errors=self.errors,
            number=self.number,
        )


def refused(error: Refused) -> Problem:
    """The domain's no."""
    return Problem(STATUS_OF.get(error.code, 422), error.message, code=error.code.lower().replace("_", "-"))


def unanswered() -> Problem:
    """A server behind us did not answer; nothing is lost by asking again."""
    return Problem(
        503,
        "A part of the service does not answer. Ask again: nothing is taken twice.",
        retry_after=RETRY_AFTER_S,
    )


def invalid(error: RequestValidationError) -> Problem:
    """What FastAPI found wrong with a request."""
    found = error.errors()
    if any(one["loc"][0] == "path" for one in found):
        return Problem(404, "There is nothing at this address.")
    if any(one["type"] == "json_invalid" for one in found):
        return Problem(400, "The body is not JSON.")
    return field_problem([FieldError(field=_path(one), message=wrong(one)) for one in found])


def field_problem(errors: Sequence[FieldError], status: int = 422) -> Problem:
    """A problem about fields; its sentence is about the first."""
    first = errors[0]
    return Problem(status, f"{first.field} {first.message}.", errors)


def from_http(error: HTTPException, request: Request) -> Problem:
    """What the framework refuses by itself: an unknown address or method, a body that cannot be read."""
    headers = dict(error.headers or {})
    match error.status_code:
        case 404:
            detail = "There is nothing at this address."
        case 405:
            detail = f"{request.method[:20]} is not possible here; see the Allow header."
            headers["Allow"] = ", ".join(_methods(request))
        case 413:
            detail = str(error.detail)
        case _:
            detail = "The request could not be read."
    return Problem(error.status_code, detail, headers=headers)


def _methods(request: Request) -> list[str]:
    """All methods of this address; the framework itself names only those of the first route that fits."""
    return [method for method in METHODS if _fits(request, method)]


def _fits(request: Request, method: str) -> bool:
    scope = dict(request.scope) | {"method": method}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These problems as OpenAPI describes them."""
    return {
        status: {
            "description": TITLES[status][1],
            "model": ProblemDocument,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
        for status in sorted(statuses)
    }


def _path(error: Any) -> str:
    """Where it is wrong, without the part that says 'body'."""
    parts = [str(part)[:60] for part in error["loc"] if part not in {"body", "query", "path", "header"}]
    return ".".join(parts) or "body"
