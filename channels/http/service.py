"""What every route needs, put together by the composition root."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastapi import Request

from channels.attachments.taking import Attachments
from channels.front_door import FrontDoor
from channels.http.rate_limit import Buckets, Limits
from channels.http.reading import AlertBook, ChannelReading, KeyRing, PublicReading
from channels.messaging.hooks import Hooks
from domain.jurisdiction import Jurisdiction
from durable.complaints import Complaints

Probe = Callable[[], Awaitable[object]]
"""Returns when a server has answered, raises when it did not."""


@dataclass(frozen=True)
class Service:
    """The city, its complaints, what may be read of them, and who may ask."""

    door: FrontDoor
    complaints: Complaints
    city: Jurisdiction
    own: ChannelReading
    public: PublicReading
    keys: KeyRing
    files: Attachments
    alerts: AlertBook
    hooks: Hooks | None = None
    probes: Mapping[str, Probe] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", Buckets(self.limits.key))
        object.__setattr__(self, "by_failures", Buckets(self.limits.failures))
        object.__setattr__(self, "by_letters", Buckets(self.limits.letters))

    by_key: Buckets = field(init=False, repr=False)
    by_failures: Buckets = field(init=False, repr=False)
    by_letters: Buckets = field(init=False, repr=False)


def service_of(request: Request) -> Service:
    """The service that answers this request."""
    found: Service = request.app.state.service
    return found
