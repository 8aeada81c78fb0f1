"""Peers in turns: A B C A B C, each alone on the machine while it is measured, on data that grows."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Generic, NamedTuple, TypeVar

from rich.console import Console

from bench.peers.peer import Peer

A = TypeVar("A")
LONGEST_ROUND_S = 4 * 3600.0
"""Longer than 100,000 complaints take to open."""


class Spoilt(Exception):
    """What was to be measured did not come about; the round shows nothing."""


class Measured(NamedTuple, Generic[A]):
    """What each peer did in each round that was not spoilt, by its number; whether all came about."""

    rounds: dict[str, dict[int, A]]
    complete: bool

    def of(self, name: str) -> list[A]:
        """All rounds of a peer."""
        return list(self.rounds[name].values())


def say(line: str) -> None:
    """Progress, apart from the tables."""
    Console(stderr=True).print(line, highlight=False, markup=False)


async def in_turn(
    peers: Sequence[Peer], rounds: int, measure: Callable[[Peer, str], Awaitable[A]]
) -> Measured[A]:
    """Measures each peer in each round; ``measure`` gets the beginning of its references.

    A peer that fails takes nobody's figures along: it is said, and the next one's turn comes.
    """
    found: dict[str, dict[int, A]] = {peer.name: {} for peer in peers}
    for number in range(1, rounds + 1):
        for peer in peers:
            say(f"round {number} of {rounds}: {peer.name} ...")
            try:
                async with _running(peer), asyncio.timeout(LONGEST_ROUND_S):
                    found[peer.name][number] = await measure(peer, f"r{number}-")
            except Exception as error:  # noqa: BLE001 - whatever it is, the others are still to be measured
                say(f"  SPOILT: {_first(error)!r}")
    complete = all(len(done) == rounds for done in found.values())
    return Measured({name: done for name, done in found.items() if done}, complete)


@asynccontextmanager
async def _running(peer: Peer) -> AsyncIterator[None]:
    """The peer runs; it is stopped whatever happens."""
    try:
        await peer.start()
        yield
    finally:
        await peer.stop()


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
