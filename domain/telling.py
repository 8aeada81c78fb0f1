"""One event that is to be told to one subscriber: what a webhook says, and where it goes."""

from datetime import datetime

from pydantic import Field

from domain.value import Value


class Telling(Value):
    """An event of a complaint, with the complaint's standing now, for the address that subscribed to it.

    ``question`` is what the reporter is asked, if the event is a question; nothing else in it is personal.
    """

    subscription: int
    complaint_id: str
    seq: int
    attempts: int
    url: str
    secret: str = Field(repr=False)
    event: str
    at: datetime
    question: str | None
    number: str
    channel: str
    reference: str
    status: str
    outcome: str | None
    unit: str
    due_at: datetime | None
