"""Signals that no handler can take are dropped, as the SDK drops those that it cannot decode.

A signal with nothing in it, or with too much, reaches its handler otherwise; the error there fails the
workflow task, which Temporal tries again for ever: the complaint would stand still.
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from temporalio import workflow
from temporalio.worker import (
    HandleSignalInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)


class SoundSignals(Interceptor):
    """Lets through the signals that have as many arguments as their handler, none of them None."""

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002 - the SDK's name
    ) -> type[WorkflowInboundInterceptor]:
        """Stands before every workflow, in replay too."""
        return _Sound


class _Sound(WorkflowInboundInterceptor):
    async def handle_signal(self, input: HandleSignalInput) -> None:  # noqa: A002
        handler = workflow.get_signal_handler(input.signal)
        if handler is None or _fits(handler, input.args):
            await self.next.handle_signal(input)
        else:
            workflow.logger.warning("a signal %s that does not fit was dropped", input.signal)


def _fits(handler: Callable[..., Any], given: Sequence[Any]) -> bool:
    return len(given) == len(inspect.signature(handler).parameters) and all(one is not None for one in given)
