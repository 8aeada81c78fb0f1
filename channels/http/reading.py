"""What HTTP needs from the database; classes in ``store`` give it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.channel_key import ChannelKey
from domain.channel_view import OwnComplaint, OwnFilter, Place, Step
from domain.public_facts import Near, PublicRequest, PublicUpdate, RequestFilter, UpdateFilter


class ChannelReading(Protocol):
    """Reads for channels and reporters. Each raises ``ConnectionError`` when the database does not answer."""

    async def own(
        self, channel: str, which: OwnFilter, after: Place | None, limit: int
    ) -> Sequence[OwnComplaint]:
        """The complaints of a channel, the newest first, from after a place in the list on."""
        ...

    async def one(self, number: str) -> OwnComplaint | None:
        """The complaint with this number, whatever its channel."""
        ...

    async def steps(self, complaint_id: str) -> Sequence[Step]:
        """What happened to a complaint, oldest first."""
        ...

    async def is_access_code(self, number: str, access_code: str) -> bool:
        """Whether this is the code that the reporter of the complaint was given."""
        ...


class PublicReading(Protocol):
    """Reads for everybody. Each raises ``ConnectionError`` when the database does not answer."""

    async def requests(self, which: RequestFilter) -> Sequence[PublicRequest]:
        """The complaints asked for, the newest first."""
        ...

    async def updates(self, which: UpdateFilter) -> Sequence[PublicUpdate]:
        """What happened to complaints, oldest first."""
        ...


class AlertBook(Protocol):
    """Knows who wants alerts."""

    async def ask(self, address: str, ward: str | None, near: Near | None, at: datetime) -> None:
        """Notes a wish that the address has yet to confirm."""
        ...

    async def confirm(self, token: str, at: datetime) -> bool:
        """Begins an alert; False for a token that is none, or too old."""
        ...

    async def stop(self, token: str) -> bool:
        """Ends an alert; False for a token that is none."""
        ...


class KeyRing(Protocol):
    """Knows the keys of channels."""

    async def recognise(self, secret: str, at: datetime) -> ChannelKey | None:
        """The key that this is, None when it is none or no longer works."""
        ...
