"""People who sign in: what an account may do, and when a password is good enough."""

from datetime import datetime, timedelta
from enum import StrEnum

from domain.value import Value

SHORTEST_PASSWORD = 12
"""Characters (NIST SP 800-63B asks for 8 at least, and for no rules about kinds of characters)."""

LONGEST_PASSWORD = 200
TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
"""After so many wrong passwords in a row an account is locked for so long [O]."""

SESSION_LASTS = timedelta(hours=12)
IDLE_FOR = timedelta(hours=1)
"""A session ends after so long, or after so long without a request [O]."""


class Role(StrEnum):
    """What an account may do beside what its officer may."""

    OFFICER = "officer"
    OPERATOR = "operator"


class Account(Value):
    """Somebody who can sign in. ``officer`` is its code in the organisation, if it acts on complaints."""

    name: str
    roles: tuple[Role, ...]
    officer: str | None = None
    must_change: bool = False
    created_at: datetime
    disabled_at: datetime | None = None


def too_weak(password: str, name: str) -> str | None:
    """Why a password is not taken, in Indonesian; None when it is good enough."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return f"Kata sandi terdiri dari {SHORTEST_PASSWORD} sampai {LONGEST_PASSWORD} karakter."
    if name.casefold() in password.casefold() or len(set(password)) < 5:  # noqa: PLR2004
        return "Kata sandi ini mudah ditebak; pilih empat kata yang tidak berkaitan dengan Anda."
    return None
