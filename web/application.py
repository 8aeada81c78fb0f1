"""The pages: an application of their own within the web server, with one way to answer what goes wrong."""

from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Match, Mount
from starlette.types import Receive, Scope, Send

from channels.http.application import NO_TELEMETRY
from channels.http.problem import Problem
from channels.http.safe_page import from_here
from domain.refusal import RefusalCode, Refused
from durable.complaints import NoAnswer
from web import account, home, language_routes, map_routes, provider_routes, sign_in
from web.assets import asset_routes
from web.citizen import follow, public, report
from web.language_routes import own_address
from web.office import (
    accounts,
    complaint,
    coordination,
    coordination_acts,
    coordination_live,
    desk,
    inbox,
    integrity,
    persons,
    proofs,
    validation,
)
from web.rendering import page
from web.seat import NotAllowed, NotSignedIn
from web.site import Site

NOT_PAGES = ("/api", "/open311", "/codec", "/hooks", "/feeds", "/healthz", "/readyz", "/openapi.json")
"""What programs ask for: an address that is wrong there is answered as they expect, not with a page."""

ENTRANCE = (sign_in, provider_routes, home, account)
SUPERVISION = (coordination, coordination_acts, coordination_live, validation, integrity, proofs)
OFFICE = (inbox, complaint, desk, persons, accounts, *SUPERVISION)
"""The pages of people of the city."""

SMALLEST_ZIPPED = 600


def create_pages(site: Site) -> FastAPI:
    """The application that answers with pages."""
    pages = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, telemetry=NO_TELEMETRY)
    pages.state.site = site
    pages.add_middleware(FromHere)
    pages.add_middleware(GZipMiddleware, minimum_size=SMALLEST_ZIPPED)
    pages.include_router(asset_routes(site.assets))
    for part in (report, follow, public, map_routes, language_routes, *ENTRANCE, *OFFICE):
        pages.include_router(part.router)
    _handle_errors(pages)
    return pages


def add_pages(app: FastAPI, site: Site) -> None:
    """Lets an application answer with pages wherever it has no address of its own for programs."""
    app.router.routes.append(PagesMount("/", create_pages(site)))


class PagesMount(Mount):
    """The pages at ``/``, which take every address but those of programs."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """No match for programs' addresses, so that these keep their own 404 and 405."""
        if scope.get("path", "").startswith(NOT_PAGES):
            return Match.NONE, {}
        return super().matches(scope)


class FromHere:
    """Refuses forms that were sent from another site (CSRF), before anything reads them."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what changes nothing, and what one of our own pages sent."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        if from_here(request):
            await self._app(scope, receive, send)
            return
        await page(request, "problem.html", 403, problem="elsewhere")(scope, receive, send)


def _handle_errors(pages: FastAPI) -> None:
    async def to_sign_in(request: Request, _: Exception) -> Response:
        if request.headers.get("hx-request") == "true":
            return Response(status_code=401, headers={"HX-Redirect": "/sign-in"})
        return RedirectResponse(f"/sign-in?then={_page_of(request)}", 303)

    pages.add_exception_handler(NotSignedIn, to_sign_in)
    for kind, status_and_problem in {
        NotAllowed: lambda _: (403, "not-allowed", ""),
        Refused: _refused,
        Problem: lambda error: (error.status, _named(error.status), error.detail),
        NoAnswer: lambda _: (503, "no-answer", ""),
        ConnectionError: lambda _: (503, "no-answer", ""),
        RequestValidationError: lambda _: (422, "invalid", ""),
        DataError: lambda _: (422, "invalid", ""),  # a NUL in a filter, say, which PostgreSQL cannot look for
        HTTPException: lambda error: (error.status_code, _named(error.status_code), ""),
        Exception: _defect,
    }.items():
        pages.add_exception_handler(kind, _handler(status_and_problem))


def _page_of(request: Request) -> str:
    """Where one goes on after signing in: a form that was sent is no page, but was on one."""
    if request.method == "GET":
        return request.url.path
    return own_address(urlsplit(request.headers.get("referer", "")).path or "/office")


def _handler(status_and_problem: Any) -> Any:
    async def handle(request: Request, error: Exception) -> Response:
        status, problem, detail = status_and_problem(error)
        return page(request, "problem.html", status, problem=problem, detail=detail)

    return handle


def _named(status: int) -> str:
    names = {404: "not-found", 405: "not-found", 413: "too-large", 429: "too-fast", 403: "not-allowed"}
    return names.get(status, "invalid" if status < 500 else "defect")  # noqa: PLR2004 - ours or theirs


def _refused(error: Any) -> tuple[int, str, str]:
    unknown = error.code in {code for code in RefusalCode if code.name.startswith("UNKNOWN")}
    return (404, "not-found", "") if unknown else (409, "refused", error.message)


def _defect(error: Exception) -> tuple[int, str, str]:
    structlog.get_logger("pages").error("defect", error=type(error).__name__)
    return 500, "defect", ""
