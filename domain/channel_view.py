"""What a channel sees of the complaints that came through it."""

from datetime import datetime

from pydantic import AwareDatetime, Field

from domain.search import ANYTHING, Search
from domain.status import Status
from domain.value import Value
from domain.view import ComplaintView


class OwnComplaint(Value):
    """A complaint as its own channel sees it: where it stands, and the channel's reference for it."""

    reference: str
    public: bool
    registered_at: datetime
    updated_at: datetime
    standing: ComplaintView


class Step(Value):
    """One line of the timeline for the reporter and the channel.

    ``by_unit`` is the code of the unit that acted, None for the reporter and the service itself; no officer
    is named.
    """

    seq: int
    at: datetime
    event: str
    by_unit: str | None
    by_reporter: bool
    detail: str


class OwnFilter(Value):
    """Which of its complaints a channel asks for; None is no condition. Moments are inclusive."""

    status: Status | None = None
    category: str | None = None
    ward: str | None = None
    reference: str | None = None
    registered_from: datetime | None = None
    registered_to: datetime | None = None
    updated_from: datetime | None = None
    search: Search = ANYTHING


class Place(Value):
    """Where a listing goes on: after this complaint, the newest first."""

    registered_at: AwareDatetime
    number: str = Field(pattern="^[A-Z0-9]{1,40}$")
