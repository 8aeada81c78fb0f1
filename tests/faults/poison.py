"""Poison straight to Temporal: payloads that cannot be decoded, that are no commands, that no database takes.

No workflow may be caught in endless retries, and what good clients send meanwhile is carried out.
"""

import asyncio
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowHandle
from temporalio.common import RawValue
from temporalio.service import RPCError

from activities.contracts import DigestRule
from domain.commands import Accept, Actor, Progress
from domain.policy import Span, SpanUnit
from durable.contract import (
    COMPLETE,
    DIGEST,
    PERFORM,
    PERFORM_LATER,
    REASSIGN,
    RECOUNT,
    WAKE,
    DigestStart,
)
from durable.queues import COMPLAINTS
from tests.city import POLICY
from tests.faults.accounts import accounts_agree
from tests.faults.load import Load, settled
from tests.faults.script import Asked, Outcome, run
from tests.faults.stage import Stage, stage

PROGRESS: dict[str, Any] = {"kind": "progress", "note": "Di lokasi.", "photos": []}


def poisons(unit: str) -> list[Any]:
    """Arguments that no client of ours would send."""
    actor = {"code": f"o-{unit}", "unit": unit}
    good = {"id": "poison", "actor": actor, "via": "test", "command": PROGRESS}
    return [
        RawValue(Payload(metadata={"encoding": b"json/plain"}, data=b"{not json")),
        RawValue(Payload(metadata={"encoding": b"binary/unheard-of"}, data=b"\x00\xff\xfe")),
        RawValue(Payload(metadata={"encoding": b"binary/encrypted"}, data=b"\x01" * 64)),
        RawValue(Payload(metadata={"encoding": b"binary/null"})),
        RawValue(Payload()),
        {"nonsense": True},
        None,
        12,
        "a" * 500_000,
        {**good, "command": {"kind": "explode"}},
        {**good, "id": "nul\x00id"},
        {**good, "via": "nul\x00via"},
        {**good, "actor": {"code": "o\x00", "unit": unit}},
        {**good, "command": {**PROGRESS, "note": "nul\x00note"}},
        {**good, "command": {**PROGRESS, "photos": [{"uri": "https://a", "sha256": "nul\x00"}]}},
        RawValue(
            Payload(
                metadata={"encoding": b"json/plain"},
                data=b'{"id":"s","actor":{"code":"\\ud800","unit":"%s"},"via":"t","command":{"kind":"progress"}}'
                % unit.encode(),
            )
        ),
    ]


async def poison(asked: Asked) -> Outcome:
    """So many complaints get every poison by every door, among good commands."""
    async with stage("dki-2025") as on:
        load, chance = Load(on, asked.seed), Random(asked.seed)
        sent = rejected = 0
        for _ in range(asked.times):
            identity, unit = await load.submit()
            officer = Actor(code=f"o-{unit}", unit=unit)
            await load.send(identity, Accept(), officer)
            doses = [
                (door, one) for one in poisons(unit) for door in (PERFORM_LATER, REASSIGN, COMPLETE, PERFORM)
            ]
            chance.shuffle(doses)
            for number, (door, one) in enumerate(doses):
                sent += 1
                rejected += await _give(on, identity, door, one)
                if number % 16 == 0:
                    await load.send(identity, Progress(note="Di antaranya."), officer)
            await _other_doors(on.client, identity)
            await load.send(identity, Progress(note="Sesudahnya."), officer)
            asked.advance()
        await settled(load)
        accounts = await accounts_agree(on.engine, on.client, load.promises)
    figures = f"{sent} poisons into {asked.times} complaints, {rejected} refused to the sender; {accounts}"
    return Outcome(figures, accounts.agree and accounts.task_failures == 0)


async def _give(on: Stage, identity: str, door: str, dose: Any) -> bool:
    """Whether the sender learned that it was refused; an update always tells."""
    handle: WorkflowHandle[Any, Any] = on.client.get_workflow_handle(identity)
    if door != PERFORM:
        await handle.signal(door, dose)
        return False
    try:
        await asyncio.wait_for(handle.execute_update(PERFORM, dose), 20)
    except TimeoutError:
        raise AssertionError(f"an update with {str(dose)[:80]!r} hangs") from None
    except Exception:  # noqa: BLE001 - refused, in whatever words
        return True
    return False


async def _other_doors(client: Client, identity: str) -> None:
    handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(identity)
    await handle.signal("no such signal", {"x": 1})
    for door in (PERFORM_LATER, REASSIGN, COMPLETE):
        await handle.signal(door)
        await handle.signal(door, args=[None, 1, 2])
    digest = await _digest(client)
    for args in ([], [None], [{"x": 1}], [1, 2]):
        await digest.signal(WAKE, args=args)
    await asyncio.wait_for(digest.result(), 30)
    for call in (
        handle.query("no such query"),
        handle.query(RECOUNT, "nonsense"),
        handle.execute_update("nothing"),
        handle.execute_update(PERFORM),
    ):
        try:
            await call
        except (RPCError, Exception):  # noqa: BLE001 - refused, in whatever words
            continue
        raise AssertionError("a message that does not exist was answered")


async def _digest(client: Client) -> WorkflowHandle[Any, Any]:
    """The letters of somebody whom nobody waits for."""
    every = Span(amount=1, unit=SpanUnit.SECONDS)
    rule = DigestRule(every=every, calendar=POLICY.calendar, within=timedelta(seconds=20))
    return await client.start_workflow(
        DIGEST,
        DigestStart(recipient="NOBODY", rule=rule),
        id=f"digest-{uuid4().hex}",
        task_queue=COMPLAINTS,
        start_signal=WAKE,
    )


if __name__ == "__main__":
    run("poison", poison, 3, counted="complaints")
