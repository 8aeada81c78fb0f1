"""Where a process answers for its metrics when the settings do not say."""

from runtime.free_port import LOOPBACK, free_port

WORKER_PORT, WEB_PORT = 9464, 9465


def loopback(*preferred: int | None) -> str:
    """An address on this machine that nobody listens on yet: a preferred port if one is free."""
    return f"{LOOPBACK}:{free_port(*preferred)}"
