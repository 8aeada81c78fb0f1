"""Bodies are JSON and say so."""

from fastapi import Depends, Request

from channels.http.problem import Problem


def json_only(request: Request) -> None:
    """Raises ``Problem`` (415) for a body with another content type."""
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and media_type != "application/json":
        raise Problem(415, "Send the body as JSON, with the header Content-Type: application/json.")


JSON_ONLY = Depends(json_only)
