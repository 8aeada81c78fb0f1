"""People who sign in: what an account may do, and when a password is good enough."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

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

CODE_ASKED_FOR = timedelta(minutes=5)
"""How long somebody whose password was right has for the code [O]."""

RECOVERY_CODES = 10


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
    epoch: int = 0
    second_factor: bool = False


class Lack(StrEnum):
    """What somebody who has signed in has to do before anything opens."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    SECOND_FACTOR = "second-factor"


class Session(Value):
    """Somebody who has signed in, on one browser.

    ``by_provider``: an OpenID Connect provider says who it is; ``vouched``: it says too that it asked for a
    second factor.
    """

    id: UUID
    account: Account
    began_at: datetime
    seen_at: datetime
    browser: str = ""
    by_provider: bool = False
    vouched: bool = False

    def lacks(self, compulsory: Collection[Role]) -> Lack | None:
        """What is to be done first; ``compulsory`` are the roles that need a second factor."""
        if self.account.must_change and not self.by_provider:
            return Lack.PASSWORD
        bound = not set(self.account.roles).isdisjoint(compulsory)
        if bound and not (self.account.second_factor or self.vouched):
            return Lack.SECOND_FACTOR
        return None


class HalfSession(Value):
    """Somebody who is asked for a code; ``goes_to`` is where they want to go afterwards."""

    account: Account
    goes_to: str
    by_provider: bool


class AccountEvent(Value):
    """What was changed about an account."""

    what: str
    by: str
    at: datetime


def too_weak(password: str, name: str) -> str | None:
    """Why a password is not taken, in Indonesian; None when it is good enough."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return f"Kata sandi terdiri dari {SHORTEST_PASSWORD} sampai {LONGEST_PASSWORD} karakter."
    if name.casefold() in password.casefold() or len(set(password)) < 5:  # noqa: PLR2004
        return "Kata sandi ini mudah ditebak; pilih empat kata yang tidak berkaitan dengan Anda."
    return None
