"""Signals that no handler can take are dropped, as the SDK drops those that it cannot decode.

A signal with nothing in it, or with too much, reaches its handler otherwise; the error there fails the
workflow task, which Temporal tries again for ever: the complaint would stand still.
"""

from collections.abc import Sequence
from typing import Any

from temporalio import workflow
from temporalio.worker import (
    HandleSignalInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from durable.contract import COMPLETE, PERFORM_LATER, REASSIGN, WAKE

ARGUMENTS = {REASSIGN: 1, COMPLETE: 1, PERFORM_LATER: 1, WAKE: 0}
"""How many arguments the handler of each signal takes."""


class SoundSignals(Interceptor):
    """Lets through the signals that have as many arguments as their handler, none of them None."""

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002, ARG002 - the SDK's
    ) -> type[WorkflowInboundInterceptor]:
        """Stands before every workflow, in replay too."""
        return _Sound


class _Sound(WorkflowInboundInterceptor):
    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002
        if _fits(input.args, ARGUMENTS.get(input.signal)):
            await self.next.handle_signal(input)
        else:
            workflow.logger.warning("a signal %s that does not fit was dropped", input.signal)


def _fits(given: Sequence[Any], wanted: int | None) -> bool:
    return wanted is None or (len(given) == wanted and all(one is not None for one in given))
