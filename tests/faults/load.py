"""Load as good clients make it: whoever gets no answer asks again with the same reference or id.

What was answered is remembered: that is what the service has promised, and what ``accounts`` holds it to.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, TypeVar

import httpx

from domain.commands import (
    REPORTER,
    Accept,
    Actor,
    AnyCommand,
    Close,
    Complete,
    Evidence,
    Progress,
    Validate,
    Withdraw,
)
from domain.intake import complaint_id
from domain.refusal import Refused
from domain.status import Status
from domain.view import ComplaintView
from durable.complaints import NoAnswer
from jakarta.load import load_jakarta
from tests.city import instruction
from tests.faults.stage import CHANNEL, Stage

GIVE_UP_AFTER_S = 300.0
PAUSE_S = 0.3
DONE = Complete(note="Selesai.", evidence=(Evidence(uri="https://foto.example/1.jpg"),))
VALIDATORS = [unit.code for unit in load_jakarta().validators()]
A = TypeVar("A")


class Promises:
    """What was answered: numbers of complaints by id, ids of commands that were carried out."""

    def __init__(self) -> None:
        self.numbers: dict[str, str] = {}
        self.commands: dict[str, set[str]] = {}
        self.counts: Counter[str] = Counter()


class Load:
    """Reporters over HTTP and officers through the gateway, by chance but repeatably."""

    def __init__(self, stage: Stage, seed: int, prefix: str = "f") -> None:
        self.stage = stage
        self.promises = Promises()
        self._chance = Random(seed)
        self._prefix = prefix
        self._sent = 0

    async def run(self, stop: asyncio.Event, clients: int = 8, pause_s: float = 1.0) -> None:
        """Submits and acts until told to stop; what was begun is finished."""
        await asyncio.gather(*(self._client(stop, pause_s) for _ in range(clients)))

    async def _client(self, stop: asyncio.Event, pause_s: float) -> None:
        while not stop.is_set():
            await self.one()
            await asyncio.sleep(self._chance.uniform(0, 2 * pause_s))

    async def one(self) -> str:
        """One complaint handed in and, half of the time, worked on; returns its id."""
        identity, unit = await self.submit()
        officer = Actor(code=f"o-{unit}", unit=unit)
        kind = self._chance.choice(("left", "left", "accepted", "completed"))
        steps: list[AnyCommand] = []
        if kind != "left":
            steps = [Accept(), Progress(note="Di lokasi.")]
        if kind == "completed":
            steps.append(DONE)
        for command in steps:
            await self.send(identity, command, officer)
        return identity

    async def submit(self) -> tuple[str, str]:
        """Hands one in; asks again until it has a number. Returns its id and the unit that holds it."""
        self._sent += 1
        reference = f"{self._prefix}-{self._sent}"
        body = {
            "reference": reference,
            "category": "jalan-berlubang",
            "text": "Lubang di depan sekolah.",
            "point": {
                "latitude": self._chance.uniform(-6.30, -6.12),
                "longitude": self._chance.uniform(106.75, 106.92),
            },
            "reporter": {"name": "Warga", "contact": f"{reference}@contoh.id"},
        }
        receipt = await self._patiently(lambda: self._post(body))
        identity = complaint_id(CHANNEL, reference)
        self.promises.numbers[identity] = receipt["number"]
        return identity, receipt["unit"]

    async def send(self, identity: str, command: AnyCommand, actor: Actor) -> ComplaintView | None:
        """A command; asks again with the same id until it is carried out or refused (None)."""
        sent = self.promises.commands.setdefault(identity, set())
        self._sent += 1
        order = instruction(command, actor, f"{self._prefix}-c{self._sent}")

        async def perform() -> ComplaintView | None:
            try:
                return await self.stage.complaints.perform(identity, order)
            except Refused as refused:
                self.promises.counts[f"refused {refused.code}"] += 1
                return None

        view = await self._patiently(perform)
        if view is not None:
            sent.add(order.id)
            self.promises.counts[command.kind] += 1
        return view

    async def end(self, identity: str) -> None:
        """Brings a complaint to its end, whatever state it is in: what is stuck shows here."""
        for _ in range(20):
            state = await self._patiently(lambda: self.stage.complaints.state(identity))
            match state.status:
                case Status.CLOSED:
                    return
                case Status.RESOLVED:
                    await self.send(identity, Close(), REPORTER)
                case Status.AWAITING_VALIDATION:
                    for code in VALIDATORS:
                        if await self.send(identity, Validate(accepted=True), Actor(code="v", unit=code)):
                            break
                case _:
                    await self.send(identity, Withdraw(), REPORTER)
        raise AssertionError(f"{identity} cannot be brought to its end")

    async def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        async with httpx.AsyncClient(
            base_url=self.stage.web, headers={"Authorization": f"Bearer {self.stage.key}"}, timeout=40
        ) as caller:
            answered = await caller.post("/api/v1/complaints", json=body)
        if answered.status_code >= 500 or answered.status_code == 429:
            self.promises.counts[f"HTTP {answered.status_code}"] += 1
            raise NoAnswer
        assert answered.status_code in {200, 201}, answered.text
        receipt: dict[str, Any] = answered.json()
        return receipt

    async def _patiently(self, ask: Callable[[], Awaitable[A]]) -> A:
        loop = asyncio.get_running_loop()
        limit = loop.time() + GIVE_UP_AFTER_S
        while True:
            try:
                return await ask()
            except (NoAnswer, httpx.TransportError, ConnectionError, RuntimeError) as failure:
                self.promises.counts["asked again"] += 1
                if loop.time() > limit:
                    raise AssertionError(f"no answer for {GIVE_UP_AFTER_S:.0f} s") from failure
                await asyncio.sleep(PAUSE_S)


async def settled(load: Load, at_once: int = 20) -> None:
    """Every complaint that was promised is brought to its end."""
    gate = asyncio.Semaphore(at_once)

    async def one(identity: str) -> None:
        async with gate:
            await load.end(identity)

    await asyncio.gather(*(one(identity) for identity in list(load.promises.numbers)))
