"""What channels send to hand complaints in, and what they are answered with."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from domain.commands import Evidence
from domain.intake import Intake, Reporter
from domain.place import Point
from domain.status import Status
from domain.text import Name, Text
from domain.view import Receipt

MOST_IN_A_VISIT = 20

EXAMPLE: dict[str, Any] = {
    "reference": "APP-2611-000123",
    "category": "jalan-berlubang",
    "text": "Lubang sedalam 20 cm di depan gerbang sekolah.",
    "point": {"latitude": -6.1754, "longitude": 106.8272},
    "place": "Depan SDN 01 Gambir",
    "reporter": {"name": "Siti", "contact": "siti@example.org"},
    "public": False,
}
VISIT: dict[str, Any] = {
    "reference": "LOKET-3-0091",
    "visitor": {"name": "Siti"},
    "complaints": [
        {"category": "jalan-berlubang", "text": "Lubang di depan pasar."},
        {"category": "trotoar-rusak", "text": "Ubin trotoar lepas di depan halte."},
    ],
}


class Sent(BaseModel):
    """A body: a field that is not known is an error, because a misspelt one would be lost in silence."""

    model_config = ConfigDict(extra="forbid")


class SentPoint(Sent):
    """A position in WGS84 degrees."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)


class SentReporter(Sent):
    """Who complains. Both may be left out: to be anonymous is allowed."""

    name: Name | None = None
    contact: Name | None = None


class SentComplaint(Sent):
    """One complaint of a visitor.

    ``accuracy_metres`` is the radius within which the device believes the point to be. ``public``: others may
    read the text and see the place; else they see category, ward and status only. ``attachments`` are files
    that were handed in before, by ``uri``.
    """

    category: Name
    text: Text
    reference: Name | None = None
    point: SentPoint | None = None
    accuracy_metres: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    place: Name | None = None
    public: bool = False
    attachments: list[Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$")]] = Field(
        default=[], max_length=10
    )

    def intake(self, channel: str, reference: str, reporter: SentReporter | None) -> Intake:
        """The complaint as the front door takes it."""
        return Intake(
            channel=channel,
            reference=reference,
            category=self.category,
            text=self.text,
            point=Point(**self.point.model_dump()) if self.point else None,
            accuracy_metres=self.accuracy_metres,
            place=self.place,
            reporter=Reporter(**reporter.model_dump()) if reporter else Reporter(),
            public=self.public,
            attachments=tuple(
                Evidence(uri=uri, sha256=uri.removeprefix("sha256:")) for uri in self.attachments
            ),
        )


class Submission(SentComplaint):
    """A complaint. ``reference`` is the channel's own, unless the header Idempotency-Key says it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    reporter: SentReporter | None = None


class Visit(Sent):
    """Several complaints of one visitor of a counter.

    A complaint without a reference of its own has that of the visit with ``/1``, ``/2`` and so on behind it.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [VISIT]})

    reference: Annotated[Name, Field(max_length=190)]
    visitor: SentReporter | None = None
    complaints: list[SentComplaint] = Field(min_length=1, max_length=MOST_IN_A_VISIT)


class ReceiptAnswer(BaseModel):
    """What a channel is answered with.

    ``access_code`` is for the reporter: with the number it opens the complaint to whoever has it. It is None
    when it is no longer known. ``due_at``: to be resolved by.
    """

    number: str = Field(examples=["JK2611230001"])
    reference: str
    access_code: str | None = Field(examples=["K7QMW-PX3ZD"])
    status: Status
    unit: str
    ward: str | None
    due_at: datetime | None

    @classmethod
    def of(cls, receipt: Receipt) -> "ReceiptAnswer":
        """The receipt without its digest."""
        return cls.model_validate(receipt.model_dump(exclude={"digest"}))
