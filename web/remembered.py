"""Answers that many may have: asked for once at a time, and given again for a while."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class _Kept(NamedTuple, Generic[V]):
    value: V
    at: float


class Remembered(Generic[K, V]):
    """However many ask, one question is under way for each key.

    Gives an answer that is at most ``fresh_s`` old; an older one, up to ``stale_s`` more, at once too, while
    the next is being asked for.
    """

    def __init__(
        self,
        ask: Callable[[K], Awaitable[V]],
        fresh_s: float,
        stale_s: float = 0.0,
        most: int = 200,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask, self._fresh_s, self._stale_s, self._most, self._timer = ask, fresh_s, stale_s, most, timer
        self._kept: OrderedDict[K, _Kept[V]] = OrderedDict()
        self._asking: dict[K, asyncio.Task[V]] = {}

    async def of(self, key: K) -> V:
        """The answer for a key. What the question raises is raised, and not kept."""
        kept = self._kept.get(key)
        age = self._timer() - kept.at if kept else 0.0
        if kept and age < self._fresh_s:
            return kept.value
        asking = self._asking.get(key) or self._begin(key)
        if kept and age < self._fresh_s + self._stale_s:
            return kept.value
        return await asyncio.shield(asking)

    def _begin(self, key: K) -> "asyncio.Task[V]":
        asking = self._asking[key] = asyncio.ensure_future(self._asked(key))
        asking.add_done_callback(lambda done: done.cancelled() or done.exception())
        return asking

    async def _asked(self, key: K) -> V:
        try:
            value = await self._ask(key)
            self._kept[key] = _Kept(value, self._timer())
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return value
        finally:
            del self._asking[key]
