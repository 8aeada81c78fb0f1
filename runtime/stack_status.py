"""What runs, where, and whether it is ready."""

import asyncio
import time
from collections.abc import Awaitable
from datetime import timedelta

from pydantic import BaseModel, ConfigDict
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from runtime.database import check_database
from runtime.settings import Settings, WrongSetting, without_password
from runtime.stack_record import StackRecord, policy_name, read_stack
from runtime.temporal_client import connect, connect_config, is_external
from runtime.unreachable import START_ADVICE, Unreachable
from runtime.web_process import answers

LIMIT_S = 3.0
# A poll lasts a minute; who has not asked for longer is gone, though Temporal lists it for five minutes.
_POLLER_FRESH_S = 75.0


class ServiceStatus(BaseModel):
    """One part of the stack: where it is, whether it is ready, and if not, a sentence that says why."""

    model_config = ConfigDict(frozen=True)

    address: str | None
    ready: bool
    problem: str | None = None


class StackStatus(BaseModel):
    """The parts of the stack; ``temporal_ui`` and ``web`` are None when they are not ours."""

    model_config = ConfigDict(frozen=True)

    home: str
    policy: str
    temporal: ServiceStatus
    temporal_ui: ServiceStatus | None
    database: ServiceStatus
    worker: ServiceStatus
    web: ServiceStatus | None = None
    worker_metrics: str | None = None
    web_metrics: str | None = None

    @property
    def ready(self) -> bool:
        """Whether every part is ready."""
        parts = (self.temporal, self.temporal_ui, self.database, self.worker, self.web)
        return all(part.ready for part in parts if part is not None)


async def stack_status(settings: Settings) -> StackStatus:
    """Ask every part; takes at most about three seconds and raises nothing for a part that is not ready."""
    record = read_stack(settings.home)
    (temporal, worker), ui, database, web = await asyncio.gather(
        _temporal_and_worker(settings, record), _ui(record), _database(settings, record), _web(record)
    )
    return StackStatus(
        home=str(settings.home),
        policy=policy_name(settings),
        temporal=temporal,
        temporal_ui=ui,
        database=database,
        worker=worker,
        web=web,
        worker_metrics=_metrics(record.worker_metrics) if record and record.worker_runs() else None,
        web_metrics=_metrics(record.web_metrics) if record and record.web_runs() else None,
    )


async def _temporal_and_worker(
    settings: Settings, record: StackRecord | None
) -> tuple[ServiceStatus, ServiceStatus]:
    address = record.temporal if record else None
    began = time.monotonic()
    try:
        address = connect_config(settings).get("target_host", address)
        client = await connect(settings)
        healthy = await asyncio.wait_for(client.service_client.check_health(), LIMIT_S)
    except (Unreachable, WrongSetting) as error:
        return _not_ready(address, str(error)), _not_ready(
            settings.task_queue, "Its Temporal is not reachable."
        )
    except (RPCError, TimeoutError):
        healthy = False
    if not healthy:
        sentence = f"Temporal at {address} answers, but is not ready."
        return _not_ready(address, sentence), _not_ready(settings.task_queue, "Its Temporal is not ready.")
    left_s = max(0.5, LIMIT_S - (time.monotonic() - began))
    return ServiceStatus(address=address, ready=True), await _worker(settings, record, client, left_s)


async def _worker(
    settings: Settings, record: StackRecord | None, client: Client, limit_s: float
) -> ServiceStatus:
    """A worker is ready when someone polls the task queue; ours also needs its process."""
    queue = settings.task_queue
    if not is_external() and record is not None and record.worker_process and not record.worker_runs():
        return _not_ready(queue, "The worker's process does not run; the stack starts it again if it is up.")
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    try:
        answer = await client.workflow_service.describe_task_queue(
            request, timeout=timedelta(seconds=limit_s)
        )
    except RPCError as error:
        return _not_ready(
            queue, f"Temporal does not tell who polls the task queue {queue} ({error.message})."
        )
    if any(time.time() - poller.last_access_time.ToSeconds() < _POLLER_FRESH_S for poller in answer.pollers):
        return ServiceStatus(address=queue, ready=True)
    return _not_ready(queue, f"No worker polls the task queue {queue}. {START_ADVICE}")


async def _ui(record: StackRecord | None) -> ServiceStatus | None:
    """Temporal's screens answer when their port accepts a connection."""
    if is_external() or record is None or record.temporal_ui is None:
        return None
    address = record.temporal_ui
    if not record.temporal_runs():
        return _not_ready(address, f"Temporal's screens are not reachable at {address}. {START_ADVICE}")
    host, _, port = address.removeprefix("http://").partition(":")
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), LIMIT_S)
        writer.close()
    except (OSError, TimeoutError):
        return _not_ready(address, f"Temporal's screens are not reachable at {address}. {START_ADVICE}")
    return ServiceStatus(address=address, ready=True)


async def _web(record: StackRecord | None) -> ServiceStatus | None:
    """The web server is ready when it answers."""
    if record is None or record.web is None:
        return None
    if not record.web_runs() or not await answers(record.web):
        return _not_ready(record.web, f"The web server does not answer at {record.web}. {START_ADVICE}")
    return ServiceStatus(address=record.web, ready=True)


def _metrics(address: str | None) -> str | None:
    return address and f"http://{address}/metrics"


async def _database(settings: Settings, record: StackRecord | None) -> ServiceStatus:
    address = settings.database_url or (record.database if record else None)
    shown = without_password(address) if address else None
    try:
        await _within_limit(check_database(settings))
    except Unreachable as error:
        return _not_ready(shown, str(error))
    except TimeoutError:
        return _not_ready(shown, f"PostgreSQL at {shown} does not answer within {LIMIT_S:.0f} seconds.")
    return ServiceStatus(address=shown, ready=True)


async def _within_limit(answer: Awaitable[str]) -> str:
    return await asyncio.wait_for(answer, LIMIT_S)


def _not_ready(address: str | None, sentence: str) -> ServiceStatus:
    return ServiceStatus(address=address, ready=False, problem=sentence)
