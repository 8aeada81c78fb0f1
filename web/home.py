"""Where people of the city arrive after signing in, and the page of their account."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from web.menu import ROOMS
from web.rendering import page
from web.seat import Seat, seated

router = APIRouter()

Anyone = Annotated[Seat, Depends(seated())]


@router.get("/office")
async def arrive(seat: Anyone) -> Response:
    """Goes to the first room of the seat; to the account when there is none."""
    return RedirectResponse(ROOMS[seat.rooms[0]].address if seat.rooms else "/account", 303)


@router.get("/account")
async def account(request: Request, _: Anyone) -> Response:
    """Who is signed in, and what they may change about it."""
    return page(request, "account.html")
