"""Our own form, for any messenger: signed JSON with up to a hundred messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from channels.bad_input import sentence
from channels.messaging.posted import Answer, Headers, NotReadable, Submission
from domain.place import Point
from domain.signature import HEADER, check
from domain.text import Name, Text

MOST = 100


class Message(BaseModel):
    """One message as our own form writes it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    id: Name
    sender: Name | None = Field(default=None, alias="from")
    name: Name | None = None
    text: Text
    category: Name | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    accuracy_metres: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    place: Name | None = None
    number: Name | None = None

    @model_validator(mode="after")
    def _whole_point(self) -> "Message":
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("has a point with only one of latitude and longitude")
        return self

    @property
    def point(self) -> Point | None:
        """Where it is."""
        if self.latitude is None or self.longitude is None:
            return None
        return Point(latitude=self.latitude, longitude=self.longitude)


class Messages(BaseModel):
    """A post in our own form."""

    model_config = ConfigDict(extra="forbid")

    messages: Annotated[list[Message], Field(min_length=1, max_length=MOST)]


def parse(body: bytes, headers: Headers, secrets: Sequence[str], now: datetime) -> list[Submission | Answer]:
    """The messages of a post. Raises ``NotGenuine`` or ``NotReadable``."""
    check(headers.get(HEADER.lower(), ""), body, secrets, now)
    try:
        told = Messages.model_validate_json(body)
    except ValidationError as error:
        raise NotReadable(sentence(error)) from error
    return [
        Submission(
            id=one.id,
            contact=one.sender,
            name=one.name,
            text=one.text,
            point=one.point,
            accuracy_metres=one.accuracy_metres,
            place=one.place,
            category=one.category,
            number=one.number,
        )
        for one in told.messages
    ]
