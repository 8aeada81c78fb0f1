"""The stream that tells a coordinator's open page that something in its scope changed."""

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from web.live import stream
from web.office.coordination import Coordinator, TheSite, scope_of_seat
from web.rendering import headers

router = APIRouter()


@router.get("/office/coordination/live")
async def live(request: Request, site: TheSite, seat: Coordinator) -> StreamingResponse:
    """Events without content: ``live``, ``changed``, ``away`` and ``over``."""

    async def is_signed_in() -> bool:
        return await site.doorkeeper.still_there(request)

    return StreamingResponse(
        stream(site.live, scope_of_seat(site, seat), is_signed_in),
        media_type="text/event-stream",
        # For proxies such as nginx, which would keep a stream until a buffer is full.
        headers={**headers(request), "X-Accel-Buffering": "no"},
    )
