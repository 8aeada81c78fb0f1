"""Ctrl-C and its relatives: the first asks to stop, the second to stop at once."""

import asyncio
import signal
import threading
from collections.abc import Callable
from typing import Any, ClassVar

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopSignals:
    """Calls ``first`` on the first SIGINT, SIGTERM or SIGHUP and ``again`` on each later one, in the loop.

    When ``first`` returns False, nobody of ours is there to stop, and the signal has its former effect.
    """

    _taken: ClassVar[bool] = False

    def __init__(self, first: Callable[[], bool], again: Callable[[], None]) -> None:
        self._first = first
        self._again = again
        self._seen = False
        self._before: dict[signal.Signals, Any] = {}

    def install(self) -> None:
        """Begin to listen. Does nothing outside the main thread or beside another that listens already."""
        if threading.current_thread() is not threading.main_thread() or StopSignals._taken:
            return
        StopSignals._taken = True
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            self._before[number] = signal.getsignal(number)
            loop.add_signal_handler(number, self._received, number)

    def restore(self) -> None:
        """Put back who listened before."""
        if not self._before:
            return
        loop = asyncio.get_running_loop()
        for number, handler in self._before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
        self._before.clear()
        StopSignals._taken = False

    def _received(self, number: signal.Signals) -> None:
        if self._seen:
            self._again()
        elif self._first():
            self._seen = True
        else:
            self.restore()
            signal.raise_signal(number)
