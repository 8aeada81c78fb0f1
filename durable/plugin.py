"""The one plugin by which client, worker, replayer and tests agree on converter, runner and code."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DefaultFailureConverterWithEncodedAttributes, PayloadCodec
from temporalio.plugin import SimplePlugin
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxRestrictions

from durable.failures import ImpersonalFailures
from durable.runner import Runner
from durable.signals import SoundSignals

PASSED_THROUGH = ("domain", "activities", "durable", "pydantic", "pydantic_core", "annotated_types")
"""Deterministic modules that the sandbox need not load again for each workflow: 94 KB instead of 596."""


class TuntasPlugin(SimplePlugin):
    """Clients pass the codec; workers and replayers also the workflows and activities they host.

    Texts of failures go through the codec too. Without one nothing is sealed: for tests of other things.
    ``traced``: calls, workflows and activities become spans; the commands of workflows stay what they are.
    """

    def __init__(
        self,
        codec: PayloadCodec | None,
        workflows: Sequence[type] = (),
        activities: Sequence[Callable[..., Any]] = (),
        *,
        traced: bool = False,
    ) -> None:
        super().__init__(
            "tuntas",
            data_converter=replace(
                pydantic_data_converter,
                payload_codec=codec,
                failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
            ),
            workflows=list(workflows),
            activities=list(activities),
            workflow_runner=_traced_runner if traced else _runner,
            interceptors=[*_tracing(traced=traced), ImpersonalFailures(), SoundSignals()],
        )


def _tracing(*, traced: bool) -> list[Any]:
    if not traced:
        return []
    from temporalio.contrib.opentelemetry import TracingInterceptor  # noqa: PLC0415 - only who traces pays

    return [TracingInterceptor()]


def _runner(_: WorkflowRunner | None) -> WorkflowRunner:
    return _sandbox(PASSED_THROUGH)


def _traced_runner(_: WorkflowRunner | None) -> WorkflowRunner:
    return _sandbox((*PASSED_THROUGH, "opentelemetry"))


def _sandbox(passed_through: Sequence[str]) -> WorkflowRunner:
    return Runner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*passed_through))
