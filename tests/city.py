"""A small city made by hand: one unit of each kind, for tests that need no map and no files."""

from datetime import UTC, date, datetime, timedelta

from domain.calendar import Hours, WorkingCalendar
from domain.commands import Actor, AnyCommand, Evidence, Instruction, Other
from domain.complaint import Complaint
from domain.events import Event
from domain.intake import Intake, Opening, Reporter
from domain.organisation import Supervisor, Unit, UnitKind
from domain.place import FoundBy, Point, WardFound
from domain.policy import ClockRule, Policy, Span, SpanUnit

MONDAY = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
"""Monday 2 November 2026, 09.00 WIB."""

ASISTEN_KOTA = Supervisor(code="ASKO", name="Asisten Sekretaris Kota", kind=UnitKind.ASISTEN)
SEKRETARIS = Supervisor(code="SEKO", name="Sekretaris Kota", kind=UnitKind.SEKRETARIS)
ASISTEN_SEKDA = Supervisor(code="ASDA", name="Asisten Sekda", kind=UnitKind.ASISTEN)
SEKDA = Supervisor(code="SEKDA", name="Sekda", kind=UnitKind.SEKDA)
INSPEKTUR = Supervisor(code="INSP", name="Inspektur", kind=UnitKind.INSPEKTORAT)

CITY_LADDER = (ASISTEN_KOTA, SEKRETARIS, INSPEKTUR)
PROVINCE_LADDER = (ASISTEN_SEKDA, SEKDA, INSPEKTUR)

KECAMATAN = Unit(code="KEC", name="Kecamatan Gambir", kind=UnitKind.KECAMATAN, ladder=CITY_LADDER)
KELURAHAN = Unit(
    code="KEL",
    name="Kelurahan Gambir",
    kind=UnitKind.KELURAHAN,
    parent="KEC",
    ward="31.71.01.1001",
    ladder=CITY_LADDER,
)
NEIGHBOUR = Unit(
    code="KEL2", name="Kelurahan Cideng", kind=UnitKind.KELURAHAN, parent="KEC", ladder=CITY_LADDER
)
DINAS = Unit(code="DIN", name="Dinas Bina Marga", kind=UnitKind.SKPD, ladder=PROVINCE_LADDER)
OTHER_DINAS = Unit(code="DIN2", name="Dinas SDA", kind=UnitKind.SKPD, ladder=PROVINCE_LADDER)
SUDIN = Unit(
    code="SUD", name="Suku Dinas Bina Marga", kind=UnitKind.UKPD, parent="DIN", ladder=PROVINCE_LADDER
)
BUMD = Unit(code="PAM", name="PAM Jaya", kind=UnitKind.BUMD, ladder=(SEKDA, INSPEKTUR))
VERTICAL = Unit(code="PLN", name="PLN", kind=UnitKind.VERTICAL, ladder=PROVINCE_LADDER)
DESK = Unit(code="DESK", name="Meja JAKI", kind=UnitKind.DESK, ladder=PROVINCE_LADDER)
BIRO = Unit(code="BIRO", name="Biro Pemerintahan", kind=UnitKind.SKPD, ladder=PROVINCE_LADDER)
INSPEKTORAT = Unit(code="INSP", name="Inspektorat", kind=UnitKind.INSPEKTORAT, ladder=(SEKDA,))
UNITS = (KELURAHAN, NEIGHBOUR, KECAMATAN, DINAS, OTHER_DINAS, SUDIN, BUMD, VERTICAL, DESK, BIRO)

CALENDAR = WorkingCalendar(
    offset_minutes=420,
    hours=(Hours(since=date(2023, 1, 1), week=((480, 960),) * 4 + ((480, 990), None, None)),),
    known_until=date(2027, 12, 31),
)


def span(amount: int, unit: SpanUnit) -> Span:
    return Span(amount=amount, unit=unit)


POLICY = Policy(
    name="test",
    source="tests",
    effective_from=date(2025, 5, 28),
    response=ClockRule(limit=span(6, SpanUnit.HOURS), warn_before=timedelta(hours=2)),
    resolution=ClockRule(limit=span(6, SpanUnit.CALENDAR_DAYS), warn_before=timedelta(hours=24)),
    validation=ClockRule(limit=span(1, SpanUnit.WORKING_DAYS), warn_before=timedelta(hours=2)),
    reply=ClockRule(limit=span(10, SpanUnit.WORKING_DAYS)),
    feedback=ClockRule(limit=span(10, SpanUnit.WORKING_DAYS)),
    ladder_after=(timedelta(), timedelta(hours=24), timedelta(hours=72)),
    remind_every=timedelta(days=7),
    calendar=CALENDAR,
)


def opening(*, direct: bool = True, policy: Policy = POLICY, **intake: object) -> Opening:
    """An opening on the direct path (a point in the kelurahan) or on the indirect one (no point)."""
    said = {
        "channel": "jaki",
        "reference": "R-1",
        "category": "jalan-rusak",
        "text": "Lubang di depan SD.",
        "point": Point(latitude=-6.17, longitude=106.82) if direct else None,
        "reporter": Reporter(name="Pelapor", contact="pelapor@example.org"),
    }
    return Opening(
        intake=Intake.model_validate(said | intake),
        found=WardFound(ward="31.71.01.1001", found_by=FoundBy.NEAREST_POINT, metres=80)
        if direct
        else WardFound(ward=None, found_by=FoundBy.NO_POINT),
        kelurahan=KELURAHAN if direct else None,
        desk=DESK,
        validators=(BIRO, INSPEKTORAT),
        policy=policy,
        access_code="KODE-1234",
        last_resort=GOVERNOR,
    )


def officer(unit: Unit | Supervisor) -> Actor:
    return Actor(code=f"o-{unit.code.lower()}", unit=unit.code)


PARENT = Other(number="JK2611010009", id="complaint-jaki-parent")
FOLLOWER = Other(number="JK2611030007", id="complaint-jaki-follower")
GOVERNOR = Supervisor(code="GUB", name="Gubernur", kind=UnitKind.HEAD)

PHOTO = Evidence(uri="https://foto.example/1.jpg")


class Life:
    """Drives one aggregate as its shell would: decide, apply, remember."""

    def __init__(self, start: Opening | None = None, at: datetime = MONDAY) -> None:
        self.complaint = Complaint.blank(start or opening())
        self.now = at
        self.events: list[Event] = []
        self.sent = 0
        self.keep(self.complaint.open("JK2611020001", at))

    def keep(self, events: list[Event]) -> list[str]:
        for event in events:
            self.complaint.apply(event)
        self.events += events
        return [event.body.event for event in events]

    def send(self, command: AnyCommand, actor: Actor, identity: str | None = None) -> list[str]:
        self.sent += 1
        return self.keep(
            self.complaint.handle(instruction(command, actor, identity or f"c{self.sent}"), self.now)
        )

    def pass_time(self, span: timedelta) -> list[str]:
        """Lets time pass; every deadline fires at its own moment."""
        until, names = self.now + span, []
        while (due := self.complaint.next_deadline()) and due.due_at <= until:
            self.now = max(self.now, due.due_at)
            names += self.keep(self.complaint.expire(due, self.now))
        self.now = until
        return names


def instruction(command: AnyCommand, actor: Actor, identity: str) -> Instruction[AnyCommand]:
    return Instruction(id=identity, actor=actor, via="test", command=command)
