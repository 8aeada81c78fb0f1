"""Ports on this machine."""

import random
import socket

LOOPBACK = "127.0.0.1"
WEB_PORT = 8080
"""Where pages are served if nobody says otherwise and it is free."""

# Below the ports that systems hand to outgoing connections (Linux from 32768): one of those is free at the
# moment of asking and taken by anybody's connection a moment later.
_CANDIDATES = range(15_000, 32_000)
# Not the generator that a test may have seeded: two processes would choose the same.
_CHANCE = random.SystemRandom()


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers themselves do: a port that is only waiting out old connections is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port(*preferred: int | None) -> int:
    """The first preferred port that is free, else any free one. Someone else may still take it first."""
    for port in preferred:
        if port is not None and is_free(port):
            return port
    return next(port for port in _CHANCE.sample(_CANDIDATES, len(_CANDIDATES)) if is_free(port))
