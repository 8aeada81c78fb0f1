"""No body may be larger than a limit, whatever its sender says about its length."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST_BODY = 256 * 1024
"""Bytes: ten thousand characters of text several times over, and no place for files."""

DRAINED = 8 * 1024 * 1024
"""Bytes of a body that is too large which are read and thrown away: whoever is cut off while still sending
does not see the answer."""


class BodyLimit:
    """Refuses with 413 as soon as somebody reads a body that is too large."""

    def __init__(
        self, app: ASGIApp, largest: int = LARGEST_BODY, larger: Mapping[str, int] | None = None
    ) -> None:
        """``larger`` are beginnings of paths with another limit, in bytes; the longest that fits counts."""
        self._app = app
        self._largest = largest
        self._larger = dict(larger or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with a counted body."""
        seen, largest = 0, self._limit(scope.get("path", ""))

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > largest:
                await _drain(message, receive, seen)
                raise HTTPException(413, f"At most {largest // 1024} kB are taken in one request.")
            return message

        await self._app(scope, counted if scope["type"] == "http" else receive, send)

    def _limit(self, path: str) -> int:
        fitting = [prefix for prefix in self._larger if path.startswith(prefix)]
        return self._larger[max(fitting, key=len)] if fitting else self._largest


async def _drain(message: Message, receive: Receive, seen: int) -> None:
    while message.get("more_body") and seen < DRAINED:
        message = await receive()
        seen += len(message.get("body", b""))
