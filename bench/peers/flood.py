"""Very many complaints due at the same moment: how long until every one is escalated and announced."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bench.peers.peer import Peer
from bench.peers.tables import spread, tell
from bench.peers.turns import Spoilt, in_turn, say
from bench.peers.verifier import Problem, counted, verify
from bench.peers.work import Clients, announced, escalated, in_a_month

TRIAL, ROOM, START_S, AT_ONCE = 100, 1.5, 20.0, 40
CLEARED_WITHIN_S = 7200.0


class Round(NamedTuple):
    """Seconds after the deadline: the first escalation, the last, and until all was announced."""

    first_s: float
    last_s: float
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
            spread([one.first_s for one in some]),
            spread([one.last_s for one in some]),
            spread([one.announced_s for one in some]),
            counted([problem for one in some for problem in one.problems]),
        )
        for name, some in ((name, measured.of(name)) for name in measured.rounds)
    ]
    title = f"{complaints} due at one moment, {rounds} rounds"
    tell(title, ("", "first escalated after s", "last after s", "all announced after s", "wrong"), rows)
    return measured.complete and not any(
        one.problems for name in measured.rounds for one in measured.of(name)
    )


async def _round(peer: Peer, prefix: str, complaints: int) -> Round:
    clients = Clients(peer, AT_ONCE)
    trial = [f"trial-{prefix}{number}" for number in range(min(TRIAL, complaints))]
    one_s = await clients.each(trial, lambda name: clients.open(name, in_a_month())) / len(trial)
    due_at = datetime.now(UTC) + timedelta(seconds=START_S + ROOM * complaints * one_s)
    say(f"  {1 / one_s:.0f} opened a second in the trial; due at {due_at:%H:%M:%S} UTC")

    async def one(number: int) -> None:
        if datetime.now(UTC) > due_at:
            raise Spoilt(f"{peer.name} had not opened all when they were due; run it again")
        await clients.open(f"{prefix}{number}", due_at)

    await clients.each(range(complaints), one)
    await asyncio.sleep(max(0.0, (due_at - datetime.now(UTC)).total_seconds()))
    began = time.monotonic()
    found = await escalated(peer, prefix, complaints, CLEARED_WITHIN_S)
    left = await announced(peer, prefix, CLEARED_WITHIN_S)
    took = time.monotonic() - began
    expected = {f"{prefix}{number}": peer.escalated for number in range(complaints)}
    problems = verify(await peer.record.found(prefix), expected, peer.messages)
    if left:
        problems.append(Problem("message not sent", prefix, str(left)))
    seconds = [(one.at - due_at).total_seconds() for one in found] or [took]
    return Round(min(seconds), max(seconds), took, problems)
