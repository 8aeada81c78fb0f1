"""Ours: the real stack with worker and web server, and officers who act through the gateway."""

import asyncio
import shutil
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

from bench.peers.environment import folder
from bench.peers.peer import NoAnswer
from bench.peers.record import Queries, Record
from bench.peers.steps import ESCALATED, OPENED
from domain.commands import REPORTER, Accept, Actor, AnyCommand, Close, Complete, Progress, Rate, Validate
from domain.intake import complaint_id
from domain.policy import ClockRule, Policy, Span, SpanUnit
from durable import complaints as gateway
from runtime.postgres import Postgres
from runtime.start_failed import StartFailed
from tests.city import ASISTEN_KOTA, BIRO, KELURAHAN, PHOTO, POLICY, instruction, officer, opening
from tests.faults.stage import CHANNEL, Stage, stage
from tests.program import until

UNIT = KELURAHAN.model_copy(update={"ladder": (ASISTEN_KOTA,)})
LURAH = officer(KELURAHAN)
COMMANDS: dict[str, tuple[AnyCommand, Actor]] = {
    "accepted": (Accept(), LURAH),
    "progress_noted": (Progress(note="Di lokasi.", photos=(PHOTO,)), LURAH),
    "completed": (Complete(note="Selesai.", evidence=(PHOTO,)), LURAH),
    "validated": (Validate(accepted=True), officer(BIRO)),
    "rated": (Rate(score=5), REPORTER),
    "closed": (Close(), REPORTER),
}
LONG = ClockRule(limit=Span(amount=365, unit=SpanUnit.CALENDAR_DAYS))
DIGEST_EVERY_S = 30
RESTARTED_WITHIN_S = 120
QUERIES = Queries(
    events="SELECT c.reference, e.seq, e.event FROM event e JOIN complaint c ON c.id = e.complaint_id "
    "WHERE c.reference LIKE %s",
    messages="SELECT c.reference, m.seq FROM message m JOIN complaint c ON c.id = m.complaint_id "
    "WHERE c.reference LIKE %s",
    escalations="SELECT c.reference, s.due_at, e.recorded_at FROM event e "
    "JOIN complaint c ON c.id = e.complaint_id "
    "JOIN clock_standing s ON s.complaint_id = c.id AND s.clock = 'resolution' AND s.seq = 1 "
    "WHERE e.event = 'escalated' AND c.reference LIKE %s",
    pending="SELECT count(*) FROM message m JOIN complaint c ON c.id = m.complaint_id "
    "WHERE m.state NOT IN ('sent', 'failed', 'unconfirmed', 'bounced') AND c.reference LIKE %s",
    names={"received": OPENED},
)


class Tuntas:
    """One stack below ``var/bench``, started as the faults start theirs."""

    name = "tuntas"
    escalated: tuple[str, ...] = (OPENED, "breached", ESCALATED)
    patience_s = 60.0

    def __init__(self, say: Callable[[str], None]) -> None:
        self.messages: Mapping[str, int] = {OPENED: 2, "validated": 2}
        self._say = say
        self._home = folder(self.name) / "home"
        self._running: AsyncExitStack | None = None
        self._on: Stage | None = None

    @property
    def record(self) -> Record:
        """Its database."""
        return Record(
            self._stage.stack.owner_url.replace("postgresql+psycopg://", "postgresql://", 1), QUERIES
        )

    @property
    def processes(self) -> list[int]:
        """Its four."""
        four = (self._stage.process(which) for which in ("database", "temporal", "worker", "web"))
        return [process.pid for process in four if process]

    def clear(self) -> None:
        """Forget all data; a PostgreSQL that a killed run left there is stopped first."""
        if self._home.exists():
            asyncio.run(_stopped(Postgres(self._home / "postgres", self._say)))
            shutil.rmtree(self._home)

    async def start(self) -> None:
        """Start the stack."""
        self._home.mkdir(parents=True, exist_ok=True)
        self._running = AsyncExitStack()
        try:
            self._on = await self._running.enter_async_context(stage("dki-2025", home=self._home))
        except StartFailed as failed:
            if failed.sentence.startswith("Stopped"):  # a signal, which the stack has taken for itself
                raise KeyboardInterrupt from failed
            raise

    async def stop(self) -> None:
        """End the stack."""
        if self._running:
            await self._running.aclose()
        self._running = self._on = None

    async def open(self, reference: str, due_at: datetime) -> None:
        """Start its workflow and wait for its number."""
        start = opening(reference=reference, policy=_policy(due_at)).model_copy(update={"kelurahan": UNIT})
        try:
            await self._stage.complaints.open(start)
        except (gateway.NoAnswer, RuntimeError) as failure:
            raise NoAnswer(str(failure)) from failure

    async def act(self, reference: str, step: str) -> None:
        """Send a command, with the same id however often it is sent."""
        command, actor = COMMANDS[step]
        order = instruction(command, actor, f"{reference}-{step}")
        try:
            await self._stage.complaints.perform(complaint_id(CHANNEL, reference), order)
        except (gateway.NoAnswer, RuntimeError) as failure:
            raise NoAnswer(str(failure)) from failure

    async def kill(self) -> None:
        """Kill worker and web server, once they run; the stack starts them again."""
        for which in ("worker", "web"):

            async def killed(which: str = which) -> bool:
                return self._stage.kill(which)

            await until(killed, RESTARTED_WITHIN_S)

    @property
    def _stage(self) -> Stage:
        assert self._on is not None, "it does not run"
        return self._on


async def _stopped(postgres: Postgres) -> None:
    await postgres.start()
    await postgres.stop()


def _policy(due_at: datetime) -> Policy:
    """A resolution clock that ends at a moment, and quiet otherwise."""
    seconds = max(1, round((due_at - datetime.now(UTC)).total_seconds()))
    return POLICY.model_copy(
        update={
            "response": LONG,
            "validation": LONG,
            "feedback": LONG,
            "resolution": ClockRule(limit=Span(amount=seconds, unit=SpanUnit.SECONDS)),
            "ladder_after": (timedelta(),),
            "remind_every": timedelta(days=365),
            "digest_every": Span(amount=DIGEST_EVERY_S, unit=SpanUnit.SECONDS),
        }
    )
