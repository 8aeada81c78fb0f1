"""What every page needs, put together by the composition root."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

from starlette.requests import Request

from channels.attachments.taking import Attachments
from channels.front_door import FrontDoor
from channels.http.rate_limit import Buckets, Limits
from domain.jurisdiction import Jurisdiction
from domain.orders import Orders
from domain.organisation import Category
from domain.outlook import Outlook
from durable.complaints import Complaints
from durable.persons import PersonRequests
from store.changes import Changes
from store.database import Database
from store.ward_figures import WardFigures, in_hand_by_ward, ward_figures
from web.assets import Assets
from web.doorkeeper import Doorkeeper
from web.live import Live
from web.office.overview import Overview
from web.provider import Provider
from web.remembered import Remembered


class Suggested(Protocol):
    """A unit that may be the right one: its code and name, how sure (0 to 1), and why."""

    @property
    def unit(self) -> str: ...  # noqa: D102 - the class says it

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def score(self) -> float: ...  # noqa: D102

    @property
    def why(self) -> str: ...  # noqa: D102


class Suggesting(Protocol):
    """Suggests units and categories: ``jakarta.suggestions.Suggestions``."""

    def suggest(self, category: str, text: str, ward: str | None = None) -> Sequence[Suggested]:
        """The likeliest units, best first."""
        ...

    def categories(self, text: str) -> Sequence[Category]:
        """The likeliest categories of what somebody wrote, best first."""
        ...


WhatNext = Callable[[str, Outlook, Literal["id", "en"]], str]
"""Says what happens next with the complaint of a number, in a language: ``notify.outlook.next_lines``."""


FRESH_S, STALE_S = 300.0, 24 * 3600.0
IN_HAND_FRESH_S = 30.0
"""Figures of the city that are older are counted anew in the background; meanwhile the old ones are shown."""


@dataclass(frozen=True)
class Site:
    """The city, its complaints, and who is signed in.

    ``ward_shapes`` is the map, as GeoJSON. ``basemap`` is the address of tiles ({z}/{x}/{y}), if wanted.
    ``provider`` signs people in beside the password, or alone without ``local_sign_in``.
    """

    city: Jurisdiction
    complaints: Complaints
    door: FrontDoor
    database: Database
    files: Attachments
    doorkeeper: Doorkeeper
    suggestions: Suggesting
    person_requests: PersonRequests
    what_next: WhatNext
    ward_shapes: bytes
    basemap: str | None = None
    provider: Provider | None = None
    local_sign_in: bool = True
    assets: Assets = field(default_factory=Assets)
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_failures", Buckets(self.limits.failures))
        object.__setattr__(self, "by_reports", Buckets(self.limits.reports))
        object.__setattr__(self, "orders", Orders(self.city))
        object.__setattr__(self, "ward_figures", Remembered(self._ward_figures, FRESH_S, STALE_S))
        object.__setattr__(self, "in_hand", Remembered(self._in_hand, IN_HAND_FRESH_S, FRESH_S))
        object.__setattr__(self, "live", Live(lambda: Changes(self.database)))
        object.__setattr__(self, "overview", Overview(self.database, self.city, self.live, self.clock))

    by_failures: Buckets = field(init=False, repr=False)
    by_reports: Buckets = field(init=False, repr=False)
    orders: Orders = field(init=False, repr=False)
    ward_figures: Remembered[int, Mapping[str, WardFigures]] = field(init=False, repr=False)
    in_hand: Remembered[str, Mapping[str | None, int]] = field(init=False, repr=False)
    live: Live = field(init=False, repr=False)
    overview: Overview = field(init=False, repr=False)

    async def _ward_figures(self, days: int) -> Mapping[str, WardFigures]:
        return await ward_figures(self.database, self.clock() - timedelta(days=days))

    async def _in_hand(self, _whole: str) -> Mapping[str | None, int]:
        return await in_hand_by_ward(self.database)


def site_of(request: Request) -> Site:
    """The site that answers this request."""
    found: Site = request.app.state.site
    return found
