"""The delay between a deadline and its escalation, and that a deadline is cancelled with the complaint."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bench.peers.peer import Peer
from bench.peers.steps import FINISHED
from bench.peers.tables import share, tell
from bench.peers.turns import Spoilt, in_turn, say
from bench.peers.verifier import Problem, counted, verify
from bench.peers.work import Clients, announced, escalated

SPREAD_S = 60.0
"""Deadlines are spread over so long, so that a job that looks once a minute is met at every moment of it."""

CLOSED = 5
"""One complaint of so many is closed before its deadline."""

START_S = 15.0
"""As if each complaint were led through its whole life, which is three times the work, and so much more."""

TRIAL = 10


class Round(NamedTuple):
    """Seconds from each deadline to its escalation, and what was wrong."""

    delays: list[float]
    problems: list[Problem]


async def measure(peers: Sequence[Peer], complaints: int, rounds: int) -> bool:
    """Measures and tells; False when a peer did not do the work."""

    async def once(peer: Peer, prefix: str) -> Round:
        return await _round(peer, prefix, complaints)

    measured = await in_turn(peers, rounds, once)
    rows = []
    for name, some in ((name, measured.of(name)) for name in measured.rounds):
        delays = [delay for one in some for delay in one.delays]
        figures = [f"{share(delays, part):.2f}" if delays else "-" for part in (0.5, 0.99, 1.0)]
        rows.append((name, *figures, counted([problem for one in some for problem in one.problems])))
    title = f"{complaints} deadlines within {SPREAD_S:.0f} s, one of {CLOSED} closed before, {rounds} rounds"
    tell(title, ("", "late p50 s", "p99 s", "greatest s", "wrong"), rows)
    return measured.complete and not any(
        one.problems for name in measured.rounds for one in measured.of(name)
    )


async def _round(peer: Peer, prefix: str, complaints: int) -> Round:
    clients = Clients(peer)
    trial = [f"trial-{prefix}{number}" for number in range(TRIAL)]
    life_s = await clients.each(trial, clients.life) / TRIAL
    room_s = START_S + complaints * life_s
    first = datetime.now(UTC) + timedelta(seconds=room_s)
    say(f"  deadlines begin in {room_s:.0f} s")
    closed = [number for number in range(complaints) if number % CLOSED == 0]

    async def one(number: int) -> None:
        due_at = first + timedelta(seconds=SPREAD_S * number / complaints)
        await (clients.life if number in closed else clients.open)(f"{prefix}{number}", due_at)
        if datetime.now(UTC) > due_at:
            raise Spoilt(f"{peer.name} opened too slowly for this plan; run it again")

    await clients.each(range(complaints), one)
    limit_s = (first - datetime.now(UTC)).total_seconds() + SPREAD_S + 2 * peer.patience_s
    found = await escalated(peer, prefix, complaints - len(closed), limit_s)
    began = time.monotonic()
    left = await announced(peer, prefix, 2 * peer.patience_s)
    say(f"  messages out after {time.monotonic() - began:.0f} s more")
    expected = {
        f"{prefix}{number}": FINISHED if number in closed else peer.escalated for number in range(complaints)
    }
    problems = verify(await peer.record.found(prefix), expected, peer.messages)
    if left:
        problems.append(Problem("message not sent", prefix, str(left)))
    return Round([(one.at - one.due_at).total_seconds() for one in found], problems)
