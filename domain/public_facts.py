"""What anybody may know of a complaint, and how it is asked for. Who complained is never among it."""

from datetime import datetime

from domain.place import Point
from domain.search import ANYTHING, Search
from domain.status import Status
from domain.value import Value

MOST_REQUESTS = 1000
"""Complaints or updates in one answer (GeoReport v2)."""


class PublicRequest(Value):
    """A complaint as others see it: ``text`` and ``place`` are None when it is private.

    The point of a private complaint is rounded to ``PRIVATE_DECIMALS``.
    """

    number: str
    status: Status
    category: str
    unit: str
    ward: str | None
    waits_for: str
    text: str | None
    place: str | None
    latitude: float | None
    longitude: float | None
    requested_at: datetime
    updated_at: datetime
    next_due_at: datetime | None


class PublicUpdate(Value):
    """That something happened to a complaint: no notes, which may speak of people."""

    number: str
    seq: int
    event: str
    at: datetime
    ends: bool
    """Whether the complaint was resolved or closed after it."""


class Near(Value):
    """Within so many metres of a point."""

    point: Point
    metres: float


class RequestFilter(Value):
    """Which complaints are asked for; None is no condition. ``numbers`` overrides all others.

    Moments are inclusive. ``is_open``: neither resolved nor closed. ``public_only``: without private ones;
    a ``search`` finds no private ones in any case.
    Pages count from 1. The newest come first, or with ``latest_change_first`` those that changed last.
    """

    numbers: tuple[str, ...] | None = None
    categories: tuple[str, ...] | None = None
    is_open: bool | None = None
    requested_from: datetime | None = None
    requested_to: datetime | None = None
    updated_from: datetime | None = None
    updated_to: datetime | None = None
    near: Near | None = None
    wards: tuple[str, ...] | None = None
    public_only: bool = False
    latest_change_first: bool = False
    search: Search = ANYTHING
    page: int = 1
    page_size: int = MOST_REQUESTS


class UpdateFilter(Value):
    """Which updates are asked for, oldest first; None is no condition, moments are inclusive."""

    numbers: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    page: int = 1
    page_size: int = MOST_REQUESTS
