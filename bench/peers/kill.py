"""What survives kill -9: lives and deadlines while what runs the service's code is killed over and over."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NamedTuple

from bench.peers.peer import Peer
from bench.peers.steps import FINISHED
from bench.peers.tables import tell
from bench.peers.turns import in_turn, say
from bench.peers.verifier import Problem, counted, verify
from bench.peers.work import Clients, announced, escalated

BETWEEN_S = (2.0, 8.0)
DUE_AFTER_S = 20.0
QUIET_S = 120.0
"""So long after the last kill a service may take to bring everything to its end."""


class Round(NamedTuple):
    """Lives led, requests asked again, seconds until the last life ended, messages unsent, what is wrong."""

    lives: int
    asked_again: int
    took_s: float
    unsent: int
    problems: list[Problem]


async def measure(peers: Sequence[Peer], complaints: int, kills: int, rounds: int) -> bool:
    """Measures and tells. What was lost or doubled is the result, so it fails nothing."""

    async def once(peer: Peer, prefix: str) -> Round:
        return await _round(peer, prefix, complaints, kills)

    measured = await in_turn(peers, rounds, once)
    rows = []
    for name, some in ((name, measured.of(name)) for name in measured.rounds):
        rows.append(
            (
                name,
                str(sum(one.lives for one in some)),
                str(sum(one.asked_again for one in some)),
                f"{max(one.took_s for one in some):.0f}",
                str(sum(one.unsent for one in some)),
                counted([problem for one in some for problem in one.problems]),
            )
        )
    title = f"{complaints} deadlines and at least as many lives under {kills} kills, {rounds} rounds"
    columns = (
        "",
        "lives",
        "asked again",
        "last life ended after s",
        f"unsent {QUIET_S:.0f} s later",
        "wrong",
    )
    tell(title, columns, rows)
    return measured.complete


async def _round(peer: Peer, prefix: str, complaints: int, kills: int) -> Round:
    clients, began = Clients(peer), time.monotonic()
    late = [f"{prefix}late-{number}" for number in range(complaints)]
    lives: list[str] = []
    killing = asyncio.create_task(_kill(peer, kills))

    def references() -> Iterator[str]:
        while len(lives) < complaints or not killing.done():
            lives.append(f"{prefix}life-{len(lives)}")
            yield lives[-1]

    try:
        due_at = datetime.now(UTC) + timedelta(seconds=DUE_AFTER_S)
        await clients.each(late, lambda reference: clients.open(reference, due_at))
        await clients.each(references(), clients.life)
        took = time.monotonic() - began
        await killing
    finally:
        killing.cancel()
    await escalated(peer, f"{prefix}late-", complaints, QUIET_S + DUE_AFTER_S)
    left = await announced(peer, prefix, QUIET_S)
    expected = dict.fromkeys(lives, FINISHED) | dict.fromkeys(late, peer.escalated)
    problems = verify(await peer.record.found(prefix), expected, peer.messages)
    return Round(len(lives), clients.asked_again, took, left, problems)


async def _kill(peer: Peer, kills: int) -> None:
    chance = Random(kills)  # noqa: S311 - the same moments for every peer
    for number in range(kills):
        await asyncio.sleep(chance.uniform(*BETWEEN_S))
        say(f"  kill {number + 1} of {kills}")
        await peer.kill()
