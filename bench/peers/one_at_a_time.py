"""One command at a time: two would measure each other, on the same data."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from bench.peers.environment import folder


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Held until the command ends, however it ends. Raises ``SystemExit`` when another one holds it."""
    place = folder("peers.lock")
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit("Another command of bench.peers runs; wait until it has ended.") from None
        yield
