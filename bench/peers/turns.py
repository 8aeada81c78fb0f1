"""Peers in turns: A B C A B C, each alone on the machine while it is measured, on data that grows."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from rich.console import Console

from bench.peers.peer import Peer

A = TypeVar("A")


def say(line: str) -> None:
    """Progress, apart from the tables."""
    Console(stderr=True).print(line, highlight=False, markup=False)


@asynccontextmanager
async def running(peer: Peer) -> AsyncIterator[None]:
    """The peer runs; it is stopped whatever happens."""
    try:
        await peer.start()
        yield
    finally:
        await peer.stop()


async def in_turn(
    peers: Sequence[Peer], rounds: int, measure: Callable[[Peer, str], Awaitable[A]]
) -> dict[str, list[A]]:
    """Measures each peer in each round; ``measure`` gets the beginning of its references."""
    measured: dict[str, list[A]] = {peer.name: [] for peer in peers}
    for number in range(1, rounds + 1):
        for peer in peers:
            say(f"round {number} of {rounds}: {peer.name} ...")
            async with running(peer):
                measured[peer.name].append(await measure(peer, f"r{number}-"))
    return measured
