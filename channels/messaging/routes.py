"""The webhooks as FastAPI routes, to be included in the application under /hooks."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi import Response as HttpResponse

from channels.messaging.generic import Messages
from channels.messaging.hooks import BIGGEST, CHANNEL_HEADER, Hooks, Response
from domain.signature import HEADER

PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The body is not what this messenger posts."},
    401: {"description": "The signature or secret is not genuine, or too old."},
    404: {"description": "This messenger is not set up here."},
    409: {"description": "The same signed request was taken before."},
    413: {"description": "The body is larger than 1 MB."},
    503: {"description": "It cannot be taken now; post it again."},
}
OWN_FORM: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in (CHANNEL_HEADER, HEADER)
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": Messages.model_json_schema(ref_template="#/$defs/{model}")}
        },
    },
}


def hook_routes(hooks: Hooks) -> APIRouter:
    """POST /hooks/generic, /hooks/whatsapp and /hooks/telegram, and Meta's GET /hooks/whatsapp."""
    router = APIRouter(prefix="/hooks", tags=["hooks"])

    @router.post("/generic", responses=PROBLEMS, openapi_extra=OWN_FORM)
    async def generic(request: Request) -> HttpResponse:
        """Messages in our own signed form."""
        return await _answered(hooks, "generic", request)

    @router.post("/whatsapp", responses=PROBLEMS)
    async def whatsapp(request: Request) -> HttpResponse:
        """What Meta posts for WhatsApp."""
        return await _answered(hooks, "whatsapp", request)

    @router.get(
        "/whatsapp", responses={403: {"description": "The verify token is not ours."}, 404: PROBLEMS[404]}
    )
    async def verify(request: Request) -> HttpResponse:
        """Meta's check of the address."""
        return _http(hooks.verify(dict(request.query_params)))

    @router.post("/telegram", responses=PROBLEMS)
    async def telegram(request: Request) -> HttpResponse:
        """What Telegram posts for a bot."""
        return await _answered(hooks, "telegram", request)

    return router


async def _answered(hooks: Hooks, source: str, request: Request) -> HttpResponse:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BIGGEST:
            break
    headers = {name.lower(): value for name, value in request.headers.items()}
    return _http(await hooks.post(source, headers, bytes(body)))


def _http(response: Response) -> HttpResponse:
    return HttpResponse(response.body, response.status, media_type=response.content_type)
