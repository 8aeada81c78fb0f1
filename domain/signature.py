"""Signed requests between us and others: HMAC-SHA256 over the moment and the body.

The header reads ``t=1762045200,v1=<hex>``: seconds since 1970, and the digest of ``"<t>." + body``. It may
carry several ``v1``, for the time in which a secret is being replaced.
"""

import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

HEADER = "X-Tuntas-Signature"
TOLERANCE = timedelta(minutes=5)
"""How far the sender's clock and the way may be off."""

FORM = re.compile(r"t=(\d{1,12})((?:,\s*v1=[0-9a-f]{64}){1,4})", re.ASCII)


class NotGenuine(Exception):
    """The request is not signed by whom it should be, or too old. The message says which."""


def signed(secret: str, body: bytes, at: datetime) -> str:
    """The value of the header for a body sent at a moment."""
    moment = int(at.timestamp())
    return f"t={moment},v1={_digest(secret, moment, body)}"


def check(header: str, body: bytes, secrets: Sequence[str], now: datetime) -> str:
    """Raises ``NotGenuine``, or gives a key by which the same request is known when it comes again."""
    found = FORM.fullmatch(header.strip())
    if found is None:
        raise NotGenuine(f"The header {HEADER} is missing or not of the form t=…,v1=….")
    moment = int(found[1])
    claimed = re.findall(r"v1=([0-9a-f]{64})", found[2])
    expected = [_digest(secret, moment, body) for secret in secrets]
    if not any(hmac.compare_digest(one, other) for one in claimed for other in expected):
        raise NotGenuine("The signature does not fit the body; check the secret, and sign the body as sent.")
    if abs(now.timestamp() - moment) > TOLERANCE.total_seconds():
        raise NotGenuine("The signature is too old or from the future; sign anew, with the present time.")
    return sha256(b"%d." % moment + body).hexdigest()


def _digest(secret: str, moment: int, body: bytes) -> str:
    return hmac.new(secret.encode(), b"%d." % moment + body, sha256).hexdigest()
