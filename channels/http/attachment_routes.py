"""Files over HTTP: handed in before the complaint that names them, and looked at by those who may see it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel, Field

from channels.http.caller import Used, may, needs
from channels.http.problem import Problem, documented
from domain.channel_key import ChannelKey, Scope
from domain.channel_view import OwnComplaint
from domain.evidence import Purpose

router = APIRouter(tags=["attachments"])

Submitter = Annotated[ChannelKey, Depends(needs(Scope.SUBMIT))]
Own = Annotated[OwnComplaint, Depends(may(Scope.READ))]
Digest = Annotated[str, InPath(pattern="^[0-9a-f]{64}$", description="The SHA-256 of the file.")]

INERT = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=3600",
}
"""What came from strangers is shown as what it is and can do nothing."""


class TakenFile(BaseModel):
    """A file that was taken in: name it by ``uri`` in the complaint's ``attachments``."""

    uri: str = Field(examples=["sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"])
    sha256: str


class AttachmentAnswer(BaseModel):
    """A file at a complaint: what it is, what it was handed in for, and whether there is a picture of it."""

    sha256: str
    media_type: str
    size_bytes: int
    width: int | None
    height: int | None
    purpose: Purpose
    is_picture: bool


@router.post(
    "/attachments",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    responses=documented(401, 403, 413, 422, 429, 503),
)
async def take(request: Request, service: Used, key: Submitter) -> TakenFile:
    """Takes a photo (JPEG, PNG, WebP, HEIC), a video (MP4, MOV, WebM) or a PDF: the body is the file.

    What it is, is found from its content. The same file twice is one file.
    """
    taken = await service.files.take(request.stream(), key.channel, service.clock())
    return TakenFile(uri=taken.uri, sha256=taken.sha256 or "")


@router.get("/complaints/{number}/attachments", responses=documented(401, 403, 404, 429, 503))
async def listed(service: Used, own: Own) -> list[AttachmentAnswer]:
    """The files of a complaint, in the order in which they came."""
    return [
        AttachmentAnswer.model_validate(
            {
                **shown.attachment.model_dump(include=set(AttachmentAnswer.model_fields)),
                "purpose": shown.use.purpose,
                "is_picture": shown.attachment.is_picture,
            }
        )
        for shown in await service.files.of(own.standing.number)
    ]


@router.get(
    "/complaints/{number}/attachments/{digest}/{size}",
    response_class=Response,
    responses={
        200: {"description": "The picture", "content": {"image/jpeg": {}}},
        **documented(401, 403, 404, 422, 429, 503),
    },
)
async def look(
    service: Used, own: Own, digest: Digest, size: Annotated[str, InPath(pattern="^(shown|thumbnail)$")]
) -> Response:
    """A picture as others may see it: upright, at most 2048 (or 320) pixels, without hidden data."""
    there = {shown.attachment.sha256 for shown in await service.files.of(own.standing.number)}
    content = await service.files.read(f"{size}/{digest}") if digest in there else None
    if content is None:
        raise Problem(404, "There is no such picture at this complaint.")
    return Response(content, media_type="image/jpeg", headers=INERT)
