"""By what a browser is known that supports reports: a random secret, which says nothing about anybody."""

import re
from secrets import token_urlsafe

from fastapi import Request
from fastapi.responses import Response

COOKIE = "tuntas_supporter"
KEPT_S = 365 * 24 * 3600
SECRET = re.compile(r"^[A-Za-z0-9_-]{20,60}$")


def supporter_of(request: Request, answer: Response | None = None) -> str:
    """The browser's secret; empty when it has none. With ``answer`` it is given one."""
    kept = request.cookies.get(COOKIE, "")
    if SECRET.match(kept) or answer is None:
        return kept if SECRET.match(kept) else ""
    secret, secure = token_urlsafe(24), request.url.scheme == "https"
    answer.set_cookie(COOKIE, secret, max_age=KEPT_S, httponly=True, samesite="lax", secure=secure)
    return secret
