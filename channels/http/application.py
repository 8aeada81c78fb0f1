"""The application: all routes of one service, with one way to answer what goes wrong."""

from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from channels.http import (
    act_routes,
    alert_routes,
    attachment_routes,
    city_routes,
    feed_routes,
    follow_routes,
    probe_routes,
    submit_routes,
)
from channels.http.body_limit import BodyLimit
from channels.http.measured import Measured
from channels.http.open311 import discovery, requests, services, updates
from channels.http.open311.errors import PREFIX, error_answer
from channels.http.problem import MEDIA_TYPE, Problem, from_http, invalid, refused, unanswered
from channels.http.service import Service
from channels.messaging.routes import hook_routes
from domain.refusal import Refused
from durable.complaints import NoAnswer

DESCRIPTION = """Complaints to the city of Jakarta: how channels hand them in and follow them.

Every error is a problem document (RFC 9457) that names the field; those of Open311 are in its own format.
Sending again is always safe: a complaint by its reference, a command by its id.
"""


FORM_EXTRA = 20 * 1024 * 1024
"""Bytes that a form of a page may have beside the largest file: more photos, and what was typed."""

NO_TELEMETRY = TelemetryConfig(tracing=False, metrics=False, logs=False, auto_configure=False)
"""FastAPI's own would tell paths, queries and texts of errors; ``measured`` and ``traced`` tell routes."""


def create_app(service: Service) -> FastAPI:
    """An ASGI application that answers for this service."""
    app = FastAPI(
        title="Tuntas",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        telemetry=NO_TELEMETRY,
    )
    app.state.service = service
    app.add_middleware(Measured)
    app.add_middleware(BodyLimit, larger=_larger(service.files.largest))
    api = APIRouter(prefix="/api/v1")
    for module in (submit_routes, follow_routes, act_routes, attachment_routes, alert_routes, city_routes):
        api.include_router(module.router)
    app.include_router(api)
    for part in (services, requests, updates):
        app.include_router(part.router, prefix="/open311/v2", tags=["Open311"])
    app.include_router(discovery.router, tags=["Open311"])
    app.include_router(feed_routes.router)
    if service.hooks:
        app.include_router(hook_routes(service.hooks))
    app.include_router(probe_routes.router)
    _handle_errors(app)
    return app


def _larger(file: int) -> dict[str, int]:
    """Where files come in: one by one from programs, several in a form from pages."""
    form = file + FORM_EXTRA
    return {"/api/v1/attachments": file, "/report": form, "/office/complaints/": form}


def _handle_errors(app: FastAPI) -> None:
    handlers: dict[type[Exception], Any] = {
        Problem: lambda _, error: error,
        Refused: lambda _, error: refused(error),
        NoAnswer: lambda *_: unanswered(),
        ConnectionError: lambda *_: unanswered(),
        RequestValidationError: lambda _, error: invalid(error),
        HTTPException: lambda request, error: from_http(error, request),
        Exception: _defect,
    }
    for kind, problem_of in handlers.items():
        app.add_exception_handler(kind, _handler(problem_of))


def _handler(problem_of: Any) -> Any:
    async def handle(request: Request, error: Exception) -> Response:
        return respond(request, problem_of(request, error))

    return handle


def respond(request: Request, problem: Problem) -> Response:
    """The problem as the part of the service that was asked writes it."""
    path = request.url.path
    if path.startswith(PREFIX):
        return error_answer(path, problem)
    document = problem.document(path[:300]).model_dump(exclude_none=True)
    return JSONResponse(document, problem.status, problem.headers, MEDIA_TYPE)


def _defect(request: Request, error: Exception) -> Problem:
    """A defect of ours; its text stays out of the log, because it may quote what somebody said."""
    route = request.scope.get("route")
    structlog.get_logger("web").error(
        "defect", error=type(error).__name__, route=getattr(route, "path", None)
    )
    return Problem(500, "Something is broken on our side; it is logged. What was sent may be sent again.")
