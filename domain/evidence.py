"""What files say about themselves, and what is striking about it: facts for a human, never a verdict."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import cos, hypot, radians
from typing import NamedTuple

from domain.place import Point
from domain.value import Value
from domain.wib import WIB

FAR_METRES = 300.0
"""A picture taken this far from the complaint's point is mentioned [O]: a phone may be wrong by a street."""

OLD = timedelta(days=30)
"""A picture this much older than its complaint is mentioned [O]."""

SIMILAR_BITS = 6
"""Of 64: pictures whose perceptual hashes differ by no more are nearly the same [O]; see the tests."""

LATE_CLOCK = timedelta(hours=1)
"""A camera's clock may be ahead by so much before it is mentioned [O]: the next time zone is an hour away."""

SLOW_CLOCK = timedelta(minutes=10)
"""A camera's clock may be behind by so much before proof seems older than its complaint [O]."""

METRES_PER_DEGREE = 111_320.0


class Purpose(StrEnum):
    """What a file was handed in for."""

    REPORTED = "reported"
    PROGRESS = "progress"
    COMPLETED = "completed"


class Attachment(Value):
    """A file as it was taken in. What a picture says about itself is None where it says nothing.

    ``media_type`` was found from the content; ``likeness`` is a 64-bit perceptual hash, None for a picture
    without features and for anything else; ``marks`` are signs of editing or generation, as words.
    """

    sha256: str
    media_type: str
    size_bytes: int
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None
    point: Point | None = None
    has_camera: bool = False
    marks: tuple[str, ...] = ()
    likeness: int | None = None

    @property
    def is_picture(self) -> bool:
        """Whether it can be looked at as a picture."""
        return self.media_type.startswith("image/")


class Use(Value):
    """A file at a complaint: at which, for what, by which unit (None: the reporter), and since when."""

    number: str
    purpose: Purpose
    unit: str | None
    at: datetime
    sha256: str = ""


class FindingCode(StrEnum):
    """What can be striking about a picture."""

    SAME_PICTURE = "same_picture"
    SIMILAR_PICTURE = "similar_picture"
    TAKEN_ELSEWHERE = "taken_elsewhere"
    TAKEN_AT_ANOTHER_TIME = "taken_at_another_time"
    EDITED_OR_GENERATED = "edited_or_generated"
    NO_CAMERA_DATA = "no_camera_data"


class Finding(Value):
    """One striking fact, in English and Indonesian, and what it rests on.

    ``numbers`` are the complaints that it points to and ``uses`` the use at each, the first one there;
    ``metres`` says how far away, ``taken_at`` when, where that is what is striking.
    """

    code: FindingCode
    en: str
    id: str
    numbers: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    metres: float | None = None
    taken_at: datetime | None = None


class Case(Value):
    """The complaint that a picture belongs to, as far as a picture can contradict it."""

    number: str
    point: Point | None
    opened_at: datetime


class AtComplaint(Value):
    """A file at a complaint, with what is striking about it."""

    attachment: Attachment
    use: Use
    findings: tuple[Finding, ...]


class Reuse(NamedTuple):
    """A kind of use at another place: its code, and how a sentence about it begins."""

    code: FindingCode
    en: str
    id: str


SAME_FILE = Reuse(FindingCode.SAME_PICTURE, "The same file", "Berkas yang sama")
SAME_PICTURE = Reuse(FindingCode.SAME_PICTURE, "The same picture", "Foto yang sama")
SIMILAR_PICTURE = Reuse(FindingCode.SIMILAR_PICTURE, "A picture that looks alike", "Foto yang mirip")


def findings(
    picture: Attachment, use: Use, case: Case, same: Sequence[Use], similar: Sequence[Use]
) -> list[Finding]:
    """What is striking about a file at a complaint; of what is no picture, only that it was used elsewhere.

    ``same`` and ``similar`` are the uses of the same content, and of pictures that look alike, anywhere.
    """
    if not picture.is_picture:
        return list(_used_elsewhere(SAME_FILE, use, case, same))
    return [
        *_used_elsewhere(SAME_PICTURE, use, case, same),
        *_used_elsewhere(SIMILAR_PICTURE, use, case, similar),
        *_elsewhere(picture, case),
        *_another_time(picture, use, case),
        *_marked(picture),
    ]


def metres_between(one: Point, other: Point) -> float:
    """The distance of two points, on a plane: exact enough within a city."""
    north = (one.latitude - other.latitude) * METRES_PER_DEGREE
    east = (one.longitude - other.longitude) * METRES_PER_DEGREE * cos(radians(one.latitude))
    return hypot(north, east)


def _used_elsewhere(reuse: Reuse, use: Use, case: Case, uses: Sequence[Use]) -> Iterator[Finding]:
    """Used for another complaint, or by a unit as proof after the reporter had sent it in."""
    first: dict[str, Use] = {}
    for other in uses:
        if other.number != case.number or _is_proof_of_itself(use, other):
            first.setdefault(other.number, other)
    if first:
        others = tuple(first[number] for number in sorted(first))
        listed = ", ".join(f"{other.number} ({_told(other.at)})" for other in others)
        yield Finding(
            code=reuse.code,
            en=f"{reuse.en} was used at {listed}.",
            id=f"{reuse.id} dipakai pada {listed}.",
            numbers=tuple(sorted(first)),
            uses=others,
        )


def _is_proof_of_itself(use: Use, other: Use) -> bool:
    return use.purpose is Purpose.COMPLETED and other.purpose is Purpose.REPORTED


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(WIB):%Y-%m-%d %H:%M %Z}"


def _elsewhere(picture: Attachment, case: Case) -> Iterator[Finding]:
    if picture.point is None or case.point is None:
        return
    metres = metres_between(picture.point, case.point)
    if metres > FAR_METRES:
        yield Finding(
            code=FindingCode.TAKEN_ELSEWHERE,
            en=f"It was taken {metres:.0f} m from the complaint's point.",
            id=f"Diambil {metres:.0f} m dari titik laporan.",
            metres=round(metres, 1),
        )


def _another_time(picture: Attachment, use: Use, case: Case) -> Iterator[Finding]:
    taken = picture.taken_at
    if taken is None:
        return
    said = None
    if taken > use.at + LATE_CLOCK:
        said = ("after it was handed in", "setelah waktu pengirimannya")
    elif use.purpose is not Purpose.REPORTED and taken < case.opened_at - SLOW_CLOCK:
        said = ("before the complaint came in", "sebelum laporan masuk")
    elif taken < case.opened_at - OLD:
        said = (
            f"more than {OLD.days} days before the complaint",
            f"lebih dari {OLD.days} hari sebelum laporan",
        )
    if said:
        yield Finding(
            code=FindingCode.TAKEN_AT_ANOTHER_TIME,
            en=f"It says that it was taken on {_told(taken)}, {said[0]}.",
            id=f"Menurut datanya diambil pada {_told(taken)}, {said[1]}.",
            taken_at=taken,
        )


def _marked(picture: Attachment) -> Iterator[Finding]:
    if picture.marks:
        listed = ", ".join(picture.marks)
        yield Finding(
            code=FindingCode.EDITED_OR_GENERATED,
            en=f"It carries marks of editing or generation: {listed}.",
            id=f"Memuat tanda penyuntingan atau pembuatan: {listed}.",
        )
    if not picture.has_camera:
        yield Finding(
            code=FindingCode.NO_CAMERA_DATA,
            en="It carries no data of a camera.",
            id="Tidak memuat data kamera.",
        )
