"""What it costs to wait: CPU seconds a minute while complaints are open and none is due."""

import asyncio
import time
from collections.abc import Sequence
from typing import NamedTuple

import psutil

from bench.peers.cpu import cpu_seconds
from bench.peers.peer import Peer
from bench.peers.steps import OPENED
from bench.peers.tables import tell
from bench.peers.turns import in_turn, say
from bench.peers.verifier import Problem, counted, verify
from bench.peers.work import Clients, announced, in_a_month

QUIET_S = 20.0
"""So long after the last complaint was opened the measuring begins."""

AT_ONCE = 40
ANNOUNCED_WITHIN_S = 600.0


class Waiting(NamedTuple):
    """CPU seconds a minute and megabytes of memory with so many open; what was wrong."""

    cpu: float
    memory: float
    problems: list[Problem]


async def measure(peers: Sequence[Peer], counts: Sequence[int], minutes: float) -> bool:
    """Measures each peer at every count, from the least up, and tells."""

    async def once(peer: Peer, prefix: str) -> list[Waiting]:
        return [await _waiting(peer, prefix, before, count, minutes) for before, count in _pairs(counts)]

    measured = await in_turn(peers, 1, once)
    columns = [""]
    for count in sorted(counts):
        columns += [f"{count} open: CPU s/min", "MB"]
    rows = []
    for name, several in ((name, done[1]) for name, done in measured.rounds.items()):
        figures = [text for one in several for text in (f"{one.cpu:.2f}", f"{one.memory:.0f}")]
        rows.append((name, *figures, counted([problem for one in several for problem in one.problems])))
    tell(f"none is due, {minutes:g} minutes each", (*columns, "wrong"), rows)
    return measured.complete and not any(one.problems for done in measured.rounds.values() for one in done[1])


def _pairs(counts: Sequence[int]) -> list[tuple[int, int]]:
    ordered = sorted(counts)
    return list(zip([0, *ordered], ordered, strict=False))


async def _waiting(peer: Peer, prefix: str, before: int, count: int, minutes: float) -> Waiting:
    clients = Clients(peer, AT_ONCE)
    took = await clients.each(
        range(before, count), lambda number: clients.open(f"{prefix}{number}", in_a_month())
    )
    say(f"  {count} open, {count - before} of them opened in {took:.0f} s; measuring for {minutes:g} min")
    left = await announced(peer, prefix, ANNOUNCED_WITHIN_S)
    await asyncio.sleep(QUIET_S)
    used, began = cpu_seconds(peer.processes), time.monotonic()
    await asyncio.sleep(60 * minutes)
    used, took = cpu_seconds(peer.processes) - used, time.monotonic() - began
    expected = {f"{prefix}{number}": (OPENED,) for number in range(count)}
    problems = verify(await peer.record.found(prefix), expected, peer.messages)
    if left:
        problems.append(Problem("message not sent", prefix, str(left)))
    return Waiting(60 * used / took, _megabytes(peer.processes), problems)


def _megabytes(roots: Sequence[int]) -> float:
    """Memory of all processes; what they share is shared out among them (proportional set size)."""
    total = 0
    for root in roots:
        try:
            family = [psutil.Process(root), *psutil.Process(root).children(recursive=True)]
        except psutil.Error:
            continue
        for process in family:
            try:
                total += process.memory_full_info().pss
            except psutil.Error:
                continue
    return total / 1e6
