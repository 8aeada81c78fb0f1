"""Keys by which channels are known, and what each may do."""

from datetime import datetime
from enum import StrEnum

from domain.value import Value


class Scope(StrEnum):
    """What a key opens."""

    SUBMIT = "submit"
    READ = "read"
    ACT = "act"
    OPEN311 = "open311"


class ChannelKey(Value):
    """A key as it is listed: never the key itself, only its id.

    It works from ``created_at`` until ``expires_at`` or ``revoked_at``, whichever comes first.
    """

    id: str
    channel: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def works(self, at: datetime) -> bool:
        """Whether it opens anything at this moment."""
        ends = [end for end in (self.expires_at, self.revoked_at) if end is not None]
        return all(at < end for end in ends)
