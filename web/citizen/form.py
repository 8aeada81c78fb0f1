"""The form of a report: what was typed, what is wrong with it, and the intake that it makes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from starlette.datastructures import FormData

from domain.commands import Evidence
from domain.intake import Intake, Reporter
from domain.jurisdiction import Jurisdiction
from domain.place import Point
from domain.refusal import Refused
from domain.text import LONGEST_NAME, LONGEST_TEXT
from web.wording import N_

CHANNEL = "web"
DIGEST = re.compile(r"^[0-9a-f]{64}$")
MOST_PHOTOS = 10

NEEDS_TEXT = N_("Ceritakan masalahnya; satu kalimat sudah cukup.")
TOO_LONG = N_("Terlalu panjang; paling banyak 10.000 huruf.")
NEEDS_CATEGORY = N_("Pilih jenis masalahnya.")
NEEDS_PLACE = N_("Tunjukkan tempatnya di peta, atau tuliskan dengan kata-kata.")
NO_PLACE = N_("Titik ini tidak dapat dibaca; tunjukkan lagi di peta.")
NAME_TOO_LONG = N_("Terlalu panjang; paling banyak 200 huruf.")
HIDDEN = N_("Memuat tanda yang tidak dapat ditampilkan; hapus tanda itu.")


@dataclass
class ReportForm:
    """A report as it was typed; ``wrong`` holds a sentence for each field that is not right."""

    reference: str = field(default_factory=lambda: str(uuid4()))
    category: str = ""
    text: str = ""
    latitude: str = ""
    longitude: str = ""
    accuracy: str = ""
    place: str = ""
    public: bool = False
    name: str = ""
    contact: str = ""
    photos: list[str] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, sent: FormData) -> "ReportForm":
        """What a browser sent; what it left out is empty."""

        def typed(name: str) -> str:
            value = sent.get(name)
            return value.strip() if isinstance(value, str) else ""

        photos = [one for one in sent.getlist("photo") if isinstance(one, str) and DIGEST.match(one)]
        return cls(
            reference=typed("reference")[:LONGEST_NAME] or str(uuid4()),
            public=typed("public") == "yes",
            photos=list(dict.fromkeys(photos))[:MOST_PHOTOS],
            **{name: typed(name) for name in TYPED},  # type: ignore[arg-type] # all of these are texts
        )

    def intake(self, city: Jurisdiction, photos: Sequence[Evidence]) -> Intake | None:
        """The intake, or None when something is wrong, which ``wrong`` then says."""
        self._check_words()
        point, needs_place = self._point(), self._check_category(city)
        if needs_place and point is None and not self.place:
            self.wrong.setdefault("place", NEEDS_PLACE)
        if self.wrong:
            return None
        return Intake(
            channel=CHANNEL,
            reference=self.reference,
            category=self.category,
            text=self.text,
            point=point,
            accuracy_metres=_number(self.accuracy),
            place=self.place or None,
            reporter=Reporter(name=self.name or None, contact=self.contact or None),
            public=self.public,
            attachments=tuple(photos)[:MOST_PHOTOS],
        )

    def _check_words(self) -> None:
        if not self.text:
            self.wrong["text"] = NEEDS_TEXT
        elif len(self.text) > LONGEST_TEXT:
            self.wrong["text"] = TOO_LONG
        for name in ("place", "name", "contact"):
            if len(getattr(self, name)) > LONGEST_NAME:
                self.wrong[name] = NAME_TOO_LONG
        for name in ("text", "place", "name", "contact"):
            if not all(one.isprintable() or one in "\n\r\t\u00ad\u200d" for one in getattr(self, name)):
                self.wrong[name] = HIDDEN

    def _check_category(self, city: Jurisdiction) -> bool:
        """Whether the category needs a place."""
        try:
            return city.category(self.category).needs_point
        except Refused:
            self.wrong["category"] = NEEDS_CATEGORY
            return False

    def _point(self) -> Point | None:
        if not (self.latitude or self.longitude):
            return None
        try:
            return Point(latitude=float(self.latitude), longitude=float(self.longitude))
        except ValueError:
            self.wrong["place"] = NO_PLACE
            return None


TYPED = ("category", "text", "latitude", "longitude", "accuracy", "place", "name", "contact")


def _number(typed: str) -> float | None:
    try:
        value = float(typed)
    except ValueError:
        return None
    return value if 0 <= value < 1e7 else None  # noqa: PLR2004 - beyond the size of the earth
