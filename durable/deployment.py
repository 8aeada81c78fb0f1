"""The versions of our workers, as Temporal knows them: which build gets work, and how that is changed.

A worker that says its version gets nothing until that version is *current* (or *ramping*: then it gets a
share). Every change here is made on what was read just before; whoever comes second is told so.
"""

import asyncio
from datetime import UTC, datetime
from typing import NamedTuple

from temporalio.api.deployment.v1 import WorkerDeploymentInfo
from temporalio.api.enums.v1 import WorkerDeploymentVersionStatus
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
    SetWorkerDeploymentRampingVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

REGISTERED_WITHIN_S = 30.0
"""How long a worker's first poll may take to be known as a version."""

AGAIN_AFTER_S, LONGEST_WAIT_S = 0.1, 2.0
STATUS = "WORKER_DEPLOYMENT_VERSION_STATUS_"


class DeploymentError(Exception):
    """What was asked for cannot be done; the message says why, and what to do."""


class Build(NamedTuple):
    """One version: its id, how it stands (current, ramping, draining, drained, inactive), since when."""

    build_id: str
    status: str
    since: datetime


class Standing(NamedTuple):
    """Which build gets work, which one a share of it, in percent, and every build that is known."""

    current: str | None
    ramping: str | None
    percentage: float
    builds: tuple[Build, ...]
    token: bytes


NOTHING = Standing(None, None, 0.0, (), b"")


class Deployment:
    """The worker deployment of one name."""

    def __init__(self, client: Client, name: str) -> None:
        self._client = client
        self.name = name

    async def standing(self) -> Standing:
        """How it stands now; ``NOTHING`` when no versioned worker ever polled."""
        request = DescribeWorkerDeploymentRequest(namespace=self._client.namespace, deployment_name=self.name)
        try:
            described = await self._client.workflow_service.describe_worker_deployment(request)
        except RPCError as failure:
            if failure.status is RPCStatusCode.NOT_FOUND:
                return NOTHING
            raise _explained(failure) from failure
        return _standing(described.worker_deployment_info, described.conflict_token)

    async def running(self, build_id: str) -> int:
        """How many open workflows did their last task on a build."""
        query = f"TemporalWorkerDeploymentVersion = '{self.name}:{build_id}' AND ExecutionStatus = 'Running'"
        return (await self._client.count_workflows(query)).count

    async def promote(self, build_id: str) -> None:
        """Makes a build current: it gets all new work, and every auto-upgrading workflow's next task."""
        await self._set_current(build_id, (await self.standing()).token)

    async def promote_started(self, build_id: str, instead_of: str | None) -> bool:
        """Makes the build of a worker that has just begun to poll current, in the place of ``instead_of``.

        Of two builds that start at once one becomes current; False for the other one, which changes nothing.
        """
        loop, wait = asyncio.get_running_loop(), AGAIN_AFTER_S
        end = loop.time() + REGISTERED_WITHIN_S
        while True:
            try:
                now = await self.standing()
                if now.current == build_id:
                    return True
                if now.current != instead_of:
                    return False
                # Believed when it is read: the engine may take two that come together and keep the later.
                await self._set_current(build_id, now.token)
            except DeploymentError:
                # Not yet registered, somebody was faster, or many ask at once: what is true is read again.
                if loop.time() > end:
                    raise
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT_S)

    async def ramp(self, build_id: str, percentage: float) -> None:
        """Gives a build a share of the work, in percent; 0 ends the ramp."""
        request = SetWorkerDeploymentRampingVersionRequest(
            namespace=self._client.namespace,
            deployment_name=self.name,
            build_id=build_id if percentage else "",
            percentage=percentage,
            conflict_token=(await self.standing()).token,
            identity=self._client.identity,
        )
        try:
            await self._client.workflow_service.set_worker_deployment_ramping_version(request)
        except RPCError as failure:
            raise _explained(failure) from failure

    async def _set_current(self, build_id: str, token: bytes) -> None:
        request = SetWorkerDeploymentCurrentVersionRequest(
            namespace=self._client.namespace,
            deployment_name=self.name,
            build_id=build_id,
            conflict_token=token,
            identity=self._client.identity,
        )
        try:
            await self._client.workflow_service.set_worker_deployment_current_version(request)
        except RPCError as failure:
            raise _explained(failure) from failure


def _standing(info: WorkerDeploymentInfo, token: bytes) -> Standing:
    routing = info.routing_config
    builds = tuple(
        Build(
            one.deployment_version.build_id,
            WorkerDeploymentVersionStatus.Name(one.status).removeprefix(STATUS).lower(),
            one.create_time.ToDatetime(tzinfo=UTC),
        )
        for one in info.version_summaries
    )
    return Standing(
        routing.current_deployment_version.build_id or None,
        routing.ramping_deployment_version.build_id or None,
        routing.ramping_version_percentage,
        builds,
        token,
    )


def _explained(failure: RPCError) -> DeploymentError:
    match failure.status:
        case RPCStatusCode.UNIMPLEMENTED:
            return DeploymentError(
                "This Temporal does not know worker deployments; update it, or set TUNTAS_DEPLOYMENT=none."
            )
        case RPCStatusCode.NOT_FOUND:
            return DeploymentError(
                f"No worker of that build has polled yet: {failure.message}. Start one, then ask again."
            )
        case RPCStatusCode.FAILED_PRECONDITION:
            return DeploymentError(f"Temporal refused: {failure.message}. See: starter.py deployment show")
        case _:
            return DeploymentError(f"Temporal did not answer ({failure.message}). Ask again.")
