"""Cookies that scripts cannot read and other sites cannot send."""

from fastapi import Request
from fastapi.responses import Response

SESSION = "tuntas_session"
HALF = "tuntas_half"
PROVIDER = "tuntas_provider"
SAFER = "__Host-"
"""Browsers take a cookie of such a name only over https, for this host alone, and from nobody beside us."""


def cookie(request: Request, name: str) -> str:
    """What the browser keeps for us; over https under the safer name only."""
    return request.cookies.get(_named(request, name), "")


def give_cookie(request: Request, answer: Response, name: str, value: str, seconds: int) -> None:
    """Has the browser keep something for so long."""
    answer.set_cookie(
        _named(request, name),
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def take_cookie(request: Request, answer: Response, name: str) -> None:
    """Has the browser forget it."""
    answer.delete_cookie(
        _named(request, name), httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


def _named(request: Request, name: str) -> str:
    return f"{SAFER}{name}" if request.url.scheme == "https" else name
