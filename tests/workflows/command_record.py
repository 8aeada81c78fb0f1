"""The commands that a workflow issues when its history is replayed, and their fingerprint.

Replay itself compares kind and type of commands only. Timeouts, retry policies, timers' lengths and search
attributes may change unseen; the fingerprint covers them. Payloads are left out: they may be encrypted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload, SearchAttributes
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.client import WorkflowHistory
from temporalio.plugin import SimplePlugin
from temporalio.worker import Replayer, WorkflowInstance, WorkflowInstanceDetails, WorkflowRunner
from temporalio.workflow import _Definition

from durable.plugin import TuntasPlugin

FINGERPRINTS = "fingerprints.json"


class Listening(WorkflowRunner):
    """Runs workflows as another runner does, and keeps the commands they issue."""

    def __init__(self, runner: WorkflowRunner, heard: list[WorkflowCommand]) -> None:
        self._runner = runner
        self._heard = heard

    def prepare_workflow(self, defn: _Definition) -> None:
        self._runner.prepare_workflow(defn)

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        instance = self._runner.create_instance(det)
        activate, heard = instance.activate, self._heard

        def listening(act: WorkflowActivation) -> WorkflowActivationCompletion:
            completion = activate(act)
            for command in completion.successful.commands:
                kept = WorkflowCommand()
                kept.CopyFrom(command)  # the payload codec changes the completion later
                heard.append(kept)
            return completion

        instance.activate = listening  # type: ignore[method-assign]
        return instance


async def commands(content: Mapping[str, Any], plugin: TuntasPlugin) -> Sequence[WorkflowCommand]:
    """The commands that the code of today issues for a history. Raises what fails the replay."""
    heard: list[WorkflowCommand] = []

    def listening(runner: WorkflowRunner | None) -> WorkflowRunner:
        assert runner is not None
        return Listening(runner, heard)

    replayer = Replayer(workflows=[], plugins=[plugin, SimplePlugin("listening", workflow_runner=listening)])
    await replayer.replay_workflow(WorkflowHistory.from_json(content["id"], dict(content)))
    return heard


async def fingerprint(content: Mapping[str, Any], plugin: TuntasPlugin) -> dict[str, Any]:
    """A digest of all commands in their order, and how many there are of each, to see what changed."""
    issued = await commands(content, plugin)
    digest = sha256("\n".join(_text(command) for command in issued).encode()).hexdigest()[:16]
    return {"digest": digest, "commands": dict(sorted(Counter(map(_name, issued)).items()))}


def _name(command: WorkflowCommand) -> str:
    kind = str(command.WhichOneof("variant"))
    said = getattr(command, kind)
    return f"{kind} {said.activity_type}" if kind == "schedule_activity" else kind


def _text(message: Message) -> str:
    """Every field in a fixed order, payloads left out except those of search attributes, which are plain."""
    if isinstance(message, Payload):
        return "payload"
    if isinstance(message, Failure):
        return f"failure {message.application_failure_info.type}"  # its stack trace has numbers of lines
    parts = []
    for field, value in sorted(message.ListFields(), key=lambda one: one[0].number):
        if isinstance(message, SearchAttributes):
            parts.append(str(sorted((name, payload.data) for name, payload in value.items())))
        elif field.message_type and field.message_type.GetOptions().map_entry:
            parts.append(f"{field.name}{sorted(value)}")
        elif field.is_repeated:
            parts.append(f"{field.name}[{', '.join(_value(one) for one in value)}]")
        else:
            parts.append(f"{field.name}={_value(value)}")
    return "{" + " ".join(parts) + "}"


def _value(value: Any) -> str:
    return _text(value) if isinstance(value, Message) else repr(value)
