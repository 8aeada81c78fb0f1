"""A handful of complaints that take every path, so that within a minute one sees what it does."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import NamedTuple
from uuid import uuid4

from channels.front_door import FrontDoor
from commandline.answers import print_table
from commandline.show import wib
from commandline.wiring import Wiring
from domain.commands import (
    REPORTER,
    Accept,
    Actor,
    AnyCommand,
    Close,
    Complete,
    Coordinate,
    Dispose,
    Evidence,
    HandBackReason,
    Instruction,
    Progress,
    Reassign,
    Validate,
    Withdraw,
)
from domain.intake import Intake, Reporter, complaint_id
from domain.organisation import Unit
from domain.place import Point
from domain.refusal import RefusalCode, Refused
from domain.status import Outcome, Status
from domain.view import ComplaintView
from durable.complaints import Complaints

MONAS = Point(latitude=-6.1754, longitude=106.8272)
PATIENCE = 120.0
"""Seconds in which a demo complaint must reach what it waits for; the demo policy's clocks run in seconds."""

PHOTO = Evidence(uri="https://foto.example/sesudah.jpg")


class Went(NamedTuple):
    """How one demo complaint ended, and whether that is what it was sent for."""

    story: str
    number: str
    status: str
    saw: str
    well: bool


class Player:
    """One demo complaint and the people around it."""

    def __init__(self, tuntas: Wiring, door: FrontDoor, complaints: Complaints, tag: str) -> None:
        self._tuntas = tuntas
        self._door = door
        self._complaints = complaints
        self._reference = f"demo-{tag}-{uuid4().hex[:6]}"
        self._identity = ""
        self.number = ""

    async def submit(
        self, channel: str, category: str, text: str, point: Point | None = None
    ) -> ComplaintView:
        """Hands the complaint in."""
        intake = Intake(
            channel=channel,
            reference=self._reference,
            category=category,
            text=text,
            point=point,
            reporter=Reporter(name="Warga", contact="warga@contoh.invalid"),
        )
        self.number = (await self._door.submit(intake)).number
        self._identity = complaint_id(channel, self._reference)
        return await self.now()

    async def now(self) -> ComplaintView:
        """Where it stands."""
        return await self._complaints.state(self._identity)

    async def seen(self) -> list[str]:
        """The events so far, by name."""
        return [entry.event for entry in await self._complaints.timeline(self._identity)]

    async def act(self, unit: str | Actor, command: AnyCommand) -> ComplaintView:
        """An officer of a unit, or the reporter, sends a command."""
        actor = unit if isinstance(unit, Actor) else self.officer(unit)
        order = Instruction[AnyCommand](id=uuid4().hex, actor=actor, via="demo", command=command)
        return await self._complaints.perform(self._identity, order)

    async def refused(self, unit: str, command: AnyCommand, code: RefusalCode) -> None:
        """The same, for a command that must be refused."""
        try:
            await self.act(unit, command)
        except Refused as refusal:
            if refusal.code is code:
                return
            raise
        raise AssertionError(f"{command.kind} was not refused")

    async def until(self, *events: str) -> None:
        """Waits until the timeline holds all of these events, each as often as it is named."""
        limit = monotonic() + PATIENCE
        while monotonic() < limit:
            seen = await self.seen()
            if all(seen.count(event) >= events.count(event) for event in events):
                return
            await asyncio.sleep(0.5)
        raise AssertionError(f"never saw {', '.join(events)}")

    async def finish(self, unit: str) -> None:
        """The unit does the work, and the validator finds it done."""
        await self.act(unit, Progress(note="Petugas sudah di lokasi."))
        await self.act(unit, Complete(note="Sudah ditangani.", evidence=(PHOTO,)))
        await self.act(self.validator(), Validate(accepted=True, note="Sesuai foto."))

    def officer(self, unit: str) -> Actor:
        """Any officer of a unit."""
        for officer in self._tuntas.city.officers():
            if officer.unit == unit:
                return Actor(code=officer.code, unit=unit)
        raise AssertionError(f"unit {unit} has no officer")

    def validator(self) -> str:
        """The unit that usually checks."""
        return self._tuntas.city.validators()[0].code

    def unit(self, code: str) -> Unit:
        """A unit by its code."""
        return self._tuntas.city.unit(code)

    def agency(self, category: str) -> Unit:
        """The agency whose duty a category is."""
        duty = self._tuntas.city.category(category).duty
        if duty is None:
            raise AssertionError(f"category {category} has no duty-holder")
        return self.unit(duty)

    def neighbour(self, unit: str) -> Unit:
        """Another kelurahan of the same kecamatan."""
        here = self.unit(unit)
        return next(
            one for one in self._tuntas.city.units() if one.parent == here.parent and one.code != unit
        )

    def sub_unit(self, agency: Unit) -> Unit:
        """The Suku Dinas of an agency in the middle of the city."""
        return next(
            one for one in self._tuntas.city.units() if one.parent == agency.code and "Pusat" in one.name
        )


async def straight(player: Player) -> None:
    """Direct path: accepted, worked on, completed, validated, and the reporter is content."""
    unit = (await player.submit("jaki", "jalan-rusak", "Lubang besar di depan sekolah.", MONAS)).unit
    await player.act(unit, Accept())
    await player.finish(unit)
    await player.act(REPORTER, Close(note="Terima kasih."))


async def forgotten(player: Player) -> None:
    """Nobody acts: warned, breached, up the whole ladder; then the kelurahan wakes up and does it."""
    unit = (await player.submit("jaki", "sampah", "Sampah menumpuk sejak Senin.", MONAS)).unit
    await player.until("warned", "breached", "escalated", "escalated", "escalated")
    await player.act(unit, Accept())
    await player.until("warned", "warned", "breached", "breached", *["escalated"] * 4)
    await player.finish(unit)
    await player.until("closed")


async def rejected(player: Player) -> None:
    """The first "done" is not believed; the second is."""
    unit = (await player.submit("jaki", "pohon-tumbang", "Pohon tumbang menutup jalan.", MONAS)).unit
    await player.act(unit, Accept())
    await player.act(unit, Complete(note="Sudah.", evidence=(PHOTO,)))
    await player.act(player.validator(), Validate(accepted=False, note="Fotonya tempat lain."))
    await player.finish(unit)
    await player.until("closed")


async def indirect(player: Player) -> None:
    """No point: the desk passes it to the agency, the agency to its Suku Dinas."""
    desk = (await player.submit("email", "jalan-rusak", "Jalan di Jakarta Pusat rusak parah.")).unit
    agency = player.agency("jalan-rusak")
    await player.act(desk, Reassign(to=agency, note="Sesuai tugas."))
    sub_unit = player.sub_unit(agency)
    await player.act(agency.code, Dispose(to=sub_unit))
    await player.act(sub_unit.code, Accept())
    await player.finish(sub_unit.code)
    await player.until("closed")


async def ping_pong(player: Player) -> None:
    """Passed around until only the coordinator may move it."""
    here = (await player.submit("jaki", "parkir-liar", "Parkir liar di trotoar.", MONAS)).unit
    there = player.neighbour(here)
    await player.act(here, Coordinate(to=there))
    await player.act(there.code, Coordinate(to=player.unit(here)))
    await player.act(here, Coordinate(to=there))
    await player.refused(there.code, Coordinate(to=player.unit(here)), RefusalCode.HOP_LIMIT)
    coordinator = there.ladder[0].code
    agency = player.agency("parkir-liar")
    await player.act(coordinator, Reassign(to=agency, note="Cukup."))
    await player.act(agency.code, Accept())
    await player.finish(agency.code)
    await player.until("closed")


async def handed_back(player: Player) -> None:
    """Not the kelurahan's authority: back to its kecamatan, which does it."""
    first = await player.submit("jaki", "lainnya", "Papan nama jalan hilang.", MONAS)
    order = player._tuntas.orders.hand_back(first.unit, HandBackReason.NOT_OUR_AUTHORITY, None, None, "")  # noqa: SLF001
    above = (await player.act(first.unit, order)).unit
    await player.act(above, Accept())
    await player.finish(above)
    await player.until("closed")


async def withdrawn(player: Player) -> None:
    """The reporter takes it back."""
    await player.submit("sms-wa", "lainnya", "Salah kirim.")
    await player.act(REPORTER, Withdraw(note="Sudah beres sendiri."))


async def slow_validator(player: Player) -> None:
    """The work is done in time; the validator is late, and the ladder climbs for the validator."""
    unit = (await player.submit("jaki", "lampu-jalan", "Lampu jalan padam.", MONAS)).unit
    await player.act(unit, Accept())
    await player.act(unit, Complete(note="Lampu diganti.", evidence=(PHOTO,)))
    await player.until("breached", "escalated")
    await player.act(player.validator(), Validate(accepted=True))
    await player.until("closed")


Story = Callable[[Player], Awaitable[None]]
STORIES: Sequence[tuple[Story, Outcome]] = (
    (straight, Outcome.RESOLVED),
    (forgotten, Outcome.RESOLVED),
    (rejected, Outcome.RESOLVED),
    (indirect, Outcome.RESOLVED),
    (ping_pong, Outcome.RESOLVED),
    (handed_back, Outcome.RESOLVED),
    (withdrawn, Outcome.WITHDRAWN),
    (slow_validator, Outcome.RESOLVED),
)


async def run_demo() -> bool:
    """Plays all stories at once, tells each event as it happens, and says whether each went its way."""
    async with Wiring() as tuntas:
        door, complaints = await tuntas.front_door(), await tuntas.complaints()
        players = [Player(tuntas, door, complaints, story.__name__) for story, _ in STORIES]
        teller = asyncio.create_task(_tell(tuntas, players))
        ended = await asyncio.gather(
            *(
                _play(story, player, outcome)
                for (story, outcome), player in zip(STORIES, players, strict=True)
            )
        )
        await asyncio.sleep(1)
        teller.cancel()
    print_table(
        "Demo complaints",
        ("story", "number", "status", "events", ""),
        (
            (went.story, went.number, went.status, went.saw, "as meant" if went.well else "ASTRAY")
            for went in ended
        ),
    )
    return all(went.well for went in ended)


async def _play(story: Story, player: Player, outcome: Outcome) -> Went:
    name = (story.__doc__ or story.__name__).split("\n")[0]
    try:
        await story(player)
        now, seen = await player.now(), await player.seen()
    except (AssertionError, Refused, StopIteration) as trouble:
        return Went(name, player.number, "?", str(trouble), well=False)
    well = now.status is Status.CLOSED and now.outcome is outcome
    return Went(name, now.number, f"{now.status} ({now.outcome})", str(len(seen)), well)


async def _tell(tuntas: Wiring, players: Sequence[Player]) -> None:
    """One line for each event of the demo complaints, as it is recorded."""
    told: dict[str, int] = {}
    while True:
        for number in [player.number for player in players if player.number]:
            for entry in (await tuntas.timeline(number))[told.get(number, 0) :]:
                told[number] = entry.seq
                sys.stdout.write(f"  {wib(entry.at)}  {number}  {entry.event:18} {entry.detail[:90]}\n")
        sys.stdout.flush()
        await asyncio.sleep(0.5)
