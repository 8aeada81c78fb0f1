"""Pages that change by themselves: one poller in a process tells every open page that something changed.

A page is told that, not what: it asks for what it shows again, as whoever is signed in.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Protocol

import structlog

from domain.scope import Scope

EVERY_S = 0.8
"""A change shows within two seconds: found within this, fetched and drawn in the rest."""

STILL_HERE_S = 15.0
"""So often a quiet stream says that it is still there, and looks whether the session still is."""

RETRY_MS = 2000


class News(StrEnum):
    """What a page is told."""

    LIVE = "live"
    CHANGED = "changed"
    AWAY = "away"
    OVER = "over"


class Change(Protocol):
    """A complaint changed: the unit that holds it, and the one that gave it away."""

    @property
    def unit(self) -> str | None: ...  # noqa: D102 - the class says it

    @property
    def former(self) -> str | None: ...  # noqa: D102


class Source(Protocol):
    """Where changes come from: ``store.changes.Changes``."""

    async def next(self) -> Sequence[Change]:
        """What was recorded since the last time. Raises ``ConnectionError`` when it cannot be asked."""
        ...


class Listener:
    """An open page."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._told = asyncio.Event()
        self._news: News | None = None

    def concerned(self, changes: Sequence[Change]) -> bool:
        """Whether one of the changes is in its scope."""
        return any(self._scope.sees(one.unit) or self._scope.sees(one.former) for one in changes)

    def tell(self, news: News) -> None:
        """Leaves word; the last word counts."""
        self._news = news
        self._told.set()

    async def hear(self, within_s: float) -> News | None:
        """What there is to tell, or None when nothing happened for so long."""
        try:
            await asyncio.wait_for(self._told.wait(), within_s)
        except TimeoutError:
            return None
        self._told.clear()
        news, self._news = self._news, None
        return news


class Live:
    """Asks for changes while somebody listens, and only then.

    ``version`` counts the rounds in which something changed: what was counted under an older one is old.
    """

    def __init__(self, source: Callable[[], Source], every_s: float = EVERY_S) -> None:
        self._source, self._every_s = source, every_s
        self._listeners: set[Listener] = set()
        self._polling: asyncio.Task[None] | None = None
        self._ended = False
        self.version = 0

    @property
    def listeners(self) -> int:
        """How many pages are open."""
        return len(self._listeners)

    @property
    def polls(self) -> bool:
        """Whether it is asking."""
        return self._polling is not None

    @contextmanager
    def listening(self, scope: Scope) -> Iterator[Listener]:
        """A page that is open, until the end of the block."""
        listener = Listener(scope)
        self._listeners.add(listener)
        if self._ended:
            listener.tell(News.AWAY)
        elif self._polling is None:
            self._polling = asyncio.create_task(self._poll())
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
            if not self._listeners and self._polling:
                self._polling.cancel()
                self._polling = None

    @property
    def ended(self) -> bool:
        """Whether the server stops."""
        return self._ended

    def end(self) -> None:
        """The server stops: every stream ends at once, and the browser comes back by itself."""
        self._ended = True
        for listener in self._listeners:
            listener.tell(News.AWAY)

    async def _poll(self) -> None:
        source, away = self._source(), False
        while True:
            try:
                changes = await source.next()
            except ConnectionError as error:
                if not away:
                    structlog.get_logger("live").warning("no changes to be had", error=str(error))
                away = True
                self._tell_all(News.AWAY)
            else:
                self._tell(changes, everybody=away)
                away = False
            await asyncio.sleep(self._every_s)

    def _tell(self, changes: Sequence[Change], *, everybody: bool) -> None:
        if changes or everybody:
            self.version += 1
        for listener in self._listeners:
            if everybody or listener.concerned(changes):
                listener.tell(News.CHANGED)

    def _tell_all(self, news: News) -> None:
        for listener in self._listeners:
            listener.tell(news)


async def stream(
    live: Live,
    scope: Scope,
    is_signed_in: Callable[[], Awaitable[bool]],
    still_here_s: float = STILL_HERE_S,
) -> AsyncIterator[bytes]:
    """The lines of ``text/event-stream`` for one page, until the session or the server ends."""
    with live.listening(scope) as listener:
        yield f"retry: {RETRY_MS}\n".encode() + said(News.LIVE)
        looked_at = time.monotonic()
        while not live.ended:
            news = await listener.hear(still_here_s)
            if time.monotonic() - looked_at >= still_here_s:
                if not await is_signed_in():
                    yield said(News.OVER)
                    return
                looked_at = time.monotonic()
            yield said(news) if news else b": still here\n\n"


def said(news: News) -> bytes:
    """One event of a stream."""
    return f"event: {news}\ndata: {news}\n\n".encode()
