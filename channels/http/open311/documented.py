"""How OpenAPI describes the answers of Open311: each in JSON and in XML."""

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
MAYBE: dict[str, Any] = {"type": ["string", "null"]}
NUMBER: dict[str, Any] = {"type": ["number", "null"]}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}
MAYBE_MOMENT: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}
FLAG: dict[str, Any] = {"type": "boolean"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


ENDPOINT = _object(specification=TEXT, url=TEXT, changeset=MOMENT, type=TEXT, formats=_list(TEXT))
DISCOVERY = _object(changeset=MOMENT, contact=TEXT, key_service=TEXT, endpoints=_list(ENDPOINT))
SERVICE = _object(
    service_code=TEXT,
    service_name=TEXT,
    description=TEXT,
    metadata=FLAG,
    type={"enum": ["realtime", "batch", "blackbox"]},
    keywords=TEXT,
    group=TEXT,
)
ATTRIBUTE = _object(
    variable=FLAG,
    code=TEXT,
    datatype={"enum": ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]},
    required=FLAG,
    datatype_description=TEXT,
    order={"type": "integer"},
    description=TEXT,
)
DEFINITION = _object(service_code=TEXT, attributes=_list(ATTRIBUTE))
CREATED = _object(service_request_id=TEXT, service_notice=MAYBE, account_id=MAYBE)
REQUEST = _object(
    service_request_id=TEXT,
    status={"enum": ["open", "closed"]},
    status_notes=MAYBE,
    service_name=TEXT,
    service_code=TEXT,
    description=TEXT,
    agency_responsible=MAYBE,
    service_notice=MAYBE,
    requested_datetime=MOMENT,
    updated_datetime=MOMENT,
    expected_datetime=MAYBE_MOMENT,
    address=MAYBE,
    address_id=MAYBE,
    zipcode=MAYBE,
    lat=NUMBER,
    long=NUMBER,
    media_url=MAYBE,
)
TOKEN = _object(service_request_id=TEXT, token=TEXT)
UPDATE = _object(
    update_id=TEXT,
    service_request_id=TEXT,
    status={"enum": ["open", "closed"]},
    updated_datetime=MOMENT,
    description=TEXT,
    media_url=MAYBE,
)
UPDATED = _object(update_id=TEXT)
ERROR = _object(code={"type": "integer"}, description=TEXT)

ERRORS = {
    400: "An argument is missing or has a value that cannot be",
    403: "The api_key is missing, wrong, or not allowed to do this",
    404: "What an argument names was not found",
    409: "It does not fit what is already there",
    413: "The request is too large",
    415: "The body is no form",
    429: "Too many requests",
    503: "A part of the service does not answer; nothing is taken twice",
}

Responses = dict[int | str, dict[str, Any]]


def answers(schema: dict[str, Any], *errors: int) -> Responses:
    """200 with this schema, and these errors."""
    both: Responses = {200: {"description": "What was asked for", "content": _both(schema)}}
    for status in sorted({404, *errors}):
        both[status] = {"description": ERRORS[status], "content": _both(_list(ERROR))}
    return both


def form(needed: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, Any]:
    """A form as OpenAPI describes it: the arguments that are needed, and the others."""
    properties = dict.fromkeys((*needed, *optional), TEXT)
    schema = {"type": "object", "properties": properties, "required": list(needed)}
    kinds = ("application/x-www-form-urlencoded", "multipart/form-data")
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema} for kind in kinds}}}


def _both(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}, "text/xml": {"schema": {"type": "string"}}}


DISCOVERED = answers(DISCOVERY)
