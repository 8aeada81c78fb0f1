"""An HTTP server that is a part of a program: the program hears the signals and decides when it ends."""

from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn


class HttpServer(uvicorn.Server):
    """Ends when ``should_exit`` is set.

    The library's own way is to send the signal again when all requests are answered, which ends the process
    before the program has finished the rest of its work.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none."""
        yield
