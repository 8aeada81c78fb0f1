"""Where people of the city arrive after signing in."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from web.menu import ROOMS
from web.seat import Seat, seated

router = APIRouter()

Anyone = Annotated[Seat, Depends(seated())]


@router.get("/office")
async def arrive(seat: Anyone) -> Response:
    """Goes to the first room of the seat; to the account when there is none."""
    return RedirectResponse(ROOMS[seat.rooms[0]].address if seat.rooms else "/account", 303)
