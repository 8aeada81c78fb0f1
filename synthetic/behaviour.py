"""What people do with a made-up complaint: take it up, pass it on, work, check, rate, forget.

The shares are our own [O]; the times are chosen so that completions take a day and a half on average and
some are late, as DOMAIN.md tells.
"""

import math
import random
from datetime import UTC, datetime, timedelta

from domain.commands import (
    REPORTER,
    Accept,
    Actor,
    Ask,
    Close,
    Complete,
    Coordinate,
    DecideEws,
    Dispose,
    Evidence,
    HandBack,
    HandBackReason,
    Progress,
    Rate,
    Reassign,
    Reject,
    Reopen,
    Reply,
    RequestEws,
    Validate,
    Withdraw,
)
from domain.organisation import Supervisor, Unit, UnitKind
from domain.status import Status
from synthetic.life import Life
from synthetic.routes import Routes, pace

WIB = timedelta(hours=7)
MORNING, EVENING = 7, 20
"""Hours of the day (WIB) between which units act; at night only some do."""

DONE = ("Sudah ditangani petugas.", "Selesai dikerjakan.", "Telah ditindaklanjuti di lokasi.")
TASKS = ("Petugas ke lokasi.", "Sedang dikerjakan.", "Menunggu alat.", "Koordinasi dengan RW.")


def live(life: Life, chance: random.Random, routes: Routes, duty: Unit | None) -> None:
    """One life from its first moment on; ends when it is closed or its time is up."""
    if chance.random() < 0.007:
        life.wait(timedelta(days=10_000))  # forgotten: only the clocks speak
        return
    if chance.random() < 0.012:
        if _pause(life, chance, 3, 1.2):
            life.send(Withdraw(note="Sudah tidak perlu."), REPORTER)
        return
    if not _find_holder(life, chance, routes, duty):
        return
    for _ in range(2):  # a second time when it is reopened
        if not _work(life, chance) or not _speak(life, chance):
            break
    life.wait(timedelta(days=10_000))


def _find_holder(life: Life, chance: random.Random, routes: Routes, duty: Unit | None) -> bool:
    """Passes it on until somebody is there who will work on it."""
    holder = life.complaint.holder
    if not _pause(life, chance, 1.1 * pace(holder.code), 1.0):
        return False
    if holder.kind is UnitKind.DESK:
        if chance.random() < 0.06:
            life.send(Reject(note="Bukan pengaduan."), _of(holder))
            return False
        life.send(Reassign(to=duty or routes.any_kelurahan(chance)), _of(holder))
    elif duty and chance.random() < (0.3 if duty.kind is UnitKind.UKPD else 0.75):
        life.send(HandBack(reason=HandBackReason.NOT_OUR_AUTHORITY, to=duty), _of(holder))
    for _ in range(1 + (chance.random() < 0.08) * chance.choice((1, 1, 2, 3))):
        if not _pass_on(life, chance, routes):
            break
    return not life.is_over


def _pass_on(life: Life, chance: random.Random, routes: Routes) -> bool:
    """An agency gives it to its office in the city; now and then a unit finds that it is another's."""
    holder = life.complaint.holder
    if holder.kind is UnitKind.SKPD and chance.random() < 0.6:
        below = routes.sub_unit(holder, life.complaint.found.ward, chance)
        return (
            below is not None and _pause(life, chance, 2, 0.8) and life.send(Dispose(to=below), _of(holder))
        )
    if chance.random() < 0.06:
        other = routes.equal(holder, chance)
        return (
            other is not None and _pause(life, chance, 3, 1) and life.send(Coordinate(to=other), _of(holder))
        )
    return False


def _work(life: Life, chance: random.Random) -> bool:
    """Takes it up, works and completes, as often as the check rejects it; False when that is the end."""
    holder = life.complaint.holder
    slowness = pace(holder.code)
    if not _pause(life, chance, 1.3 * slowness, 1.1):
        return False
    life.send(Accept(), _of(holder))
    if chance.random() < 0.04 and not _ask(life, chance, holder):
        return False
    slow = chance.random() < 0.025
    hours = 24 * 8 if slow else 13 * slowness
    if slow and chance.random() < 0.4:
        _ask_for_time(life, holder)
    while True:
        spent = _span(chance, hours, 0.95)
        if chance.random() < 0.5:
            if not _wait(life, chance, spent * 0.4):
                return False
            life.send(Progress(note=chance.choice(TASKS)), _of(holder))
            spent *= 0.6
        if not _wait(life, chance, spent) or not _complete(life, chance, holder):
            return False
        if life.complaint.status is Status.RESOLVED:
            return True
        hours *= 0.5


def _complete(life: Life, chance: random.Random, holder: Unit) -> bool:
    """Says it is done; another unit checks, mostly within a working day."""
    photo = Evidence(uri=f"https://foto.example/sintetis/{chance.getrandbits(48):012x}.jpg")
    if not life.send(Complete(note=chance.choice(DONE), evidence=(photo,)), _of(holder)):
        return False
    validator = life.complaint.validator
    if validator is None or not _pause(life, chance, 4.5, 0.9):
        return False
    accepted = chance.random() > 0.06
    note = "" if accepted else "Foto tidak menunjukkan hasil."
    return life.send(Validate(accepted=accepted, note=note), _of(validator))


def _speak(life: Life, chance: random.Random) -> bool:
    """The reporter rates, closes, reopens or says nothing; True when it was reopened."""
    late = life.complaint.opened_at is not None and life.now - life.complaint.opened_at > timedelta(days=6)
    if chance.random() < 0.22:
        if not life.wait(_span(chance, 14, 0.9)):
            return False
        weights = (20, 18, 25, 22, 15) if late else (6, 6, 15, 33, 40)
        life.send(Rate(score=chance.choices((1, 2, 3, 4, 5), weights)[0]), REPORTER)
    said = chance.random()
    if said < 0.025 and not life.complaint.reopened:
        return life.wait(_span(chance, 20, 0.8)) and life.send(Reopen(note="Masih sama."), REPORTER)
    if said < 0.18 and life.wait(_span(chance, 20, 0.8)):
        life.send(Close(), REPORTER)
    return False


def _ask(life: Life, chance: random.Random, holder: Unit) -> bool:
    life.send(Ask(question="Di sebelah mana tepatnya?"), _of(holder))
    if chance.random() < 0.2:
        life.wait(timedelta(days=10_000))  # nobody answers: closed by its clock
        return False
    if not life.wait(_span(chance, 18, 1)):
        return False
    life.send(Reply(answer="Di depan warung."), REPORTER)
    return True


def _ask_for_time(life: Life, holder: Unit) -> None:
    until = life.now + timedelta(days=12)
    if holder.coordinators and life.send(RequestEws(until=until, note="Perlu alat berat."), _of(holder)):
        life.send(DecideEws(granted=True), _of(holder.coordinators[0]))


def _pause(life: Life, chance: random.Random, hours: float, spread: float) -> bool:
    return _wait(life, chance, _span(chance, hours, spread))


def _wait(life: Life, chance: random.Random, span: timedelta) -> bool:
    """Waits, and when that ends at night mostly until the morning."""
    then = life.now + span
    local = then.astimezone(UTC) + WIB
    if not MORNING <= local.hour < EVENING and chance.random() < 0.8:
        days = 1 if local.hour >= EVENING else 0
        morning = datetime(local.year, local.month, local.day, MORNING, tzinfo=UTC) + timedelta(days=days)
        span += morning - local + timedelta(minutes=chance.expovariate(1 / 70))
    return life.wait(span)


def _span(chance: random.Random, hours: float, spread: float) -> timedelta:
    """A time around so many hours, now and then far longer (log-normal)."""
    return timedelta(hours=chance.lognormvariate(math.log(hours), spread))


def _of(unit: Unit | Supervisor) -> Actor:
    return Actor(code=f"o-{unit.code.lower()}", unit=unit.code)
