"""The complaints of one made-up day: who says what, where, when; and what becomes of it."""

import random
import string
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from domain.intake import Intake, Opening, Reporter
from domain.organisation import Category
from domain.place import Point
from domain.policy import Policy
from jakarta.load import Jakarta
from synthetic.behaviour import WIB, live
from synthetic.life import Life, Lived
from synthetic.routes import Routes
from synthetic.volumes import CHANNELS, category_weights

GEO_TAGGED = "jaki"
"""The only channel that knows where somebody stands (DOMAIN.md)."""

HOURS = (2, 1, 1, 1, 2, 5, 12, 20, 28, 30, 28, 24, 22, 22, 22, 22, 22, 20, 20, 22, 20, 15, 8, 4)
"""When people complain, by hour (WIB) [O]."""

FIRST = ("Adi", "Budi", "Citra", "Dewi", "Eko", "Fitri", "Gita", "Hadi", "Indah", "Joko", "Kartika", "Lina")
LAST = ("Santoso", "Wijaya", "Lestari", "Saputra", "Hidayat", "Nugroho", "Siregar", "Utami", "Pratama")
PLACES = (
    "depan sekolah",
    "dekat masjid",
    "di tikungan",
    "samping pasar",
    "depan halte",
    "di gang",
    "dekat jembatan",
)
ASKS = (
    "Mohon segera ditangani.",
    "Sudah lama begini.",
    "Membahayakan warga.",
    "Tolong dicek.",
    "Terima kasih.",
)
SINCE = date(2025, 5, 28)
"""From this day on the six days hold (DOMAIN.md)."""


class Kind(NamedTuple):
    """What a made-up day is made with. ``people`` is how many there are who complain in the year."""

    seed: int
    end: datetime
    people: int
    copies: int
    """How many complaints share one life: 1 for the truest, more for the fastest."""


class Day:
    """Makes the complaints of days."""

    def __init__(self, city: Jakarta, kind: Kind) -> None:
        self._city = city
        self._kind = kind
        self._routes = Routes(city)
        self._categories = list(city.categories())
        self._shares = category_weights(self._categories)
        self._points = [point for _, point in city.reference_points()]
        self._policies: dict[tuple[str, date], Policy] = {}

    def lives(self, day: date, many: int, numbered_from: int) -> Iterator[Lived]:
        """So many complaints of a day, with numbers from one on. The same seed gives the same."""
        chance = random.Random(f"{self._kind.seed}/{day}")
        left = many
        while left > 0:
            category = chance.choices(self._categories, self._shares)[0]
            at = self._moment(chance, day)
            for n in range(min(self._kind.copies, left)):
                serial = many - left
                intake = self.intake(chance, category, f"sintetis-{self._kind.seed}-{day}-{serial}")
                number = f"JK{day:%y%m%d}{numbered_from + serial:04d}"
                if n == 0:
                    lived = self._life(chance, intake, category, number, at)
                else:
                    lived = lived.again(number, _there(intake, lived.opening.intake), _code(chance))
                yield lived
                left -= 1

    def _life(
        self, chance: random.Random, intake: Intake, category: Category, number: str, at: datetime
    ) -> Lived:
        life = self.begin(chance, intake, number, at)
        live(life, chance, self._routes, self._routes.duty(category.duty, life.complaint.found.ward))
        return life.lived()

    def begin(self, chance: random.Random, intake: Intake, number: str, at: datetime) -> Life:
        """A complaint that has just come in."""
        found = self._city.find_ward(intake.point)
        opening = Opening(
            intake=intake,
            found=found,
            kelurahan=self._city.unit_of_ward(found.ward) if found.ward else None,
            desk=self._city.unit(self._city.channel(intake.channel).desk),
            validators=tuple(self._city.validators()),
            policy=self._policy(intake.category, at),
            access_code=_code(chance),
            last_resort=self._city.last_resort(),
        )
        return Life(opening, number, at, self._kind.end)

    def _policy(self, category: str, at: datetime) -> Policy:
        day = (at + WIB).date()
        name = "dki-2025" if day >= SINCE else "dki-2019"
        if (name, day) not in self._policies:
            self._policies[name, day] = self._city.policy(name, category, at)
        return self._policies[name, day]

    def _moment(self, chance: random.Random, day: date) -> datetime:
        hour = chance.choices(range(24), HOURS)[0]
        midnight = datetime.combine(day, time(), UTC) - WIB
        return midnight + timedelta(hours=hour, seconds=chance.randrange(3600))

    def intake(self, chance: random.Random, category: Category, reference: str) -> Intake:
        """What somebody says."""
        channel = chance.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        person = min(chance.randrange(self._kind.people), chance.randrange(self._kind.people))
        tagged = channel == GEO_TAGGED and chance.random() < (0.98 if category.needs_point else 0.8)
        where = chance.choice(PLACES)
        return Intake(
            channel=channel,
            reference=reference,
            category=category.code,
            text=f"{category.name} {where}. {chance.choice(ASKS)}",
            point=self._point(chance) if tagged else None,
            place=None if tagged else f"Jalan Sintetis {chance.randrange(900)} {where}",
            reporter=Reporter(
                name=f"{FIRST[person % len(FIRST)]} {LAST[person // len(FIRST) % len(LAST)]}",
                contact=f"0812{person:08d}",
            ),
            public=chance.random() < 0.35,
        )

    def _point(self, chance: random.Random) -> Point:
        """Somewhere within 200 metres or so of a reference point of a ward."""
        near = chance.choice(self._points)
        return Point(
            latitude=near.latitude + chance.gauss(0, 0.0009),
            longitude=near.longitude + chance.gauss(0, 0.0009),
        )


def _there(intake: Intake, first: Intake) -> Intake:
    """What another says of the same place, through the same channel."""
    return intake.model_copy(update={"point": first.point, "place": first.place, "channel": first.channel})


def _code(chance: random.Random) -> str:
    return "".join(chance.choices(string.ascii_uppercase, k=10))
