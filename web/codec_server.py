"""The codec server: lets operators who have signed in read payloads in Temporal's screens and command line.

Temporal's screens send what they show to ``/codec/decode`` and get it back readable. They run on another
port, so the browser asks first (CORS); only the origins of Temporal's screens are let through.
"""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response
from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads

from channels.http.problem import Problem
from domain.account import Role
from durable.codec import Forgotten, SealingCodec
from web.doorkeeper import Doorkeeper

LONGEST_BODY = 8_000_000
ERASED = Payload(metadata={"encoding": b"json/plain"}, data=b'"erased: the reporter asked for it"')
BROKEN = Payload(metadata={"encoding": b"json/plain"}, data=b'"this was changed after it was sealed"')


def codec_routes(codec: SealingCodec, doorkeeper: Doorkeeper, origins: Sequence[str]) -> APIRouter:
    """``/codec/decode``, for who has the role of an operator."""
    router = APIRouter(prefix="/codec", include_in_schema=False)

    @router.options("/decode")
    async def may_ask(request: Request) -> Response:
        return Response(status_code=204, headers=_cors(request, origins))

    @router.post("/decode")
    async def decode(request: Request) -> Response:
        headers = _cors(request, origins)
        if not await doorkeeper.may(request, Role.OPERATOR):
            detail = "Sign in at /sign-in as an operator; then load the page of Temporal again."
            raise Problem(401, detail, headers=headers)
        try:
            payloads = json_format.Parse(await request.body(), Payloads()).payloads
        except (json_format.ParseError, UnicodeDecodeError):
            raise Problem(400, "The body is not Temporal's JSON for payloads.", headers=headers) from None
        opened = Payloads(payloads=[await _opened(codec, one) for one in payloads])
        return Response(json_format.MessageToJson(opened), media_type="application/json", headers=headers)

    return router


async def _opened(codec: SealingCodec, payload: Payload) -> Payload:
    """One at a time: what cannot be read must not hide what can."""
    try:
        return (await codec.decode([payload]))[0]
    except Forgotten:
        return ERASED
    except ValueError:
        return BROKEN


def _cors(request: Request, origins: Sequence[str]) -> dict[str, str]:
    origin = request.headers.get("origin", "")
    if origin not in origins:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Headers": "authorization, content-type, x-namespace",
        "Access-Control-Allow-Methods": "POST",
        "Vary": "Origin",
    }
