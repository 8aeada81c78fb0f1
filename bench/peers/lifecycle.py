"""Complaints a second: whole lives, everything recorded and announced."""

import time
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from bench.peers.cpu import cpu_seconds
from bench.peers.peer import Peer
from bench.peers.steps import FINISHED
from bench.peers.tables import share, spread, tell
from bench.peers.turns import Measured, in_turn
from bench.peers.verifier import Problem, counted, verify
from bench.peers.work import Clients, announced

WARM_UP = 5
ANNOUNCED_WITHIN_S = 120.0


class Round(NamedTuple):
    """What one peer did in one round; seconds of all requests, lives a second, CPU seconds of a life."""

    rate: float
    answers: list[float]
    cpu: float
    problems: list[Problem]


async def measure(peers: Sequence[Peer], complaints: int, rounds: int, at_once: int) -> bool:
    """Measures and tells; False when a peer did not do the work."""

    async def once(peer: Peer, prefix: str) -> Round:
        return await _round(peer, prefix, complaints, at_once)

    measured = await in_turn(peers, rounds, once)
    _tell(measured, f"{complaints} lives a round, {at_once} at once, {rounds} rounds")
    return measured.complete and not any(
        one.problems for name in measured.rounds for one in measured.of(name)
    )


async def _round(peer: Peer, prefix: str, complaints: int, at_once: int) -> Round:
    warm = Clients(peer, at_once)
    await warm.each([f"warm-{prefix}{number}" for number in range(WARM_UP)], warm.life)
    clients = Clients(peer, at_once)
    references = [f"{prefix}{number}" for number in range(complaints)]
    used, began = cpu_seconds(peer.processes), time.perf_counter()
    await clients.each(references, clients.life)
    left = await announced(peer, prefix, ANNOUNCED_WITHIN_S)
    took = time.perf_counter() - began
    used = cpu_seconds(peer.processes) - used
    problems = verify(await peer.record.found(prefix), dict.fromkeys(references, FINISHED), peer.messages)
    if left:
        problems.append(Problem("message not sent", prefix, f"{left} after {ANNOUNCED_WITHIN_S:.0f} s"))
    return Round(complaints / took, clients.seconds, used / complaints, problems)


def _tell(measured: Measured[Round], title: str) -> None:
    base, rows = next(iter(measured.rounds), ""), []
    for name, done in measured.rounds.items():
        rounds = measured.of(name)
        ratios = [
            one.rate / first.rate for at, one in done.items() if (first := measured.rounds[base].get(at))
        ]
        answers = [1000 * seconds for one in rounds for seconds in one.answers]
        rows.append(
            (
                name,
                spread([one.rate for one in rounds]),
                f"{median(ratios):.2f}" if ratios else "-",
                f"{median(answers):.0f}",
                f"{share(answers, 0.99):.0f}",
                spread([1000 * one.cpu for one in rounds], 0),
                counted([problem for one in rounds for problem in one.problems]),
            )
        )
    tell(
        title, ("", "complaints/s", f"of {base}'s", "answer p50 ms", "p99 ms", "CPU ms of one", "wrong"), rows
    )
