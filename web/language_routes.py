"""Choosing the language of the pages."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from web.language import COOKIE, Language

YEAR_S = 365 * 24 * 3600

router = APIRouter()


@router.post("/language")
async def choose(
    language: Annotated[Language, Form()], here: Annotated[str, Form(max_length=2000)] = "/"
) -> RedirectResponse:
    """Remembers the language on this browser, and goes back to the page."""
    answer = RedirectResponse(own_address(here), 303)
    answer.set_cookie(COOKIE, language.value, max_age=YEAR_S, httponly=True, samesite="lax")
    return answer


def own_address(address: str) -> str:
    """The address if it is one of ours; the first page for any other, so that nobody is led astray."""
    own = address.startswith("/") and not address.startswith("//")
    # Browsers leave out line breaks and tabs, and read a backslash as a slash.
    plain = not any(one <= " " or one == "\\" for one in address)
    return address if own and plain else "/"
