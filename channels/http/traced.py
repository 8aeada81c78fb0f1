"""A span for each request, named by its route. It begins a trace of its own: strangers steer none of ours."""

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, StatusCode, get_tracer
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.http.measured import method_of, route_of

FAILED = 500


class Traced:
    """Put around an application that runs in a process which traces (``runtime.tracing``)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._tracer = get_tracer("tuntas.http")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on within a span."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method = method_of(scope)
        with self._tracer.start_as_current_span(method, Context(), SpanKind.SERVER) as span:

            async def watched(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= FAILED:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            try:
                await self._app(scope, receive, watched)
            finally:
                span.update_name(f"{method} {route_of(scope)}")
                span.set_attribute("http.request.method", method)
                span.set_attribute("http.route", route_of(scope))
