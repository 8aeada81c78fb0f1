"""What is measured: a service that takes complaints, and that can be started, stopped and killed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bench.peers.record import Record


class NoAnswer(Exception):
    """The service did not answer, or said that it could not; what became of the request is not known."""


class Peer(Protocol):
    """One service with all that it runs on. Its data lasts until the next command begins."""

    name: str
    escalated: tuple[str, ...]
    """Events of a complaint whose deadline passed and to which nobody did anything."""

    messages: Mapping[str, int]
    """Messages that announce an event, where it is not one."""

    patience_s: float
    """How long after a deadline an escalation may take when nothing is wrong and little is due."""

    def clear(self) -> None:
        """Forget all data; only before the first start."""

    async def start(self) -> None:
        """Start it; returns when it takes complaints. What was open before is open again."""

    async def stop(self) -> None:
        """End it in order, whatever state it is in."""

    @property
    def record(self) -> Record:
        """Its database; only while it runs."""

    @property
    def processes(self) -> list[int]:
        """Numbers of the processes that belong to it; their children are theirs."""

    async def open(self, reference: str, due_at: datetime) -> None:
        """Open a complaint that is to be escalated at a moment; returns when it is on record.

        Raises :class:`NoAnswer`.
        """

    async def act(self, reference: str, step: str) -> None:
        """Take a step of ``steps.STEPS``; returns when it is on record. Raises :class:`NoAnswer`."""

    async def kill(self) -> None:
        """Kill -9 of all that runs the service's own code, and start it again as a supervisor would."""
