"""Whether the accounts agree after a fault: promises, record, audit trail, workflows and messages.

Every event is decided anew from the start of its complaint, so that a missing one is noticed.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from random import Random
from typing import NamedTuple

from sqlalchemy import text
from temporalio.client import Client

from domain.complaint import Complaint
from domain.draft import Draft
from domain.events import Event
from domain.view import ComplaintView, view
from durable.complaints import Complaints, NoAnswer
from durable.contract import Start
from store.complaints import Reads
from store.database import Database
from store.events import events_of
from store.messages import Messages
from tests.faults.load import Promises

DEEP = 400
"""Complaints that are decided anew and asked about in Temporal; of more, so many by chance."""

AT_ONCE, ASKED_AGAIN = 8, 4
ENDED_WITHIN_S = 120.0
"""A delivery whose worker was killed comes again after a minute; the workflow waits for it before it ends."""

FINAL = {"sent", "failed", "unconfirmed", "bounced"}


class Accounts(NamedTuple):
    """What was counted, and every difference in a sentence."""

    complaints: int
    events: int
    messages: dict[str, int]
    looked_into: int
    task_failures: int
    differences: tuple[str, ...]

    @property
    def agree(self) -> bool:
        return not self.differences

    def __str__(self) -> str:
        messages = ", ".join(f"{count} {state}" for state, count in sorted(self.messages.items()))
        found = "; ".join(self.differences[:10]) or "none"
        return (
            f"{self.complaints} complaints, {self.events} events, messages: {messages or 'none'}; "
            f"{self.looked_into} decided anew, {self.task_failures} failed workflow tasks; "
            f"differences: {len(self.differences)} ({found})"
        )


async def accounts_agree(
    engine: Database,
    client: Client,
    promises: Promises,
    *,
    deep: int = DEEP,
    wait_s: float = 120.0,
    unconfirmed: int = 0,
) -> Accounts:
    """Counts everything. Waits until no message is on its way; ``unconfirmed`` letters are expected."""
    differences: list[str] = []
    if left := await _on_their_way(engine, wait_s):
        differences.append(f"{left} messages never went out")
    differences += await _by_counting(engine, promises)
    chosen = sorted(promises.numbers)
    if len(chosen) > deep:
        chosen = Random(0).sample(chosen, deep)
    gate, failures = asyncio.Semaphore(AT_ONCE), 0

    async def look_into(identity: str) -> tuple[list[str], int]:
        async with gate:
            return await _looked_into(engine, client, identity, promises)

    for found, failed in await asyncio.gather(*map(look_into, chosen)):
        differences += found
        failures += failed
    states = await _states(engine)
    if states.get("unconfirmed", 0) > unconfirmed:
        differences.append(f"{states['unconfirmed']} messages of unknown fate, {unconfirmed} expected")
    events = int(await _number(engine, "SELECT count(*) FROM event"))
    return Accounts(len(promises.numbers), events, dict(states), len(chosen), failures, tuple(differences))


async def _by_counting(engine: Database, promises: Promises) -> list[str]:
    """What plain columns tell of all complaints at once."""
    wrong = {
        "events have a gap or are double": "SELECT count(*) FROM (SELECT complaint_id FROM event "
        "GROUP BY complaint_id HAVING count(*) <> max(seq) OR min(seq) <> 1) t",
        "complaints stand elsewhere than their last event": "SELECT count(*) FROM complaint c WHERE c.seq <> "
        "(SELECT coalesce(max(seq), 0) FROM event e WHERE e.complaint_id = c.id)",
        "events are not in the audit trail": "SELECT count(*) FROM event e WHERE NOT EXISTS (SELECT 1 FROM "
        "audit a WHERE a.complaint_id = e.complaint_id AND a.seq = e.seq)",
        "lines of the audit trail are double": "SELECT count(*) FROM (SELECT 1 FROM audit "
        "GROUP BY complaint_id, seq HAVING count(*) > 1) t",
        "lines of the audit trail have no event": "SELECT count(*) FROM audit a WHERE NOT EXISTS (SELECT 1 "
        "FROM event e WHERE a.complaint_id = e.complaint_id AND a.seq = e.seq)",
        "complaints were registered and never recorded": "SELECT count(*) FROM complaint WHERE seq = 0",
        "references have two complaints": "SELECT count(*) FROM (SELECT 1 FROM complaint "
        "GROUP BY channel, reference HAVING count(*) > 1) t",
        "letters say sent and were never sent": "SELECT count(*) FROM message WHERE state = 'sent' "
        "AND sent_at IS NULL",
        "letters of a digest are not as their digest": "SELECT count(*) FROM message m JOIN digest d "
        "ON d.id = m.digest_id WHERE d.state <> m.state",
    }
    found = [f"{count} {what}" for what, query in wrong.items() if (count := await _number(engine, query))]
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT id, number FROM complaint"))).all()
    there = {row.id: row.number for row in rows}
    lost = [number for identity, number in promises.numbers.items() if there.get(identity) != number]
    if lost:
        found.append(f"{len(lost)} numbers that were given out are not there, e.g. {lost[0]}")
    return found


async def _looked_into(
    engine: Database, client: Client, identity: str, promises: Promises
) -> tuple[list[str], int]:
    """One complaint: events decided anew, where it stands, its messages, its commands, its workflow."""
    events = await events_of(engine, identity)
    start, failed = await _start_of(client, identity)
    found: list[str] = []
    draft = Draft(Complaint.blank(start.opening))
    for event in events:
        found += _skipped(draft.complaint, event)
        draft.take([event])
    found += _twice(events)
    reads = await Reads(engine).by_id(identity)
    if reads != view(draft.complaint, identity):
        found.append("the read model is not what the events lead to")
    if (state := await _state(client, identity)) != reads:
        found.append(f"Temporal is at event {state.seq}, the record at {reads.seq if reads else 0}")
    keys = Counter(message.key for message in await Messages(engine).of(identity))
    wanted = {notice.key for notice in draft.notices}
    if set(keys) != wanted:
        found.append(f"messages differ from notices by {set(keys) ^ wanted}")
    done = {event.command_id for event in events}
    if missing := promises.commands.get(identity, set()) - done:
        found.append(f"{len(missing)} commands were acknowledged and are not there")
    over = draft.complaint.is_over
    if await _has_ended(client, identity, wait_s=ENDED_WITHIN_S if over else 0) != over:
        found.append("its workflow has ended too early" if not over else "its workflow has not ended")
    return [f"{identity}: {one}" for one in found], failed


async def _has_ended(client: Client, identity: str, wait_s: float) -> bool:
    end = asyncio.get_running_loop().time() + wait_s
    while (await client.get_workflow_handle(identity).describe()).close_time is None:
        if asyncio.get_running_loop().time() >= end:
            return False
        await asyncio.sleep(1)
    return True


async def _state(client: Client, identity: str) -> ComplaintView:
    """Where the workflow stands; a worker that was just killed may need to be asked again."""
    for _ in range(ASKED_AGAIN):
        with suppress(NoAnswer):
            return await Complaints(client).state(identity)
    return await Complaints(client).state(identity)


def _skipped(complaint: Complaint, event: Event) -> Iterable[str]:
    """A deadline that was due before this event and is not this event was forgotten."""
    due = complaint.next_deadline()
    if due is None or due.due_at > event.at or not complaint.seq:
        return []
    expected = complaint.expire(due, event.at)
    return [] if expected and expected[0].body == event.body else [f"{due.stage} of {due.clock} was skipped"]


def _twice(events: list[Event]) -> Iterable[str]:
    """The same command leads to events once, side by side."""
    places: dict[str, list[int]] = {}
    for event in events:
        if event.command_id:
            places.setdefault(event.command_id, []).append(event.seq)
    return [
        f"command {identity} was carried out twice"
        for identity, seqs in places.items()
        if seqs != list(range(seqs[0], seqs[0] + len(seqs)))
    ]


async def _start_of(client: Client, identity: str) -> tuple[Start, int]:
    """What a complaint was started with, and how many of its workflow tasks failed."""
    handle = client.get_workflow_handle(identity)
    history = await handle.fetch_history()
    begun = history.events[0].workflow_execution_started_event_attributes
    [start] = await client.data_converter.decode(begun.input.payloads, [Start])
    failed = sum(event.HasField("workflow_task_failed_event_attributes") for event in history.events)
    return start, failed


async def _on_their_way(engine: Database, wait_s: float) -> int:
    """Messages that are not yet settled after so long."""
    query = f"SELECT count(*) FROM message WHERE state NOT IN ({', '.join(map(repr, sorted(FINAL)))})"
    for _ in range(int(wait_s * 2)):
        if not (left := await _number(engine, query)):
            return 0
        await asyncio.sleep(0.5)
    return left


async def _states(engine: Database) -> Counter[str]:
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT state, count(*) FROM message GROUP BY state"))
        return Counter(dict(rows.tuples().all()))


async def _number(engine: Database, query: str) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(text(query))).scalar_one())
