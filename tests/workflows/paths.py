"""Every path that a complaint's workflow can take, as short scripts against a running worker.

``test_replay.py`` replays the histories that ``record_histories.py`` made of them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

from domain.commands import (
    REPORTER,
    SERVICE,
    Accept,
    Actor,
    AdoptCalendar,
    AnyCommand,
    Ask,
    Close,
    Complete,
    Coordinate,
    DecideEws,
    Dispose,
    Escalate,
    HandBack,
    HandBackReason,
    Merge,
    Other,
    Progress,
    Rate,
    Reassign,
    Reject,
    Reopen,
    Reply,
    RequestEws,
    Separate,
    Validate,
    Withdraw,
)
from domain.intake import Opening, complaint_id
from domain.policy import ClockRule, Span, SpanUnit
from domain.refusal import Refused
from domain.view import ComplaintView
from durable.complaints import Complaints
from tests.city import (
    ASISTEN_KOTA,
    ASISTEN_SEKDA,
    BIRO,
    CALENDAR,
    DESK,
    DINAS,
    KECAMATAN,
    KELURAHAN,
    NEIGHBOUR,
    OTHER_DINAS,
    PHOTO,
    POLICY,
    SUDIN,
    VERTICAL,
    instruction,
    officer,
    opening,
)

SECOND = timedelta(seconds=1)
LURAH = officer(KELURAHAN)
DONE = Complete(note="Selesai.", evidence=(PHOTO,))


def _clock(limit: int, warn_before: int | None = None) -> ClockRule:
    return ClockRule(
        limit=Span(amount=limit, unit=SpanUnit.SECONDS),
        warn_before=timedelta(seconds=warn_before) if warn_before else None,
    )


QUICK = POLICY.model_copy(
    update={
        "response": _clock(2, 1),
        "resolution": _clock(6, 1),
        "validation": _clock(2, 1),
        "reply": _clock(1),
        "feedback": _clock(1),
        "ladder_after": (timedelta(), SECOND, 2 * SECOND),
        "remind_every": 2 * SECOND,
        "digest_every": Span(amount=2, unit=SpanUnit.SECONDS),
    }
)
"""Clocks that run out while one waits."""


LATE = 5


class Told(NamedTuple):
    """The workflow whose history is meant: its id, and the run if it is not the last."""

    id: str
    run_id: str | None = None


class Path:
    """One complaint on its path."""

    def __init__(self, complaints: Complaints, start: Opening) -> None:
        self.complaints = complaints
        self.start = start
        self.id = complaint_id(start.intake.channel, start.intake.reference)

    async def open(self) -> None:
        await self.complaints.open(self.start)

    async def send(self, command: AnyCommand, actor: Actor, identity: str | None = None) -> ComplaintView:
        return await self.complaints.perform(self.id, instruction(command, actor, identity or uuid4().hex))

    async def leave(self, command: AnyCommand, actor: Actor) -> None:
        await self.complaints.perform_later(self.id, instruction(command, actor, uuid4().hex))

    async def refused(self, command: AnyCommand, actor: Actor) -> None:
        try:
            await self.send(command, actor)
        except Refused:
            return
        raise AssertionError(f"{command.kind} was not refused")

    async def itself(self) -> Other:
        return Other(number=(await self.complaints.state(self.id)).number, id=self.id)

    async def seen(self) -> list[str]:
        return [entry.event for entry in await self.complaints.timeline(self.id)]

    async def until(self, event: str, times: int = 1) -> None:
        for _ in range(200):
            if (await self.seen()).count(event) >= times:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"never saw {event} {times} times")


def start(*, direct: bool = True, quick: bool = False) -> Opening:
    return opening(direct=direct, policy=QUICK if quick else POLICY, reference=uuid4().hex)


async def straight(complaints: Complaints) -> Path:
    path = Path(complaints, start())
    await path.open()
    for command, actor in (
        (Accept(), LURAH),
        (Progress(note="Di lokasi.", photos=(PHOTO,)), LURAH),
        (DONE, LURAH),
        (Validate(accepted=True), officer(BIRO)),
        (Close(), REPORTER),
    ):
        await path.send(command, actor)
    return path


async def opened_in_one(complaints: Complaints) -> Path:
    """Number and arrival by one activity; the histories of the other paths may be older than that."""
    path = Path(complaints, start())
    await path.open()
    await path.send(Withdraw(), REPORTER)
    return path


async def indirect_and_disposed(complaints: Complaints) -> Path:
    path = Path(complaints, start(direct=False))
    await path.open()
    for command, actor in (
        (Reassign(to=DINAS), officer(DESK)),
        (Dispose(to=SUDIN), officer(DINAS)),
        (Accept(), officer(SUDIN)),
        (DONE, officer(SUDIN)),
        (Validate(accepted=True), officer(BIRO)),
        (Close(), officer(DESK)),
    ):
        await path.send(command, actor)
    return path


async def handed_back_three_ways(complaints: Complaints) -> Path:
    path = Path(complaints, start())
    await path.open()
    back = HandBack(reason=HandBackReason.NOT_OUR_AUTHORITY, fallback=KECAMATAN)
    await path.send(back, LURAH)
    await path.send(HandBack(reason=HandBackReason.UNCLEAR_LOCATION), officer(KECAMATAN))
    better = HandBack(reason=HandBackReason.WRONG_LOCATION, to=NEIGHBOUR, found=path.start.found)
    await path.send(better, officer(DESK))
    return await _ended(path)


async def moved_to_the_limit(complaints: Complaints) -> Path:
    path = Path(complaints, start(direct=False))
    await path.open()
    await path.send(Reassign(to=DINAS), officer(DESK))
    await path.send(Coordinate(to=OTHER_DINAS), officer(DINAS))
    await path.send(Coordinate(to=DINAS), officer(OTHER_DINAS))
    await path.refused(Coordinate(to=OTHER_DINAS), officer(DINAS))
    await path.send(Reassign(to=OTHER_DINAS), officer(ASISTEN_SEKDA))
    return await _ended(path)


async def rejected_twice(complaints: Complaints) -> Path:
    path = Path(complaints, start())
    await path.open()
    await path.send(Accept(), LURAH)
    for accepted in (False, False, True):
        await path.send(DONE, LURAH)
        await path.send(Validate(accepted=accepted, note="Diperiksa."), officer(BIRO))
    await path.send(Close(), REPORTER)
    return path


async def withdrawn(complaints: Complaints) -> Path:
    path = Path(complaints, start())
    await path.open()
    return await _ended(path)


async def by_signals(complaints: Complaints) -> Path:
    path = Path(complaints, start())
    await path.open()
    await path.leave(Reassign(to=DINAS), officer(DESK))
    await path.leave(DONE, LURAH)
    await path.leave(Accept(), officer(DINAS))
    await path.leave(DONE, officer(DINAS))
    await path.until("completed")
    await path.send(Validate(accepted=True), officer(BIRO))
    await path.send(Close(), REPORTER)
    return path


async def repeated(complaints: Complaints) -> Path:
    path = Path(complaints, start())
    await asyncio.gather(*(path.open() for _ in range(5)))
    await asyncio.gather(*(path.send(Accept(), LURAH, "once") for _ in range(3)))
    return await _ended(path)


async def climbed_and_reminded(complaints: Complaints) -> Path:
    path = Path(complaints, start(quick=True))
    await path.open()
    await path.until("reminded", 2)
    return await _ended(path)


async def taken_up_late(complaints: Complaints) -> Path:
    path = Path(complaints, start(quick=True))
    await path.open()
    await path.until("escalated")
    await path.send(Accept(), LURAH)
    await path.until("escalated", 3)
    return await _ended(path)


async def validated_late_and_closed_by_itself(complaints: Complaints) -> Path:
    path = Path(complaints, start(quick=True))
    await path.open()
    await path.send(Accept(), LURAH)
    await path.send(DONE, LURAH)
    await path.until("escalated", 2)
    await path.send(Validate(accepted=True), officer(BIRO))
    await path.until("closed")
    return path


async def rejected_when_overdue(complaints: Complaints) -> Path:
    path = Path(complaints, start(quick=True))
    await path.open()
    await path.send(Accept(), LURAH)
    await path.send(DONE, LURAH)
    await asyncio.sleep(7)
    await path.send(Validate(accepted=False, note="Belum."), officer(BIRO))
    await path.until("reminded")
    return await _ended(path)


async def asked_and_answered(complaints: Complaints) -> Path:
    path = Path(complaints, start())
    await path.open()
    for _ in range(2):
        await path.send(Ask(question="Lubang yang mana?"), LURAH)
        await path.send(Reply(answer="Di depan SD."), REPORTER)
    return await _ended(path)


async def asked_in_vain(complaints: Complaints) -> Path:
    path = Path(complaints, start(quick=True))
    await path.open()
    await path.send(Ask(question="Lubang yang mana?"), LURAH)
    await path.until("closed")
    return path


async def moved_while_asked(complaints: Complaints) -> Path:
    path = Path(complaints, start())
    await path.open()
    await path.send(Ask(question="Lubang yang mana?"), LURAH)
    await path.send(Reassign(to=DINAS), officer(DESK))
    return await _ended(path)


async def ews_granted_and_refused(complaints: Complaints) -> Path:
    path = Path(complaints, start())
    await path.open()
    await path.send(Accept(), LURAH)
    due = (await complaints.state(path.id)).due_at
    assert due is not None
    for number, granted in enumerate((False, True), 1):
        await path.send(RequestEws(until=due + timedelta(days=number), note="Sulit."), LURAH)
        await path.send(DecideEws(granted=granted), officer(ASISTEN_KOTA))
    await path.send(Escalate(note="Perlu alat berat."), LURAH)
    return await _ended(path)


async def rated_and_reopened(complaints: Complaints) -> Path:
    path = Path(complaints, start())
    await path.open()
    await path.send(Accept(), LURAH)
    for last in (False, True):
        await path.send(DONE, LURAH)
        await path.send(Validate(accepted=True), officer(BIRO))
        await path.send(Close() if last else Rate(score=1), REPORTER)
        if not last:
            await path.send(Reopen(note="Masih berlubang."), REPORTER)
            await path.send(Accept(), LURAH)
    return path


async def rejected_as_no_complaint(complaints: Complaints) -> Path:
    path = Path(complaints, start(direct=False))
    await path.open()
    await path.send(Reject(note="Ucapan terima kasih."), officer(DESK))
    return path


async def held_by_a_vertical_agency(complaints: Complaints) -> Path:
    path = Path(complaints, start(direct=False, quick=True))
    await path.open()
    await path.send(Reassign(to=VERTICAL), officer(DESK))
    await path.send(Accept(), officer(VERTICAL))
    await path.until("reminded")
    return await _ended(path)


async def _pair(complaints: Complaints, *, quick: bool = False) -> tuple[Path, Path]:
    """A complaint, and one that follows it."""
    parent, child = Path(complaints, start()), Path(complaints, start(quick=quick))
    await parent.open()
    await child.open()
    await child.send(Merge(parent=await parent.itself()), LURAH)
    await parent.until("followed")
    return parent, child


async def _resolve(path: Path) -> None:
    await path.send(Accept(), LURAH)
    await path.send(DONE, LURAH)
    await path.send(Validate(accepted=True), officer(BIRO))


async def _through_two_endings(complaints: Complaints) -> tuple[Path, Path]:
    parent, child = await _pair(complaints)
    await _resolve(parent)
    await child.until("parent_resolved")
    await parent.send(Reopen(note="Masih berlubang."), REPORTER)
    await child.until("parent_reopened")
    await _resolve(parent)
    await child.until("parent_resolved", 2)
    await child.send(Close(), REPORTER)
    await parent.send(Close(), REPORTER)
    return parent, child


async def followed(complaints: Complaints) -> Path:
    return (await _through_two_endings(complaints))[0]


async def following(complaints: Complaints) -> Path:
    return (await _through_two_endings(complaints))[1]


async def overdue_while_following(complaints: Complaints) -> Path:
    parent, child = await _pair(complaints, quick=True)
    await child.until("reminded")
    await _ended(parent)
    return await _ended(child)


async def orphaned(complaints: Complaints) -> Path:
    parent, child = await _pair(complaints)
    await parent.send(Reject(note="Ucapan terima kasih."), officer(DESK))
    await child.until("separated")
    return await _ended(child)


async def merged_into_a_closed_one(complaints: Complaints) -> Path:
    parent, child = Path(complaints, start()), Path(complaints, start())
    await parent.open()
    closed = await parent.itself()
    await _ended(parent)
    await child.open()
    await child.send(Merge(parent=closed), LURAH)
    await child.until("separated")
    return await _ended(child)


async def declined_by_a_follower(complaints: Complaints) -> Path:
    parent, child = await _pair(complaints)
    late = Path(complaints, start())
    await late.open()
    await late.send(Merge(parent=await child.itself()), LURAH)
    await late.until("separated")
    await _ended(child)
    await _ended(parent)
    return await _ended(late)


async def separated_by_hand(complaints: Complaints) -> Path:
    parent, child = await _pair(complaints)
    await child.send(Separate(note="Lain lokasi."), LURAH)
    await _ended(parent)
    return await _ended(child)


async def given_a_new_holiday(complaints: Complaints) -> Path:
    path = Path(complaints, start())
    await path.open()
    await path.send(Accept(), LURAH)
    await path.send(DONE, LURAH)
    today = (await complaints.state(path.id)).deadlines[-1].due_at.date()
    calendar = CALENDAR.model_copy(update={"closed": (today,)})
    await path.send(AdoptCalendar(calendar=calendar, reason="Libur baru."), SERVICE)
    await path.send(Validate(accepted=True), officer(BIRO))
    await path.send(Close(), REPORTER)
    return path


async def told_together(complaints: Complaints) -> Told:
    """Five complaints of one unit run late at once; their supervisor's digest, when it has said it all."""
    code = f"ASKO-{uuid4().hex}"
    unit = KELURAHAN.model_copy(update={"ladder": (ASISTEN_KOTA.model_copy(update={"code": code}),)})
    late = [Path(complaints, start(quick=True).model_copy(update={"kelurahan": unit})) for _ in range(LATE)]
    await asyncio.gather(*(path.open() for path in late))
    await asyncio.gather(*(path.until("escalated") for path in late))
    await asyncio.gather(*(_ended(path) for path in late))
    return Told(f"digest-{code}")


async def _ended(path: Path) -> Path:
    await path.send(Withdraw(), REPORTER)
    return path


PATHS: tuple[Callable[[Complaints], Awaitable[Path | Told]], ...] = (
    straight,
    opened_in_one,
    indirect_and_disposed,
    handed_back_three_ways,
    moved_to_the_limit,
    rejected_twice,
    withdrawn,
    by_signals,
    repeated,
    climbed_and_reminded,
    taken_up_late,
    validated_late_and_closed_by_itself,
    rejected_when_overdue,
    asked_and_answered,
    asked_in_vain,
    moved_while_asked,
    ews_granted_and_refused,
    rated_and_reopened,
    rejected_as_no_complaint,
    held_by_a_vertical_agency,
    followed,
    following,
    overdue_while_following,
    orphaned,
    merged_into_a_closed_one,
    declined_by_a_follower,
    separated_by_hand,
    given_a_new_holiday,
    told_together,
)
