"""What is done to a peer: complaints opened and led through their life, several at once, with patience."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bench.peers.peer import NoAnswer, Peer
from bench.peers.record import Escalation
from bench.peers.steps import STEPS
from bench.peers.turns import Spoilt

AT_ONCE = 20
GIVE_UP_AFTER_S = 600.0
PAUSE_S = 0.5
LOOK_EVERY_S, SHARE = 0.2, 20
"""The pause between two looks at a database: so many seconds, and so many times as long as the look took."""

A = TypeVar("A")


class Clients:
    """Those who hand in and act; they ask again when there is no answer, and count how often."""

    def __init__(self, peer: Peer, at_once: int = AT_ONCE) -> None:
        self.peer = peer
        self.asked_again = 0
        self.seconds: list[float] = []
        """How long each request took until it was answered."""
        self._at_once = at_once

    async def open(self, reference: str, due_at: datetime) -> None:
        """Hands one in."""
        await self._patiently(lambda: self.peer.open(reference, due_at))

    async def act(self, reference: str) -> None:
        """Takes every step, one after the other."""
        for step in STEPS:
            await self._patiently(lambda step=step: self.peer.act(reference, step))  # type: ignore[misc] # bound now

    async def life(self, reference: str, due_at: datetime | None = None) -> None:
        """Leads one through its whole life."""
        await self.open(reference, due_at or in_a_month())
        await self.act(reference)

    async def each(self, things: Iterable[A], do: Callable[[A], Awaitable[None]]) -> float:
        """Does it for each, some at once, in order; returns how many seconds that took."""
        waiting, began = iter(things), time.perf_counter()

        async def client() -> None:
            for thing in waiting:
                await do(thing)

        async with asyncio.TaskGroup() as group:
            for _ in range(self._at_once):
                group.create_task(client())
        return time.perf_counter() - began

    async def _patiently(self, ask: Callable[[], Awaitable[None]]) -> None:
        began = time.perf_counter()
        while True:
            try:
                await ask()
            except NoAnswer as failure:
                if time.perf_counter() - began > GIVE_UP_AFTER_S:
                    raise Spoilt(f"{self.peer.name} gave no answer: {failure}") from failure
                self.asked_again += 1
                await asyncio.sleep(PAUSE_S)
            else:
                self.seconds.append(time.perf_counter() - began)
                return


def in_a_month() -> datetime:
    """A deadline that does not come."""
    return datetime.now(UTC) + timedelta(days=30)


async def announced(peer: Peer, prefix: str, limit_s: float) -> int:
    """Waits until every message has gone out; returns how many have not when that takes too long."""
    return await _until(lambda: peer.record.pending(prefix), lambda left: not left, limit_s)


async def escalated(peer: Peer, prefix: str, many: int, limit_s: float) -> list[Escalation]:
    """Waits until so many complaints are escalated, or time is up; returns those that are."""
    await _until(lambda: peer.record.escalated(prefix), lambda there: there >= many, limit_s)
    return await peer.record.escalations(prefix)


async def _until(ask: Callable[[], Awaitable[int]], enough: Callable[[int], bool], limit_s: float) -> int:
    """Asks again and again, but so seldom that asking costs little of the machine."""
    until = time.monotonic() + limit_s
    while True:
        began = time.monotonic()
        answer = await ask()
        if enough(answer) or time.monotonic() > until:
            return answer
        await asyncio.sleep(max(LOOK_EVERY_S, SHARE * (time.monotonic() - began)))
