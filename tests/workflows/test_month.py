"""A simulated month: 500 complaints, officers who act when they like, and three accounts that must agree."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import NamedTuple, TypeVar

import pytest
from sqlalchemy import select
from temporalio.testing import WorkflowEnvironment

from domain.commands import (
    REPORTER,
    Accept,
    Actor,
    AnyCommand,
    Ask,
    Close,
    Complete,
    Coordinate,
    Progress,
    Rate,
    Reassign,
    Reopen,
    Reply,
    Validate,
    Withdraw,
)
from domain.intake import complaint_id
from domain.refusal import Refused
from domain.status import Status
from durable.complaints import Complaints, NoAnswer
from store.database import Database
from store.engine import transaction
from store.tables import ComplaintRow, EventRow
from tests.city import (
    BIRO,
    DESK,
    DINAS,
    KELURAHAN,
    NEIGHBOUR,
    OTHER_DINAS,
    PHOTO,
    instruction,
    officer,
    opening,
)
from tests.workflows.test_weeks import skipping

MANY = 500
SEED = 39_2019
DAYS = 30
STEP = timedelta(hours=4)
AT_ONCE = 25

DONE = Complete(note="Selesai.", evidence=(PHOTO,))
LURAH, DINAS_OFFICER = officer(KELURAHAN), officer(DINAS)


class Action(NamedTuple):
    """Somebody does something to a complaint, so many steps after it came in."""

    step: int
    complaint: int
    command: AnyCommand
    actor: Actor


class Month:
    """The month of one engine: what is sent, and how often it was refused."""

    def __init__(self, environment: WorkflowEnvironment, complaints: Complaints) -> None:
        self._environment = environment
        self._complaints = complaints
        self._gate = asyncio.Semaphore(AT_ONCE)
        self.starts = [opening(direct=number % 5 != 0, reference=f"month-{number}") for number in range(MANY)]
        self.ids = [complaint_id("jaki", start.intake.reference) for start in self.starts]
        self.refused = 0

    async def run(self) -> None:
        chance = random.Random(SEED)
        arrivals = sorted(chance.randrange(DAYS * 5) for _ in range(MANY))
        actions = sorted(
            (action for number, came in enumerate(arrivals) for action in behaviour(chance, number, came)),
            key=lambda action: (action.step, action.complaint),
        )
        for step in range(DAYS * 6):
            await asyncio.gather(*(self._open(one) for one, came in enumerate(arrivals) if came == step))
            await asyncio.gather(*(self._do(number, action) for number, action in due(actions, step)))
            await self._environment.sleep(STEP)

    async def _open(self, number: int) -> None:
        async with self._gate:
            await self._complaints.open(self.starts[number])

    async def _do(self, number: int, action: Action) -> None:
        async with self._gate:
            order = instruction(action.command, action.actor, f"a{number}")
            try:
                await self._complaints.perform(self.ids[action.complaint], order)
            except Refused:
                self.refused += 1


def due(actions: list[Action], step: int) -> Iterator[tuple[int, Action]]:
    return ((number, action) for number, action in enumerate(actions) if action.step == step)


def behaviour(chance: random.Random, number: int, came: int) -> Iterator[Action]:
    """One of the ways in which a complaint goes: quick, slow, wandering, forgotten, withdrawn."""
    direct = number % 5 != 0
    holder = LURAH
    step = came + chance.choice((1, 1, 1, 2, 6))
    kind = chance.choices(
        ("quick", "slow", "wanders", "asked", "forgotten", "withdrawn"), (40, 20, 12, 8, 12, 8)
    )[0]
    if kind == "forgotten":
        return
    if kind == "withdrawn":
        yield Action(step, number, Withdraw(), REPORTER)
        return
    if not direct:
        yield Action(step, number, Reassign(to=DINAS), officer(DESK))
        step, holder = step + 1, DINAS_OFFICER
    if kind == "wanders":
        to = NEIGHBOUR if direct else OTHER_DINAS
        yield Action(step, number, Coordinate(to=to), holder)
        step, holder = step + 2, officer(to)
    yield Action(step, number, Accept(), holder)
    if kind == "asked":
        yield Action(step + 1, number, Ask(question="Di mana?"), holder)
        yield Action(step + 1 + chance.randrange(1, 90), number, Reply(answer="Di sini."), REPORTER)
    yield Action(step + 2, number, Progress(note="Dikerjakan."), holder)
    step += chance.randrange(3, 12) if kind == "quick" else chance.randrange(30, 60)
    for accepted in (False, True) if chance.random() < 0.2 else (True,):
        yield Action(step, number, DONE, holder)
        yield Action(step + 2, number, Validate(accepted=accepted), officer(BIRO))
        step += 4
    after = chance.random()
    if after < 0.3:
        yield Action(step, number, Rate(score=chance.randrange(1, 6)), REPORTER)
    if after < 0.1:
        yield Action(step + 1, number, Reopen(note="Belum."), REPORTER)
    elif after < 0.6:
        yield Action(step + 1, number, Close(), REPORTER)


T = TypeVar("T")


async def asked(question: Callable[[], Awaitable[T]]) -> T:
    """The answer; asked again once when none came in time, as ``NoAnswer`` says one may."""
    try:
        return await question()
    except NoAnswer:
        return await question()


COUNTED = ("received", "accepted", "breached", "escalated", "closed", "withdrawn")


@pytest.mark.month
@pytest.mark.timeout(900)
async def test_workflows_read_model_and_events_agree_about_a_month(engine: Database) -> None:
    async with skipping(engine) as (environment, complaints):
        month = Month(environment, complaints)
        await month.run()
        gate = asyncio.Semaphore(AT_ONCE)

        async def account(identity: str) -> tuple[Counter[str], Status]:
            async with gate:
                timeline = await asked(lambda: complaints.timeline(identity))
                state = await asked(lambda: complaints.state(identity))
                return Counter(entry.event for entry in timeline), state.status

        told = await asyncio.gather(*(account(identity) for identity in month.ids))
    by_workflows = sum((counts for counts, _ in told), Counter[str]())
    async with transaction(engine) as connection:
        events = await connection.execute(select(EventRow.event).where(EventRow.complaint_id.in_(month.ids)))
        by_events = Counter(events.scalars())
        rows = (
            await connection.execute(select(ComplaintRow.__table__).where(ComplaintRow.id.in_(month.ids)))
        ).all()
    assert {event: by_workflows[event] for event in COUNTED} == {event: by_events[event] for event in COUNTED}
    assert by_events["received"] == MANY == len(rows)
    by_rows = Counter(row.status for row in rows)
    assert by_rows == Counter(str(status) for _, status in told)
    assert by_rows["CLOSED"] == by_events["closed"] + by_events["withdrawn"]
    late = sum(
        deadline["state"] in {"breached", "missed"} and deadline["kind"] == "resolution"
        for row in rows
        for deadline in row.deadlines
    )
    assert 0 < late <= by_events["breached"]
    for event in (*COUNTED, "reminded", "asked", "reopened", "follow_up_rejected"):
        assert by_events[event] > 0, f"nothing was {event}: the month was too calm to show anything"
    assert month.refused > 0, "somebody was late, and was told so"
