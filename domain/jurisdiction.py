"""What the domain asks of a city: its organisation, its map and its policies. ``jakarta`` answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.integrity import Thresholds
from domain.organisation import Category, Channel, Officer, Supervisor, Unit
from domain.place import Point, WardFound
from domain.policy import Policy


class Jurisdiction(Protocol):
    """A city as data. Each look-up by code raises ``Refused`` with an UNKNOWN_* code and near matches."""

    def unit(self, code: str) -> Unit:
        """The unit with this code."""
        ...

    def officer(self, code: str) -> Officer:
        """The officer with this code."""
        ...

    def channel(self, code: str) -> Channel:
        """The channel with this code."""
        ...

    def category(self, code: str) -> Category:
        """The category with this code."""
        ...

    def units(self) -> Sequence[Unit]:
        """All units, supervisors among them."""
        ...

    def officers(self) -> Sequence[Officer]:
        """All officers."""
        ...

    def channels(self) -> Sequence[Channel]:
        """All channels in force."""
        ...

    def categories(self) -> Sequence[Category]:
        """All categories."""
        ...

    def find_ward(self, point: Point | None) -> WardFound:
        """The ward in which a point lies, and how it was found; never raises."""
        ...

    def unit_of_ward(self, ward: str) -> Unit:
        """The kelurahan that receives the complaints of a ward (art. 8(3))."""
        ...

    def validators(self) -> Sequence[Unit]:
        """The units that check completions, the usual one first; at least two, so that one is another."""
        ...

    @property
    def integrity_thresholds(self) -> Thresholds:
        """From where on something strikes in the integrity view."""
        ...

    def last_resort(self) -> Supervisor:
        """Who is told when a ladder has been climbed in vain."""
        ...

    def policy(self, name: str, category: str, at: datetime) -> Policy:
        """The named policy for a category, with the working calendar from ``at`` on frozen into it."""
        ...

    def policies(self) -> Sequence[str]:
        """The names of the policies there are."""
        ...
