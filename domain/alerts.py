"""Alerts: people who want to hear by mail of new complaints in a ward or near a place."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import StringConstraints

from domain.public_facts import Near
from domain.value import Value

Address = Annotated[
    str, StringConstraints(pattern=r"^[^@\s<>\",;:\x00-\x1f\x7f]{1,64}@[A-Za-z0-9.-]{3,190}$", to_lower=True)
]
"""One mail address, and nothing that could be read as two."""

EVERY = timedelta(hours=1)
"""A subscriber gets at most one letter in this time [O]."""

CONFIRM_WITHIN = timedelta(days=2)
"""Who has not confirmed by then never asked; the address is forgotten."""

SHOWN = 20
"""New complaints that a letter lists; the others it counts."""


class Alert(Value):
    """What somebody wants to hear of: a ward (Kemendagri code), or what is near a place.

    ``told_until``: complaints that came in up to then have been told; None until it is confirmed.
    """

    id: int
    address: Address
    ward: str | None = None
    near: Near | None = None
    asked_at: datetime
    told_until: datetime | None = None
