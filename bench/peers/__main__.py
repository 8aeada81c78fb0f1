"""What a city would use instead, doing the same work on the same machine, measured in turns.

  lifecycle  complaints a second, from opened to closed, every step recorded and announced
  deadline   the delay between a deadline and its escalation; none for what was closed before
  idle       CPU seconds a minute, and memory, while complaints are open and none is due
  flood      how long it takes until all of very many are escalated that are due in the same minute
  kill       what is lost, doubled or left undone after kill -9 of all that runs a service's code
  all        the five, one after the other, with the counts that docs/performance.md tells of

Peers: tuntas (ours), dbos (DBOS on PostgreSQL), celery (Celery with beat, Redis and a status column),
helpdesk (django-helpdesk with its job of escalations). The first named is what the others are compared with.
Each peer's packages are installed on first use into an environment of its own below var/bench, beside its
data and logs; data is new with every command. After each measurement one verifier reads the peer's database:
exit status 1 when a complaint has not exactly its events and messages (but for kill: there it is the result).

Examples, small enough to try:
  python -m bench.peers lifecycle --peers tuntas,dbos --complaints 20 --rounds 1
  python -m bench.peers deadline --complaints 20
  python -m bench.peers idle --counts 0,50 --minutes 1
  python -m bench.peers flood --complaints 100
  python -m bench.peers kill --complaints 20 --kills 2
"""

import argparse
import asyncio
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from bench.peers import deadline, flood, idle, kill, lifecycle
from bench.peers.catalogue import NAMES, peers_named
from bench.peers.one_at_a_time import one_at_a_time
from bench.peers.peer import Peer
from runtime.start_failed import StartFailed

ALL = (
    ("lifecycle", "--complaints", "200", "--rounds", "5"),
    ("deadline", "--complaints", "200", "--rounds", "1"),
    ("kill", "--complaints", "100", "--kills", "10"),
    ("flood", "--complaints", "10000"),
    ("idle", "--counts", "0,1000,100000", "--minutes", "3"),
)
Measure = Callable[[Sequence[Peer], argparse.Namespace], Coroutine[Any, Any, bool]]
MEASURES: dict[str, Measure] = {
    "lifecycle": lambda peers, said: lifecycle.measure(peers, said.complaints, said.rounds, said.at_once),
    "deadline": lambda peers, said: deadline.measure(peers, said.complaints, said.rounds),
    "idle": lambda peers, said: idle.measure(peers, said.counts, said.minutes),
    "flood": lambda peers, said: flood.measure(peers, said.complaints, said.rounds),
    "kill": lambda peers, said: kill.measure(peers, said.complaints, said.kills, said.rounds),
}


def main() -> int:
    """Measures what was asked for; 1 when a peer did not do the work."""
    said = _asked_for()
    if said.what == "all":
        return _all(said.peers)
    try:
        with one_at_a_time():
            peers = peers_named(said.peers)
            for peer in peers:
                peer.clear()
            return 0 if asyncio.run(_measured(peers, said)) else 1
    except StartFailed as failed:
        sys.exit(str(failed))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit("Stopped.")


async def _measured(peers: Sequence[Peer], said: argparse.Namespace) -> bool:
    """Measures; SIGTERM ends it in order, as Ctrl-C does."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    # Not the loop's own handler: a stack that listens meanwhile would not put it back.
    signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(task.cancel))
    return await MEASURES[said.what](peers, said)


def _all(names: Sequence[str]) -> int:
    """Each in a process of its own, so that one that fails takes none with it."""
    wrong = 0
    for what, *words in ALL:
        command = [sys.executable, "-m", "bench.peers", what, "--peers", ",".join(names), *words]
        sys.stderr.write(f"{what} {' '.join(words)} ...\n")
        wrong += subprocess.call(command) != 0  # noqa: S603 - our own words
    return int(wrong > 0)


def _asked_for() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    measures = parser.add_subparsers(dest="what", required=True, metavar="MEASURE")
    for name, complaints in (("lifecycle", 60), ("deadline", 60), ("flood", 1000), ("kill", 40), ("idle", 0)):
        one = measures.add_parser(name, help=f"see above; {name} --help tells its counts")
        _peers(one)
        if complaints:
            one.add_argument(
                "--complaints", type=int, default=complaints, help=f"how many (default {complaints})"
            )
            one.add_argument(
                "--rounds", type=int, default=3 if name == "lifecycle" else 1, help="of each peer"
            )
        if name == "lifecycle":
            one.add_argument("--at-once", type=int, default=20, help="clients (default 20)")
        if name == "kill":
            one.add_argument("--kills", type=int, default=5, help="of each peer in a round (default 5)")
        if name == "idle":
            one.add_argument(
                "--counts", type=_numbers, default=[0, 1000], help="open at a time: 0,1000,100000"
            )
            one.add_argument(
                "--minutes", type=float, default=2.0, help="whole ones: some jobs run once in one (default 2)"
            )
    _peers(measures.add_parser("all", help="everything, for hours; see above"))
    return parser.parse_args()


def _peers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--peers", type=_names, default=list(NAMES), help=f"which, in this order (default {','.join(NAMES)})"
    )


def _names(said: str) -> list[str]:
    names = said.split(",")
    if unknown := [name for name in names if name not in NAMES]:
        raise argparse.ArgumentTypeError(f"no such peer: {', '.join(unknown)}; there are {', '.join(NAMES)}")
    return names


def _numbers(said: str) -> list[int]:
    return [int(number) for number in said.split(",")]


if __name__ == "__main__":
    sys.exit(main())
