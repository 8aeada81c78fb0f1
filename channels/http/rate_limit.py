"""Token buckets: so many at once, then so many a second. Kept in memory, by each process for itself."""

import math
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

MOST_CALLERS = 20_000
"""Callers remembered; the one not seen for longest is forgotten, with a full bucket."""


class Rate(NamedTuple):
    """How much is allowed: ``burst`` at once, refilled with ``per_second``."""

    burst: float
    per_second: float


class Limits(NamedTuple):
    """The limits of one server.

    ``failures`` counts wrong keys and wrong access codes by network address: after 20 one may try again
    every three seconds, which makes guessing a code of 50 bits hopeless. An attempt is counted before it is
    judged, and given back when it was good: so many at the same moment are no way around it. ``reports``
    counts what pages take from one address, behind which there may be a whole telephone network. ``letters``
    counts letters that strangers ask for, by the address that would get them.
    """

    key: Rate = Rate(burst=600, per_second=200)
    failures: Rate = Rate(burst=20, per_second=1 / 3)
    reports: Rate = Rate(burst=100, per_second=1 / 2)
    letters: Rate = Rate(burst=3, per_second=1 / 3600)


class Buckets:
    """One bucket for each caller."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, caller: str) -> int:
        """Seconds, rounded up, until this caller may go on; 0 when at once. Takes nothing."""
        left = self._filled(caller)
        return 0 if left >= 1 else math.ceil((1 - left) / self._rate.per_second)

    def take(self, caller: str) -> int:
        """Takes one if there is one. Seconds to wait as ``wait`` gives them: 0 when it was taken."""
        if waiting := self.wait(caller):
            return waiting
        self._left[caller] = (self._filled(caller) - 1, self._clock())
        self._left.move_to_end(caller)
        if len(self._left) > MOST_CALLERS:
            self._left.popitem(last=False)
        return 0

    def give_back(self, caller: str) -> None:
        """Puts one back that was taken.

        A guess is counted before it is looked at, and given back when it is right: many that are sent at once
        would otherwise all be looked at before the first is counted.
        """
        self._left[caller] = (min(self._rate.burst, self._filled(caller) + 1), self._clock())

    def _filled(self, caller: str) -> float:
        left, at = self._left.get(caller, (self._rate.burst, self._clock()))
        return min(self._rate.burst, left + (self._clock() - at) * self._rate.per_second)
