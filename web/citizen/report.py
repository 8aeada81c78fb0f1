"""Reporting: one form, which works without scripts and is quicker with them."""

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from channels.http.caller import address_of
from channels.http.problem import Problem
from domain.jurisdiction import Jurisdiction
from domain.organisation import Category
from domain.place import Point
from domain.public_facts import Near, PublicRequest, RequestFilter
from domain.refusal import Refused
from store.public_reads import PublicReads
from web.citizen.codes import remember
from web.citizen.form import CHANNEL, MOST_PHOTOS, ReportForm
from web.rendering import page
from web.site import Site, site_of
from web.uploads import files_in, known, uploaded

NEAR_METRES = 150
MOST_NEAR = 4
MOST_FIELDS = 60

router = APIRouter()

Degrees = Annotated[float | None, Query(allow_inf_nan=False)]


@router.get("/")
async def form(request: Request) -> Response:
    """The form of a new report."""
    return await _form(request, ReportForm())


@router.post("/report")
async def report(request: Request) -> Response:
    """Takes a report, once however often it is sent, and shows it with its number and access code."""
    site = site_of(request)
    _slow_down(request, site)
    async with request.form(max_files=MOST_PHOTOS + 5, max_fields=MOST_FIELDS) as sent:
        typed = ReportForm.read(sent)
        files = await uploaded(site, files_in(sent, "photos"), CHANNEL)
    photos = (*await known(site, typed.photos), *files.taken)
    typed.photos = [one.sha256 for one in photos if one.sha256]
    intake = typed.intake(site.city, photos)
    if intake is None:
        return await _form(request, typed, 422, files.refused)
    receipt = await site.door.submit(intake)
    if receipt.digest not in {"", intake.digest}:
        return await _form(request, ReportForm(), 409, taken=receipt.number)
    answer = RedirectResponse(f"/reports/{receipt.number}?new=1", 303)
    if receipt.access_code:
        remember(request, answer, receipt.number, receipt.access_code)
    return answer


@router.post("/report/photos")
async def photo(request: Request) -> JSONResponse:
    """Takes one photo before the report is sent, so that nobody waits for it in the end."""
    site = site_of(request)
    _slow_down(request, site)
    async with request.form(max_files=1, max_fields=1) as sent:
        files = await uploaded(site, files_in(sent, "photos"), CHANNEL)
    if not files.taken:
        return JSONResponse({"taken": None}, 422)
    return JSONResponse({"taken": files.taken[0].sha256})


@router.get("/report/categories")
async def categories(request: Request, text: Annotated[str, Query(max_length=12_000)] = "") -> Response:
    """The categories that what was written may be about, to be chosen with one press."""
    found = site_of(request).suggestions.categories(text)
    return page(request, "citizen/category_suggestions.html", suggested=found)


@router.get("/report/place")
async def place(
    request: Request, latitude: Degrees = None, longitude: Degrees = None, category: str = ""
) -> Response:
    """The ward of a point, and open public reports near it that may be about the same thing."""
    site = site_of(request)
    try:
        point = Point(latitude=latitude or 0, longitude=longitude or 0)
    except ValueError:
        return page(request, "citizen/place_found.html", ward=None, near=[])
    found = site.city.find_ward(point)
    ward = site.city.unit_of_ward(found.ward) if found.ward else None
    near = await _near(site, point, category) if ward else []
    return page(request, "citizen/place_found.html", ward=ward, near=near)


async def _form(
    request: Request, typed: ReportForm, status: int = 200, refused: int = 0, taken: str = ""
) -> Response:
    site = site_of(request)
    facts: dict[str, Any] = {"typed": typed, "refused": refused, "taken": taken}
    return page(request, "citizen/report.html", status, groups=grouped(site.city), **facts)


def grouped(city: Jurisdiction) -> list[tuple[str, list[Category]]]:
    """The categories by group, both in the order of the alphabet."""
    ordered = sorted(city.categories(), key=lambda one: (one.group, one.name))
    return [(name, list(members)) for name, members in groupby(ordered, key=lambda one: one.group)]


async def _near(site: Site, point: Point, category: str) -> Sequence[PublicRequest]:
    which = RequestFilter(
        categories=_family(site.city, category),
        is_open=True,
        near=Near(point=point, metres=NEAR_METRES),
        public_only=True,
        page_size=MOST_NEAR,
    )
    return await PublicReads(site.database).requests(which)


def _family(city: Jurisdiction, category: str) -> tuple[str, ...] | None:
    """All categories of the same group; None, which is no condition, for a category that is none."""
    try:
        group = city.category(category).group
    except Refused:
        return None
    return tuple(one.code for one in city.categories() if one.group == group)


def _slow_down(request: Request, site: Site) -> None:
    if seconds := site.by_reports.take(address_of(request)):
        raise Problem(429, f"Too many reports; go on in {seconds} s.", retry_after=seconds)
