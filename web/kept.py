"""An answer that is costly is kept for a while; whoever asks meanwhile gets it at once."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Generic, TypeVar

A = TypeVar("A")


class Kept(Generic[A]):
    """One answer, made anew in the background when it is older than ``fresh_s`` seconds and asked for.

    The first who asks waits, and all others with them: it is never made twice at once.
    """

    def __init__(
        self, make: Callable[[], Awaitable[A]], fresh_s: float, timer: Callable[[], float] = monotonic
    ) -> None:
        self._make = make
        self._fresh_s = fresh_s
        self._timer = timer
        self._made_at = float("-inf")
        self._making: asyncio.Task[A] | None = None
        self._answer: A | None = None

    async def get(self) -> A:
        """The answer, at most one making older than ``fresh_s``. Raises what making it raises."""
        if self._timer() - self._made_at >= self._fresh_s and self._making is None:
            self._making = asyncio.create_task(self._renew())
        if self._answer is not None:
            return self._answer
        return await asyncio.shield(self._making or self._renew())

    async def _renew(self) -> A:
        try:
            self._answer = await self._make()
            self._made_at = self._timer()
            return self._answer
        finally:
            self._making = None
