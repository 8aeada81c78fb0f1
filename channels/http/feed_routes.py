"""Atom feeds (RFC 4287): what comes in and what becomes of it, in a ward or near a place."""

from datetime import UTC, datetime
from typing import Annotated, Any
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Path, Query, Request, Response

from channels.http.caller import Used
from channels.http.open311.markup import DECLARATION, NOT_XML
from channels.http.problem import Problem, documented
from channels.http.service import Service
from domain.place import Point
from domain.public_facts import Near, PublicRequest, RequestFilter

ATOM, GEORSS = "http://www.w3.org/2005/Atom", "http://www.georss.org/georss"
MEDIA_TYPE = "application/atom+xml; charset=utf-8"
ENTRIES = 50
LARGEST_RADIUS_M = 5_000

ET.register_namespace("", ATOM)
ET.register_namespace("georss", GEORSS)

router = APIRouter(tags=["feeds"])

ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "An Atom feed", "content": {"application/atom+xml": {}}}
}
Ward = Annotated[str, Path(description="The Kemendagri code of a ward.", examples=["31.71.01.1001"])]
Degrees = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]


@router.get("/feeds/ward/{ward}.atom", response_class=Response, responses={**ANSWER, **documented(404, 503)})
async def ward_feed(request: Request, service: Used, ward: Ward) -> Response:
    """The complaints of a ward, those that changed last first."""
    unit = next((unit for unit in service.city.units() if unit.ward == ward), None)
    if unit is None:
        raise Problem(404, "There is no such ward; its code looks like 31.71.01.1001.")
    return await _feed(request, service, f"Laporan di {unit.name}", RequestFilter(wards=(ward,)))


@router.get("/feeds/near.atom", response_class=Response, responses={**ANSWER, **documented(422, 503)})
async def near_feed(
    request: Request,
    service: Used,
    lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
    long: Degrees,
    radius: Annotated[int, Query(ge=50, le=LARGEST_RADIUS_M, description="Metres.")] = 500,
) -> Response:
    """The complaints near a place, those that changed last first."""
    near = Near(point=Point(latitude=lat, longitude=long), metres=radius)
    return await _feed(request, service, f"Laporan dalam {radius} m", RequestFilter(near=near))


async def _feed(request: Request, service: Service, title: str, which: RequestFilter) -> Response:
    which = which.model_copy(update={"latest_change_first": True, "page_size": ENTRIES})
    found = await service.public.requests(which)
    root = ET.Element(f"{{{ATOM}}}feed")
    updated = max((one.updated_at for one in found), default=datetime(2019, 4, 18, tzinfo=UTC))
    _texts(root, id=str(request.url), title=title, updated=_moment(updated))
    ET.SubElement(root, f"{{{ATOM}}}link", rel="self", href=str(request.url))
    author = ET.SubElement(root, f"{{{ATOM}}}author")
    _texts(author, name="Tuntas")
    for one in found:
        _entry(root, one, service)
    return Response(DECLARATION + ET.tostring(root), media_type=MEDIA_TYPE)


def _entry(root: ET.Element, one: PublicRequest, service: Service) -> None:
    entry = ET.SubElement(root, f"{{{ATOM}}}entry")
    category = service.city.category(one.category).name
    summary = one.text or category
    _texts(
        entry,
        id=f"urn:tuntas:complaint:{one.number}",
        title=f"{one.number}: {category} ({one.status})",
        published=_moment(one.requested_at),
        updated=_moment(one.updated_at),
        summary=f"{summary}\n\n{one.waits_for}",
    )
    if one.latitude is not None and one.longitude is not None:
        ET.SubElement(entry, f"{{{GEORSS}}}point").text = f"{one.latitude} {one.longitude}"


def _texts(parent: ET.Element, **texts: str) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, f"{{{ATOM}}}{name}").text = NOT_XML.sub("", text)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
