"""What keeps a page safe in a browser: its headers, and whether a form was sent from one of our own pages."""

from urllib.parse import urlsplit

from starlette.requests import Request

BARE = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""Of a page without pictures, styles and scripts; its address is neither kept nor told to the next site."""


def from_here(request: Request) -> bool:
    """Whether a form was sent from one of our own pages; every browser of today says where from."""
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")
