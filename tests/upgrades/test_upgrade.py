"""Complaints that begin on one build and end on another: nothing lost, nothing decided otherwise."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client
from temporalio.common import WorkerDeploymentVersion

from domain.commands import (
    REPORTER,
    Accept,
    Actor,
    AnyCommand,
    Ask,
    Close,
    Complete,
    Merge,
    Progress,
    Reply,
    Validate,
    Withdraw,
)
from durable.codec import SealingCodec
from durable.complaints import Complaints
from durable.deployment import Deployment
from durable.plugin import TuntasPlugin
from runtime.build_id import code_digest
from runtime.settings import Settings
from runtime.temporal_client import connect
from store.database import Database
from tests.city import BIRO, KELURAHAN, PHOTO, officer
from tests.program import Program, until
from tests.upgrades.code_before import lay_out
from tests.workflows.paths import Path as Walk
from tests.workflows.paths import start
from worker import hosted_by

LURAH = officer(KELURAHAN)
DONE = Complete(note="Selesai.", evidence=(PHOTO,))
EACH = 3
"""Complaints that are left at each stage while the code changes."""


async def _to_the_stage(complaints: Complaints, stage: int) -> Walk:
    """A complaint at one of six stages: just come, taken up, worked on, asked about, completed, resolved."""
    walk = Walk(complaints, start())
    await walk.open()
    steps: list[tuple[AnyCommand, Actor]] = []
    if stage:
        steps.append((Accept(), LURAH))
    if stage == 2:
        steps.append((Progress(note="Di lokasi."), LURAH))
    if stage == 3:
        steps.append((Ask(question="Yang mana?"), LURAH))
    if stage >= 4:
        steps.append((DONE, LURAH))
    if stage == 5:
        steps.append((Validate(accepted=True), officer(BIRO)))
    for command, actor in steps:
        await walk.send(command, actor)
    return walk


async def _to_the_end(walk: Walk, stage: int) -> None:
    if stage == 0:
        await walk.send(Accept(), LURAH)
    if stage == 3:
        await walk.send(Reply(answer="Di depan SD."), REPORTER)
    if stage < 4:
        await walk.send(DONE, LURAH)
    if stage < 5:
        await walk.send(Validate(accepted=True), officer(BIRO))
    await walk.send(Close(), REPORTER)


MIDDLE: dict[int, list[str]] = {2: ["progress_noted"], 3: ["asked", "replied"]}


@pytest.mark.timeout(300)
async def test_complaints_of_the_commit_before_end_on_this_one(tmp_path: Path) -> None:
    """The whole program of the commit before, then of this one, on the same data folder."""
    home, root = tmp_path / "home", tmp_path / "before"
    home.mkdir()
    root.mkdir()
    said = await asyncio.to_thread(lay_out, root)
    before = Program(home, root, TUNTAS_BUILD_ID="before")
    after = Program(home)
    try:
        await asyncio.to_thread(before.up, "dki-2025")
        settings = Settings(home=home)
        database = Database.of(settings)
        plugins = [TuntasPlugin(SealingCodec(database.vault))]
        complaints = Complaints(await connect(settings, plugins=plugins))
        stages = [stage for stage in range(6) for _ in range(EACH)]
        walks = await asyncio.gather(*(_to_the_stage(complaints, stage) for stage in stages))
        parent, child = walks[0], Walk(complaints, start())
        await child.open()
        await child.send(Merge(parent=await parent.itself()), LURAH)
        await parent.until("followed")
        assert await asyncio.to_thread(before.down) == 0
        await asyncio.to_thread(after.up, "dki-2025")
        client = await connect(settings, plugins=plugins)
        complaints = Complaints(client)
        for walk in (*walks, child):
            walk.complaints = complaints
        await asyncio.gather(*map(_to_the_end, walks, stages))
        await child.until("parent_resolved")
        await child.send(Close(), REPORTER)
        await _nothing_went_astray(client, walks, stages, child, said)
        await database.dispose()
        assert await asyncio.to_thread(after.down) == 0
    finally:
        await asyncio.to_thread(before.end)
        await asyncio.to_thread(after.end)


async def _nothing_went_astray(
    client: Client, walks: list[Walk], stages: list[int], child: Walk, said: str
) -> None:
    for walk, stage in zip(walks, stages, strict=True):
        seen = [event for event in await walk.seen() if event != "followed"]
        assert seen == [
            "received",
            "accepted",
            *MIDDLE.get(stage, []),
            "completed",
            "validated",
            "closed",
        ], said
    for walk in (*walks, child):
        handle = client.get_workflow_handle(walk.id)
        await handle.result()
        described = await handle.describe()
        history = await handle.fetch_history()
        failed = [e for e in history.events if e.HasField("workflow_task_failed_event_attributes")]
        assert failed == [], f"from {said}"
        ran_on = described.raw_description.workflow_execution_info.versioning_info.deployment_version.build_id
        assert ran_on == code_digest(), f"from {said}"


async def test_a_build_gets_work_when_it_is_promoted_and_loses_it_by_a_rollback(
    client: Client,
) -> None:
    """Two builds poll side by side: forward, back, and a ramp, with one complaint in the middle."""
    deployment, queue = Deployment(client, f"d-{uuid4().hex}"), uuid4().hex
    old, new = (WorkerDeploymentVersion(deployment.name, build) for build in ("old", "new"))
    complaints = Complaints(client, queue)
    async with hosted_by(client, queue, old):
        assert await deployment.promote_started("old", None)
        walk = Walk(complaints, start())
        await walk.open()
        async with hosted_by(client, queue, new):
            await walk.send(Accept(), LURAH)
            assert await _build_of(client, walk) == "old", "nobody promoted the new one"
            assert await deployment.promote_started("new", "old")
            await _works_on(client, walk, "new")
            await deployment.promote("old")
            await _works_on(client, walk, "old")
            await deployment.ramp("new", 100)
            await _works_on(client, walk, "new")
            assert (await deployment.standing())[:3] == ("old", "new", 100)
            await deployment.ramp("new", 0)
            await _works_on(client, walk, "old")
            builds = {build.build_id for build in (await deployment.standing()).builds}
            assert builds == {"old", "new"}
        await walk.send(DONE, LURAH)
        await walk.send(Validate(accepted=True), officer(BIRO))
        await walk.send(Close(), REPORTER)
    history = await client.get_workflow_handle(walk.id).fetch_history()
    assert not [e for e in history.events if e.HasField("workflow_task_failed_event_attributes")]


async def test_of_two_builds_that_start_at_once_one_becomes_current(client: Client, worker: object) -> None:
    deployment, queue = Deployment(client, f"d-{uuid4().hex}"), uuid4().hex
    builds = [f"build-{number}" for number in range(3)]
    workers = [hosted_by(client, queue, WorkerDeploymentVersion(deployment.name, one)) for one in builds]
    async with workers[0], workers[1], workers[2]:
        won = await asyncio.gather(*(deployment.promote_started(one, None) for one in builds))
        assert sorted(won) == [False, False, True]
        assert (await deployment.standing()).current == builds[won.index(True)]
        walk = Walk(Complaints(client, queue), start())
        await walk.open()
        assert await _build_of(client, walk) == builds[won.index(True)]
        await walk.send(Withdraw(), REPORTER)


async def _works_on(client: Client, walk: Walk, build: str) -> None:
    """New routing reaches the task queue within a moment; from then on it holds."""

    async def does() -> bool:
        await walk.send(Progress(note=f"Pada {build}."), LURAH)
        return await _build_of(client, walk) == build

    await until(does, 20)


async def _build_of(client: Client, walk: Walk) -> str:
    described = await client.get_workflow_handle(walk.id).describe()
    info = described.raw_description.workflow_execution_info.versioning_info
    return str(info.deployment_version.build_id)
