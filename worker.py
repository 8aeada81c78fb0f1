"""Hosts the workflows and activities on the task queue, against any Temporal and PostgreSQL.

    .venv/bin/python worker.py

Where they are is said by TUNTAS_DATABASE_URL and the SDK's TEMPORAL_ variables, or else by the stack that
`starter.py up` runs in TUNTAS_HOME. SIGTERM or Ctrl-C lets it finish what it is doing.
"""

import asyncio
import gc
import os
import signal
import sys
from datetime import timedelta

import structlog
from temporalio.client import Client
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig

from activities.alerts import Alerting
from activities.deliver import Delivery
from activities.escalate import Escalation
from activities.integrity import IntegrityLook
from activities.person import Rights
from activities.record import Recording
from activities.report_maker import ReportMaker
from activities.reports import Reporting
from durable.codec import SealingCodec
from durable.deployment import Deployment, DeploymentError
from durable.digests import report_undelivered, wake_digest
from durable.persons import delete_ended_runs, running_since, tell
from durable.plugin import TuntasPlugin
from durable.schedules import ensure_schedules
from jakarta.bad_data import BadData
from jakarta.load import Jakarta, load_jakarta
from notify.media import BadRoutes, Routes
from notify.templates import BadTemplates, Templates
from runtime.build_id import code_digest
from runtime.home import Home
from runtime.key_ring import WrongKeys
from runtime.logs import configure_logs
from runtime.metrics_address import loopback
from runtime.operations_server import Operations, Probe, served
from runtime.settings import UNVERSIONED, Settings, WrongSetting, load_settings
from runtime.temporal_client import connect, is_external, metered_runtime
from runtime.tracing import start_tracing
from runtime.unreachable import Unreachable
from runtime.worker_process import announce_ready
from store.alerts import Alerts
from store.channel_reads import ChannelReads
from store.complaints import Recorder, Register
from store.contents import BadStorage, Contents
from store.database import Database
from store.digests import Digests
from store.engine import DatabaseUnreachable
from store.gauges import Gauges
from store.messages import Messages
from store.persons import Persons
from store.reports import Reports
from store.words import Words
from workflows.alerts import AlertsWorkflow
from workflows.complaint import ComplaintWorkflow
from workflows.digest import DigestWorkflow
from workflows.integrity import IntegrityWorkflow
from workflows.person_request import PersonRequestWorkflow
from workflows.report import PinnedReportWorkflow, ReportDueWorkflow, ReportWorkflow
from workflows.retention import RetentionWorkflow

GRACE = timedelta(seconds=10)
"""How long activities may finish after a stop was asked for; Temporal gives the rest to another worker."""

WORKFLOW_TASKS = 16
"""Workflow tasks taken at a time: what is taken must be done within 10 seconds on a busy machine too, or it
was done for nothing and is given out again (decision 90). What is not taken waits on the server."""

WORKFLOWS_AT_HAND = 250
"""Complaints kept in memory between their tasks; others are read from their history (decision 93)."""


def plugin(
    engine: Database,
    settings: Settings,
    city: Jakarta,
    *,
    sealed: bool = True,
    traced: bool = False,
    pinned: bool = False,
) -> TuntasPlugin:
    """All that a worker hosts, put together. Without ``sealed`` histories can be read as they are.

    ``pinned`` is for workers that say a version: their reports stay with it.
    """
    names = {unit.code: unit.name for unit in city.units()}
    routes = Routes.load(settings.notify_url, settings.notify_routes, city.addresses())
    templates = Templates(settings.templates)
    recording = Recording(Register(engine), Recorder(engine), names, templates, routes)
    delivery = Delivery(Messages(engine), routes)
    escalation = Escalation(Digests(engine), routes, wake_digest, report_undelivered)
    alerting = Alerting(
        Alerts(engine),
        routes,
        settings.web_url,
        {unit.ward: unit.name for unit in city.units() if unit.ward},
        {category.code: category.name for category in city.categories()},
    )
    contents = Contents.at(settings.files_url, Home(settings.home).files)
    kept = timedelta(days=settings.retention_days) if settings.retention_days else None
    rights = Rights(Persons(engine), contents, (tell, running_since, delete_ended_runs), kept)
    reporting = Reporting(
        ReportMaker(engine, city, settings.web_url),
        Reports(engine),
        Digests(engine),
        routes,
        Home(settings.home).reports,
    )
    return TuntasPlugin(
        SealingCodec(engine.vault) if sealed else None,
        workflows=[
            ComplaintWorkflow,
            DigestWorkflow,
            AlertsWorkflow,
            PersonRequestWorkflow,
            RetentionWorkflow,
            IntegrityWorkflow,
            ReportDueWorkflow,
            PinnedReportWorkflow if pinned else ReportWorkflow,
        ],
        activities=[
            recording.register,
            recording.open,
            recording.record,
            delivery.announce,
            escalation.escalate,
            escalation.send_digest,
            escalation.give_digest_up,
            alerting.send_alerts,
            rights.note_request,
            rights.turn_keys,
            rights.tell_complaint,
            rights.forget_person,
            rights.erase_old,
            IntegrityLook(engine, city).look_for_findings,
            reporting.make_report,
            reporting.send_report,
            reporting.give_report_up,
        ],
        traced=traced,
    )


def hosted_by(client: Client, task_queue: str, version: WorkerDeploymentVersion | None = None) -> Worker:
    """A worker on a client that was connected with ``plugin``.

    One with a version gets no work before that version is current or ramping (``durable.deployment``).
    """
    deployment = (
        # Said here and not at the workflows: Temporal refuses a behaviour from a worker without a version.
        WorkerDeploymentConfig(
            version,
            use_worker_versioning=True,
            default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE,
        )
        if version
        else None
    )
    return Worker(
        client,
        task_queue=task_queue,
        max_concurrent_workflow_tasks=WORKFLOW_TASKS,
        max_cached_workflows=WORKFLOWS_AT_HAND,
        graceful_shutdown_timeout=GRACE,
        deployment_config=deployment,
    )


def version_of(settings: Settings) -> WorkerDeploymentVersion | None:
    """The version that this worker is; None when workers are not versioned."""
    if settings.deployment == UNVERSIONED:
        return None
    return WorkerDeploymentVersion(settings.deployment, settings.build_id or code_digest())


async def take_over(deployment: Deployment, build_id: str, before: str | None, settings: Settings) -> None:
    """Makes the build current if the settings say so; else says how an operator does it."""
    promote = settings.promote or ("first" if is_external() else "always")
    log = structlog.get_logger("worker").bind(deployment=deployment.name, build=build_id, current=before)
    if promote == "always" or (promote == "first" and before is None):
        if await deployment.promote_started(build_id, before):
            log.info("this build is current")
        else:
            log.warning("another build became current first; see: starter.py deployment show")
    elif before != build_id:
        log.warning("this build gets no work before it is promoted: starter.py deployment promote BUILD")


async def main() -> None:
    """Works until a signal asks to stop."""
    settings = load_settings()
    configure_logs(settings)
    tracing = start_tracing("tuntas-worker")
    engine = Database.of(settings)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    sdk, address = loopback(), settings.worker_metrics or loopback()
    client = await connect(
        settings,
        plugins=[
            plugin(
                engine,
                settings,
                load_jakarta(settings.city_data),
                traced=tracing is not None,
                pinned=version_of(settings) is not None,
            )
        ],
        runtime=metered_runtime(sdk),
    )
    await ensure_schedules(client, settings.task_queue)
    version = version_of(settings)
    deployment = Deployment(client, settings.deployment)
    before = (await deployment.standing()).current if version else None
    worker = hosted_by(client, settings.task_queue, version)
    log = structlog.get_logger("worker")
    operations = Operations(_probes(engine, client, worker, stop), sdk, Gauges(engine).read)
    async with served(address, operations), worker:
        if version:
            await take_over(deployment, version.build_id, before, settings)
        # What is loaded by now stays: the garbage collector need not look through it again (decision 93).
        gc.freeze()
        announce_ready()
        filling = asyncio.create_task(_fill_words(engine))
        log.info("ready", task_queue=settings.task_queue, metrics=f"http://{address}/metrics")
        await stop.wait()
        log.info("stopping")
        filling.cancel()
    await engine.dispose()
    if tracing:
        await asyncio.to_thread(tracing.stop)
    log.info("stopped")


async def _fill_words(engine: Database) -> None:
    """What was recorded before there was a search is found too, minutes after an upgrade."""
    log = structlog.get_logger("worker")
    try:
        if filled := await Words(engine).fill():
            log.info("complaints can be found by their words now", complaints=filled)
    except DatabaseUnreachable:
        log.warning("some complaints cannot be found by their words until a worker starts again")


def _probes(engine: Database, client: Client, worker: Worker, stop: asyncio.Event) -> dict[str, Probe]:
    """What must answer for a worker to be of use."""

    async def polls() -> None:
        if stop.is_set() or not worker.is_running:
            raise ConnectionError("the worker does not poll")

    return {
        "PostgreSQL": ChannelReads(engine).ping,
        "Temporal": client.service_client.check_health,
        "worker": polls,
    }


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (
        Unreachable,
        WrongSetting,
        WrongKeys,
        DeploymentError,
        BadStorage,
        BadData,
        BadRoutes,
        BadTemplates,
    ) as trouble:
        sys.exit(str(trouble))
    # At once: Temporal's threads may crash an interpreter that ends slowly (temporalio/sdk-python#300).
    sys.stderr.flush()
    os._exit(0)
