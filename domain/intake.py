"""A complaint as it arrives: what was said, where, through which channel, and what is frozen with it."""

from hashlib import sha256

from pydantic import Field

from domain.commands import Evidence
from domain.organisation import Supervisor, Unit
from domain.place import FoundBy, Point, WardFound
from domain.policy import Policy
from domain.text import Name, Text
from domain.value import Value

ERASED_TEXT = "-"
"""Stands for what was said once it is erased: a text is never empty."""


class Reporter(Value):
    """Who complains; both fields are personal data, and both may be missing."""

    name: Name | None = None
    contact: Name | None = None


class Intake(Value):
    """What a channel hands over. ``reference`` is the channel's own, and unique within it.

    ``accuracy_metres`` is the radius within which the device believes the point to be. ``public`` lets others
    read the text and see the place; without it they see category, ward and status only (private by default
    since May 2021, DOMAIN.md). Who complains is never public.
    """

    channel: Name
    reference: Name
    category: Name
    text: Text
    point: Point | None = None
    accuracy_metres: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    place: Name | None = None
    reporter: Reporter = Reporter()
    public: bool = False
    attachments: tuple[Evidence, ...] = Field(default=(), max_length=10)

    @property
    def digest(self) -> str:
        """Tells whether two intakes with the same reference say the same."""
        said = self.model_dump_json(include={"category", "text", "point", "place"})
        return sha256(said.encode()).hexdigest()


class Opening(Value):
    """All that a complaint is opened with: the intake and the facts of the city at that moment.

    ``kelurahan`` is the unit of the ward found, if one was found; ``desk`` is the channel's desk;
    ``validators`` are the units that may check its completion, the usual one first.
    ``access_code`` lets the reporter follow the complaint; the first start's code stays in force.
    ``last_resort`` is told when a ladder has been climbed in vain, or when a unit has none.
    """

    intake: Intake
    found: WardFound
    kelurahan: Unit | None
    desk: Unit
    validators: tuple[Unit, ...]
    policy: Policy
    access_code: str
    last_resort: Supervisor | None = None

    def route(self) -> tuple[Unit, WardFound]:
        """Who receives it, and the ward that decided so (art. 8(3), DESIGN rule 1)."""
        accuracy = self.intake.accuracy_metres
        if accuracy is not None and accuracy > self.policy.coarse_metres and self.found.ward:
            return self.desk, WardFound(ward=None, found_by=FoundBy.TOO_COARSE)
        return self.kelurahan or self.desk, self.found


def complaint_id(channel: str, reference: str) -> str:
    """The id under which a complaint lives: the same for the same channel and reference, always.

    The reference is hashed because it may be a telephone number or an address, and ids are public.
    """
    digest = sha256(f"{channel}\0{reference.strip()}".encode()).hexdigest()
    return f"complaint-{channel}-{digest[:24]}"
