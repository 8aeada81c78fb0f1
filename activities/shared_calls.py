"""Calls that do the same for all who ask at the same time: one is made for many."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

A = TypeVar("A")


class SharedCalls(Generic[A]):
    """One call for a key is under way at a time, and one more for all who asked meanwhile.

    A call that had begun before somebody asked does not count for them: it may have missed what they know.
    """

    def __init__(self, call: Callable[[str, A], Awaitable[None]]) -> None:
        self._call = call
        self._next: dict[str, asyncio.Task[None]] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    async def __call__(self, key: str, argument: A) -> None:
        """Returns when a call that began after this was asked has succeeded, or raises what it raised.

        Those who share a call share the argument of whoever asked first. Who gives up takes it from nobody.
        """
        coming = self._next.get(key)
        if coming is None:
            coming = self._next[key] = asyncio.create_task(self._make(key, argument))
        await asyncio.shield(coming)

    async def _make(self, key: str, argument: A) -> None:
        async with self._turns.setdefault(key, asyncio.Lock()):
            del self._next[key]
            await self._call(key, argument)
