"""Service discovery: where the endpoints are and what they speak."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from channels.http.open311.documented import DISCOVERED
from channels.http.open311.markup import Content, Document, Format, as_json, as_xml

CHANGESET = "2026-11-01T00:00:00Z"
"""When what is written here last changed."""

GEOREPORT = "http://wiki.open311.org/GeoReport_v2"
UPDATES = "https://github.com/mysociety/fixmystreet/wiki/Open311-FMS---Proposed-differences-to-Open311"
CONTACT = "The operator of this service; complaints themselves are sent as service requests."
KEY_SERVICE = "The operator gives a key to each channel; reading needs none."

router = APIRouter()


@router.get("/open311/discovery.{wanted}", responses=DISCOVERED, response_class=Response)
@router.get("/open311/v2/discovery.{wanted}", responses=DISCOVERED, response_class=Response)
async def discovery(request: Request, wanted: Format) -> Response:
    """The endpoints. Their content type has no charset: clients compare it letter by letter."""
    url = f"{str(request.base_url).rstrip('/')}/open311/v2"
    endpoints = [_endpoint(specification, url) for specification in (GEOREPORT, UPDATES)]
    content = {"changeset": CHANGESET, "contact": CONTACT, "key_service": KEY_SERVICE, "endpoints": endpoints}
    document = Document("discovery", content)
    if wanted is Format.XML:
        return Response(as_xml(document), headers={"content-type": "text/xml"})
    return Response(as_json(document), headers={"content-type": "application/json"})


def _endpoint(specification: str, url: str) -> Content:
    return {
        "specification": specification,
        "url": url,
        "changeset": CHANGESET,
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
