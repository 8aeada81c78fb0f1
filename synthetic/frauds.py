"""Frauds that are planted among made-up complaints, to see what the integrity view finds of them.

Each is what DOMAIN.md or the rules themselves tell of, done so openly that a human who saw it would be
struck: a unit that is done in minutes, a complaint that is entered anew, a picture that is used twice.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from domain.commands import (
    REPORTER,
    Accept,
    Actor,
    Close,
    Complete,
    Coordinate,
    Evidence,
    Rate,
    Validate,
    Withdraw,
)
from domain.evidence import Attachment
from domain.integrity import Found, Rule
from domain.organisation import Unit
from domain.place import Point
from domain.wib import WIB
from jakarta.load import Jakarta
from synthetic.day import GEO_TAGGED, Day
from synthetic.life import Life, Lived

MONTHS = range(2, 13)
"""Months in which frauds are planted; January teaches what is usual."""

FIRST_NUMBER = 5000
"""Numbers of a day from here on: honest complaints never come so far."""

WORDS = (
    "pagar", "gerobak", "tiang", "lampu", "selokan", "trotoar", "pohon", "spanduk", "kabel", "portal",
    "pos", "lapangan", "warung", "tembok", "tangga", "taman", "parkiran", "sumur", "gudang", "kios",
)  # fmt: skip
"""What makes complaints of one place differ: only those that are entered anew are to be alike."""

OUTRIGHT = timedelta(minutes=3)
AN_HOUR = timedelta(hours=1)


class Planted(NamedTuple):
    """What was planted: lives, the pictures they hand in, and for each rule what it should find.

    ``subjects`` are those of findings that should be there; ``implied`` those that may be there besides.
    """

    lives: list[Lived]
    pictures: list[Attachment]
    subjects: dict[Rule, set[str]]
    implied: dict[Rule, set[str]]


class Score(NamedTuple):
    """How well a rule found what was planted."""

    planted: int
    found: int
    right: int
    missed: int

    @property
    def precision(self) -> float:
        """Of what was found, how much was planted; 1 when nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Of what was planted, how much was found."""
        return (self.planted - self.missed) / self.planted if self.planted else 1.0


def scores(planted: Planted, found: Iterable[Found]) -> dict[Rule, Score]:
    """Precision and recall of each rule. A unit counts with its month."""
    by_rule: dict[Rule, set[str]] = {rule: set() for rule in Rule}
    for one in found:
        by_rule[one.rule].add(_dated(one.month, one.subject))
    said = {}
    for rule, there in by_rule.items():
        wanted = planted.subjects.get(rule, set())
        right = there & (wanted | planted.implied.get(rule, set()))
        said[rule] = Score(len(wanted), len(there), len(right), len(wanted - there))
    return said


class Frauds:
    """Plants frauds in one year."""

    def __init__(self, city: Jakarta, day: Day, year: int, seed: int) -> None:
        self._city = city
        self._day = day
        self._year = year
        self._seed = seed
        self._chance = random.Random(f"{seed}/{year}/frauds")
        self._categories = [one for one in city.categories() if not one.duty]
        self._points = list(city.reference_points())
        self._numbers: Counter[date] = Counter()
        self._planted = Planted([], [], {rule: set() for rule in Rule}, {rule: set() for rule in Rule})

    def plant(self, each: int) -> Planted:
        """So many of each kind."""
        for n in range(each):
            month = MONTHS[n % len(MONTHS)]
            self._too_fast(month)
            self._re_entered(month, withdrawn=n % 2 == 0)
            self._ping_pong(month)
            self._fast_unit(month)
            self._accepts_all(month, f"o-pemeriksa-lunak-{n}")
            self._one_closer(month, f"o-pemeriksa-teman-{n}")
            self._month_end(month)
            self._low_ratings(month)
            self._picture(month, n)
        return self._planted

    def _too_fast(self, month: int) -> None:
        life = self._begin(self._moment(month, 3, 25))
        self._finish(life, OUTRIGHT)
        self._keep(life, Rule.TOO_FAST, life.complaint.number)

    def _re_entered(self, month: int, *, withdrawn: bool) -> None:
        first = self._begin(self._moment(month, 1, 8))
        if withdrawn:
            first.wait(AN_HOUR)
            first.send(Withdraw(note="Salah kirim."), REPORTER)
        else:
            self._finish(first)
            first.send(Close(), REPORTER)
        self._keep(first)
        intake = first.lived().opening.intake
        again = intake.model_copy(update={"reference": f"{intake.reference}-lagi", "text": f"{intake.text} "})
        at = first.now + timedelta(days=self._chance.uniform(1, 12))
        second = self._day.begin(self._chance, again, self._number(at), at)
        self._finish(second)
        self._keep(second, Rule.RE_ENTERED, second.complaint.number)

    def _ping_pong(self, month: int) -> None:
        life = self._begin(self._moment(month, 2, 15))
        one, other = life.complaint.holder, self._other(life.complaint.holder)
        for to in (other, one, other):
            life.wait(timedelta(hours=self._chance.uniform(3, 12)))
            life.send(Coordinate(to=to), _of(life.complaint.holder))
        self._finish(life)
        self._keep(life, Rule.PING_PONG, life.complaint.number)

    def _fast_unit(self, month: int) -> None:
        ward, point = self._somewhere()
        for _ in range(14):
            life = self._begin(self._moment(month, 3, 25), point)
            self._finish(life, timedelta(minutes=self._chance.uniform(2, 9)))
            self._keep(life)
            self._planted.implied[Rule.TOO_FAST].add(self._dated(month, life.complaint.number))
        self._planted.subjects[Rule.FAST_UNIT].add(self._dated(month, f"KEL-{ward}"))

    def _accepts_all(self, month: int, validator: str) -> None:
        for _ in range(200):
            life = self._begin(self._moment(month, 2, 20))
            self._finish(life, validator=validator)
            self._keep(life)
        self._planted.subjects[Rule.ACCEPTS_ALL].add(self._dated(month, validator))

    def _one_closer(self, month: int, validator: str) -> None:
        ward, point = self._somewhere()
        for n in range(16):
            life = self._begin(self._moment(month, 2, 20), point if n < 12 else None)
            self._finish(life, validator=validator)
            self._keep(life)
        subject = f"{validator} o-kel-{ward.lower()}"
        self._planted.subjects[Rule.ONE_CLOSER].add(self._dated(month, subject))

    def _month_end(self, month: int) -> None:
        ward, point = self._somewhere()
        following = date(self._year + month // 12, month % 12 + 1, 1)
        end = datetime.combine(following, time(9), WIB).astimezone(UTC) - timedelta(days=1)
        for _ in range(14):
            opened = end - timedelta(days=self._chance.uniform(2, 5.5))
            life = self._begin(opened, point)
            self._finish(life, end + timedelta(hours=self._chance.uniform(-20, 8)) - opened)
            self._keep(life)
        self._planted.subjects[Rule.MONTH_END].add(self._dated(month, f"KEL-{ward}"))

    def _low_ratings(self, month: int) -> None:
        ward, point = self._somewhere()
        for n in range(10):
            life = self._begin(self._moment(month, 2, 12), point)
            self._finish(life)
            life.wait(timedelta(hours=self._chance.uniform(2, 60)))
            life.send(Rate(score=1 if n < 9 else 4), REPORTER)
            self._keep(life)
        self._planted.subjects[Rule.LOW_RATINGS].add(self._dated(month, f"KEL-{ward}"))

    def _picture(self, month: int, n: int) -> None:
        """In turn: the same, one that looks alike, one taken elsewhere, one that a machine made."""
        _, point = self._somewhere()
        first = self._photo(point)
        honest = self._begin(self._moment(month, 2, 8), point)
        self._finish(honest, picture=first)
        self._keep(honest)
        there = self._somewhere()[1]
        far = Point(latitude=there.latitude + 0.02, longitude=there.longitude)
        second = (
            first,
            self._photo(there, likeness=(first.likeness or 0) ^ 0b1011),
            self._photo(far),
            self._photo(there, marks=("a mark of a generator",)),
        )[n % 4]
        life = self._begin(self._moment(month, 10, 24), there)
        self._finish(life, picture=second)
        self._keep(life)
        subject = self._dated(month, f"{life.complaint.number} {second.sha256}")
        self._planted.subjects[Rule.PICTURE].add(subject)

    def _begin(self, at: datetime, point: Point | None = None) -> Life:
        """A complaint that comes to the kelurahan of a point; somewhere when none is given."""
        category = self._chance.choice(self._categories)
        reference = f"curang-{self._seed}-{self._year}-{self._numbers.total()}"
        said = self._day.intake(self._chance, category, reference)
        near = self._near(point, 2e-4) if point else self._near(self._somewhere()[1], 2e-3)
        text = f"{said.text} {' '.join(self._chance.sample(WORDS, 6))}"
        intake = said.model_copy(update={"channel": GEO_TAGGED, "point": near, "place": None, "text": text})
        return self._day.begin(self._chance, intake, self._number(at), at)

    def _finish(
        self,
        life: Life,
        after: timedelta | None = None,
        *,
        validator: str | None = None,
        picture: Attachment | None = None,
    ) -> None:
        """Taken up, done ``after`` so long, and validated the day after."""
        took = after or timedelta(hours=self._chance.uniform(8, 40))
        holder = life.complaint.holder
        life.wait(took * 0.2)
        life.send(Accept(), _of(holder))
        life.wait(took * 0.8)
        uri = f"https://foto.example/curang/{self._chance.getrandbits(48):012x}.jpg"
        proof = Evidence(uri=uri, sha256=picture.sha256 if picture else None)
        assert life.send(Complete(note="Sudah ditangani petugas.", evidence=(proof,)), _of(holder))
        life.wait(timedelta(hours=self._chance.uniform(1, 6)))
        unit = life.complaint.validator
        assert unit
        checks = Actor(code=validator or f"o-{unit.code.lower()}", unit=unit.code)
        assert life.send(Validate(accepted=True), checks)

    def _keep(self, life: Life, rule: Rule | None = None, subject: str | None = None) -> None:
        self._planted.lives.append(life.lived())
        if rule and subject:
            at = life.lived().events[-1].at.astimezone(WIB)
            opened = life.complaint.opened_at or at
            month = opened.astimezone(WIB).month if rule is Rule.RE_ENTERED else at.month
            self._planted.subjects[rule].add(self._dated(month, subject))

    def _photo(self, point: Point, marks: tuple[str, ...] = (), likeness: int | None = None) -> Attachment:
        picture = Attachment(
            sha256=f"{self._chance.getrandbits(256):064x}",
            media_type="image/jpeg",
            size_bytes=200_000,
            point=point,
            has_camera=True,
            marks=marks,
            likeness=likeness or self._chance.getrandbits(63),
        )
        self._planted.pictures.append(picture)
        return picture

    def _number(self, at: datetime) -> str:
        day = at.astimezone(WIB).date()
        self._numbers[day] += 1
        return f"JK{day:%y%m%d}{FIRST_NUMBER + self._numbers[day]}"

    def _moment(self, month: int, first: int, last: int) -> datetime:
        """Some working hour on a day of a month."""
        day = date(self._year, month, self._chance.randint(first, last))
        at = datetime.combine(day, time(8), WIB) + timedelta(minutes=self._chance.uniform(0, 360))
        return at.astimezone(UTC)

    def _somewhere(self) -> tuple[str, Point]:
        return self._chance.choice(self._points)

    def _near(self, point: Point, degrees: float) -> Point:
        """So near at most: two ten-thousandths, some 20 m, are in the same ward."""
        return Point(
            latitude=point.latitude + self._chance.uniform(-degrees, degrees),
            longitude=point.longitude + self._chance.uniform(-degrees, degrees),
        )

    def _other(self, unit: Unit) -> Unit:
        others: Sequence[Unit] = [
            self._city.unit_of_ward(ward) for ward, _ in self._chance.sample(self._points, 2)
        ]
        return next(one for one in others if one.code != unit.code)

    def _dated(self, month: int, subject: str) -> str:
        return _dated(date(self._year, month, 1), subject)


def _dated(month: date, subject: str) -> str:
    return f"{month:%Y-%m} {subject}"


def _of(unit: Unit) -> Actor:
    return Actor(code=f"o-{unit.code.lower()}", unit=unit.code)


def in_portions(lives: Sequence[Lived], size: int) -> Iterator[Sequence[Lived]]:
    """Lives as they are written, so many at a time."""
    for start in range(0, len(lives), size):
        yield lives[start : start + size]
