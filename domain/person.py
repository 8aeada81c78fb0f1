"""Rights of the person over personal data (UU 27/2022): what may be asked, and by when it is done."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from domain.commands import CorrectReporter, ErasePerson, RestrictProcessing
from domain.text import Name
from domain.value import Value

WITHIN = timedelta(hours=72)
"""3 x 24 clock hours for each of them [S: UU 27/2022, DOMAIN.md]."""

WARN_BEFORE = timedelta(hours=24)
"""So long before its end an undecided request is shown as urgent [O]."""

MOST_COMPLAINTS = 100

PersonCommand = CorrectReporter | RestrictProcessing | ErasePerson
"""What complaints are told."""


class Right(StrEnum):
    """What a person may ask for."""

    ACCESS = "access"
    CORRECT = "correct"
    RESTRICT = "restrict"
    RELEASE = "release"
    ERASE = "erase"


class RequestState(StrEnum):
    """Where a request stands. ``asked``: an officer must see that it comes from the person."""

    ASKED = "asked"
    GRANTED = "granted"
    DONE = "done"
    REFUSED = "refused"


class PersonRequest(Value):
    """A request over complaints, by their numbers. ``name`` and ``contact`` are for a correction."""

    id: Name
    right: Right
    numbers: tuple[Name, ...] = Field(min_length=1, max_length=MOST_COMPLAINTS)
    asked_at: AwareDatetime
    name: Name | None = None
    contact: Name | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.right is Right.CORRECT) != bool(self.name or self.contact):
            raise ValueError("a correction, and nothing else, needs a name or a contact")
        return self

    @property
    def due_at(self) -> datetime:
        """By when it must be done."""
        return self.asked_at + WITHIN

    @property
    def command(self) -> PersonCommand | None:
        """What it tells each complaint; None when nothing changes."""
        match self.right:
            case Right.CORRECT:
                return CorrectReporter(name=self.name, contact=self.contact)
            case Right.RESTRICT | Right.RELEASE:
                return RestrictProcessing(restricted=self.right is Right.RESTRICT)
            case Right.ERASE:
                return ErasePerson()
            case Right.ACCESS:
                return None


class Decision(Value):
    """What an officer decided. A refusal says why."""

    granted: bool
    by: Name
    at: AwareDatetime
    reason: str = Field(default="", max_length=2000)

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if not self.granted and not self.reason.strip():
            raise ValueError("a refusal must say why")
        return self


class RequestEntry(Value):
    """A request as it is listed. ``late``: it was not done in time."""

    id: str
    right: Right
    numbers: tuple[str, ...]
    state: RequestState
    asked_at: datetime
    due_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    late: bool
    done_at: datetime | None
