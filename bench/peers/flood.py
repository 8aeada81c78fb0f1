"""Very many complaints due in the same minute: how long until every one is escalated and announced."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bench.peers.peer import Peer
from bench.peers.tables import spread, tell
from bench.peers.turns import in_turn, say
from bench.peers.verifier import Problem, counted, verify
from bench.peers.work import Clients, announced, escalated, in_a_month

MINUTE_S = 50.0
"""Deadlines are spread over so long: within one minute, whichever way it is rounded."""

TRIAL, ROOM, START_S, AT_ONCE = 100, 1.5, 20.0, 40
CLEARED_WITHIN_S = 7200.0


class Round(NamedTuple):
    """Seconds from the first deadline until the last was escalated, and until all was announced."""

    escalated_s: float
    announced_s: float
    problems: list[Problem]


async def measure(peers: Sequence[Peer], complaints: int, rounds: int) -> bool:
    """Measures and tells; False when a peer did not do the work."""

    async def once(peer: Peer, prefix: str) -> Round:
        return await _round(peer, prefix, complaints)

    measured = await in_turn(peers, rounds, once)
    rows = [
        (
            name,
            spread([one.escalated_s for one in some]),
            spread([one.announced_s for one in some]),
            counted([problem for one in some for problem in one.problems]),
        )
        for name, some in measured.items()
    ]
    title = f"{complaints} due within {MINUTE_S:.0f} s, counted from the first deadline, {rounds} rounds"
    tell(title, ("", "all escalated after s", "all announced after s", "wrong"), rows)
    return not any(one.problems for some in measured.values() for one in some)


async def _round(peer: Peer, prefix: str, complaints: int) -> Round:
    clients = Clients(peer, AT_ONCE)
    trial = [f"trial-{prefix}{number}" for number in range(min(TRIAL, complaints))]
    one_s = await clients.each(trial, lambda name: clients.open(name, in_a_month())) / len(trial)
    first = datetime.now(UTC) + timedelta(seconds=START_S + ROOM * complaints * one_s)
    say(f"  {1 / one_s:.0f} opened a second in the trial; due from {first:%H:%M:%S} UTC")

    async def one(number: int) -> None:
        if datetime.now(UTC) > first:
            raise SystemExit(f"{peer.name} had not opened all when the first was due; run it again")
        due_at = first + timedelta(seconds=MINUTE_S * number / complaints)
        await clients.open(f"{prefix}{number}", due_at)

    await clients.each(range(complaints), one)
    await asyncio.sleep((first - datetime.now(UTC)).total_seconds())
    began = time.monotonic()
    found = await escalated(peer, prefix, complaints, CLEARED_WITHIN_S)
    left = await announced(peer, prefix, CLEARED_WITHIN_S)
    took = time.monotonic() - began
    expected = {f"{prefix}{number}": peer.escalated for number in range(complaints)}
    problems = verify(await peer.record.found(prefix), expected, peer.messages)
    if left:
        problems.append(Problem("message not sent", prefix, str(left)))
    last = max((one.at for one in found), default=datetime.now(UTC))
    return Round((last - first).total_seconds(), took, problems)
