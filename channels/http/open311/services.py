"""Services: our categories as the standard calls them, with the attributes that every one of them takes."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from channels.http.caller import Used
from channels.http.open311.documented import DEFINITION, SERVICE, answers
from channels.http.open311.errors import unknown
from channels.http.open311.jurisdiction import check_jurisdiction
from channels.http.open311.markup import Content, Document, Format, answer
from domain.jurisdiction import Jurisdiction
from domain.organisation import Category
from domain.refusal import Refused

PUBLIC, ACCURACY, FIXMYSTREET_ID = "public", "accuracy_metres", "fixmystreet_id"
YES, NO = "yes", "no"

ATTRIBUTES: list[Mapping[str, Any]] = [
    {
        "variable": True,
        "code": PUBLIC,
        "datatype": "singlevaluelist",
        "required": False,
        "datatype_description": "Yes or no; no if nothing is chosen.",
        "order": 1,
        "description": "May others read the text and see the place? The reporter is never shown.",
        "values": [{"key": YES, "name": "Yes"}, {"key": NO, "name": "No"}],
    },
    {
        "variable": True,
        "code": ACCURACY,
        "datatype": "number",
        "required": False,
        "datatype_description": "Metres, 0 or more.",
        "order": 2,
        "description": "The radius within which the device believes lat and long to be.",
    },
    {
        "variable": True,
        "code": FIXMYSTREET_ID,
        "datatype": "string",
        "required": False,
        "datatype_description": "The sender's own number of the report.",
        "order": 3,
        "description": "A report that is sent twice with the same number is taken once.",
        "automated": "server_set",
    },
]
"""The attributes of every service; ``automated`` is mySociety's: the program fills it in, nobody is asked."""

router = APIRouter()


@router.get("/services.{wanted}", responses=answers({"type": "array", "items": SERVICE}))
async def services(service: Used, wanted: Format, jurisdiction_id: str | None = None) -> Response:
    """All services."""
    check_jurisdiction(jurisdiction_id)
    rows = [_row(category) for category in service.city.categories()]
    return answer(wanted, Document("services", rows))


@router.get("/services/{service_code}.{wanted}", responses=answers(DEFINITION))
async def definition(
    service: Used, service_code: str, wanted: Format, jurisdiction_id: str | None = None
) -> Response:
    """The attributes of one service."""
    check_jurisdiction(jurisdiction_id)
    category = category_of(service.city, service_code)
    content: Content = {"service_code": category.code, "attributes": ATTRIBUTES}
    return answer(wanted, Document("service_definition", content))


def category_of(city: Jurisdiction, service_code: str) -> Category:
    """The category that a service code is. Raises ``Problem`` (404)."""
    try:
        return city.category(service_code)
    except Refused:
        raise unknown("service_code") from None


def _row(category: Category) -> Content:
    group = category.group or category.name
    return {
        "service_code": category.code,
        "service_name": category.name,
        "description": f"{category.name} ({category.name_en})",
        "metadata": True,
        "type": "realtime",
        "keywords": ", ".join(
            dict.fromkeys((category.name.lower(), category.name_en.lower(), group.lower()))
        ),
        "group": group,
    }
