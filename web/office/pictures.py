"""Pictures of a complaint, for officers who may see the case."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi import Path as InPath
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from channels.http.attachment_routes import INERT
from domain.sight import Sight, sight_of_officer
from store.attachments import AttachmentCatalogue
from store.lives import Lives
from web.seat import Room, Seat, seated
from web.site import Site, site_of

router = APIRouter()

Officer = Annotated[
    Seat,
    Depends(seated(Room.INBOX, Room.DESK, Room.VALIDATION, Room.COORDINATION, Room.INTEGRITY)),
]
Digest = Annotated[str, InPath(pattern="^[0-9a-f]{64}$")]


@router.get("/office/complaints/{number}/files/{digest}/{size}")
async def look(
    number: Annotated[str, InPath(max_length=40)],
    digest: Digest,
    size: Annotated[str, InPath(pattern="^(shown|thumbnail)$")],
    seat: Officer,
    site: Annotated[Site, Depends(site_of)],
) -> Response:
    """A picture as others may see it. One that may not be seen is, for whoever asks, not there."""
    life = await Lives(site.database).of(number)
    seen = life and life.complaint and seat.unit and sight_of_officer(life.complaint, seat.unit)
    if not seen or seen < Sight.CASE:
        raise HTTPException(404)
    there = await AttachmentCatalogue(site.database).is_at(number, digest)
    content = await site.files.read(f"{size}/{digest}") if there else None
    if content is None:
        raise HTTPException(404)
    return Response(content, media_type="image/jpeg", headers=INERT)
