"""The sandbox in which workflows run, and whose payloads theirs are, answered outside it.

The SDK asks for each payload to whom it belongs, twice if it is sent, and the sandbox compiles a line of code
for each answer: a sixth of a worker's Python time (docs/performance.md).
"""

from typing import Any

from temporalio.api.enums.v1 import CommandType
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import (
    SerializationContext,
    StorageDriverStoreContext,
    WorkflowSerializationContext,
)
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import Info

ANOTHER_WORKFLOWS = {
    CommandType.COMMAND_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION,
    CommandType.COMMAND_TYPE_START_CHILD_WORKFLOW_EXECUTION,
}
"""Commands whose payloads are sealed for the workflow that gets them."""


class Runner(SandboxedWorkflowRunner):
    """The SDK's sandbox, with a short way for what need not be asked inside."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """A workflow in the sandbox."""
        return _Instance(super().create_instance(det), det.info)


class _Instance(WorkflowInstance):
    def __init__(self, sandboxed: WorkflowInstance, info: Info) -> None:
        self._sandboxed = sandboxed
        self._own = WorkflowSerializationContext(namespace=info.namespace, workflow_id=info.workflow_id)

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        return self._sandboxed.activate(act)

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:
        """An activity's payloads are sealed as its workflow's: the codec knows no other difference."""
        if command_info is not None and command_info.command_type in ANOTHER_WORKFLOWS:
            return self._sandboxed.get_serialization_context(command_info)
        return self._own

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:  # noqa: ARG002
        """Nothing: no payload is kept outside Temporal."""
        return StorageDriverStoreContext(target=None)

    def get_info(self) -> Info:
        return self._sandboxed.get_info()

    def get_thread_id(self) -> int | None:
        return self._sandboxed.get_thread_id()
