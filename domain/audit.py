"""The audit trail as a chain: each entry seals the one before it, so that no entry can change unnoticed."""

import json
from datetime import UTC, datetime
from hashlib import sha256

from domain.value import Value

COMPACT = json.JSONEncoder(separators=(",", ":"))
"""Made once: making it takes longer than what it writes."""

END = '"]'
"""What is hashed ends so, after what the chain was before."""


class AuditEntry(Value):
    """Who did what, when, from where, to which complaint; and the digest of what is on record of it.

    ``content`` is the digest of the event as it is kept, sealed: it stays true when the key is forgotten.
    """

    complaint_id: str
    seq: int
    at: datetime
    actor: str
    actor_unit: str | None
    action: str
    via: str
    content: bytes

    def hash_after(self, previous: bytes) -> bytes:
        """What the chain is at this entry, given what it was before."""
        return sha256(f"{self.said()}{previous.hex()}{END}".encode()).digest()

    def said(self) -> str:
        """What is hashed, in ASCII, up to what the chain was before: that follows in hex, and ``END``."""
        said = [
            self.complaint_id,
            self.seq,
            self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            self.actor,
            self.actor_unit,
            self.action,
            self.via,
            self.content.hex(),
            "",
        ]
        return COMPACT.encode(said).removesuffix(END)


def beginning(complaint_id: str) -> bytes:
    """What the chain of a complaint is before its first entry."""
    return sha256(f"tuntas audit of {complaint_id}".encode()).digest()
