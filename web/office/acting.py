"""Acting on complaints from a form: the id that it was shown with makes sending it twice the same as once."""

from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from domain.commands import AnyCommand, Instruction
from domain.refusal import RefusalCode, Refused
from web.seat import Seat

VIA = "web"


def new_form() -> str:
    """The id of a form that is being shown."""
    return uuid4().hex


def instruction(seat: Seat, form: str, number: str, make: Any, **facts: Any) -> Instruction[AnyCommand]:
    """A command from a form, about one complaint. ``make`` builds it; raises ``Refused`` for bad input."""
    try:
        return Instruction[AnyCommand](
            id=f"{form}-{number}"[:64], actor=seat.actor, via=VIA, command=make(**facts)
        )
    except ValidationError as error:
        raise Refused(RefusalCode.BAD_INPUT, said(error)) from None


def said(error: ValidationError) -> str:
    """The first thing that is wrong, in one line."""
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
