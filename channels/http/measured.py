"""How many requests were answered, how, and how fast: by route, never by what somebody wrote into a path."""

import time
from collections.abc import MutableMapping
from typing import Any

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUESTS = Counter("tuntas_http_requests", "Requests that were answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "tuntas_http_request_seconds",
    "From a request to the end of its answer.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
UNDER_WAY = Gauge("tuntas_http_requests_under_way", "Requests that are being answered.")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"
STREAM = b"text/event-stream"
"""Open for as long as somebody looks at a page: counted, but its length says nothing of how fast we are."""


class Measured:
    """Counts every request and times all but streams. What breaks off without an answer counts as 5xx."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and looks at the status of its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began, streams = 500, time.perf_counter(), False

        async def watched(message: Message) -> None:
            nonlocal status, streams
            if message["type"] == "http.response.start":
                status = message["status"]
                streams = STREAM in dict(message.get("headers", ())).get(b"content-type", b"")
            await send(message)

        try:
            with UNDER_WAY.track_inprogress():
                await self._app(scope, receive, watched)
        finally:
            method, route = method_of(scope), route_of(scope)
            REQUESTS.labels(method, route, f"{status // 100}xx").inc()
            if not streams:
                SECONDS.labels(method, route).observe(time.perf_counter() - began)


def route_of(scope: MutableMapping[str, Any]) -> str:
    """The template of the route that answered, such as ``/api/v1/complaints/{number}``."""
    # FastAPI keeps the template with the prefixes of the routers around it here, and the bare one there.
    found = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return str(getattr(found, "path", NO_ROUTE))


def method_of(scope: MutableMapping[str, Any]) -> str:
    """The method, of those that exist: anybody can send another."""
    return scope["method"] if scope["method"] in METHODS else "other"
