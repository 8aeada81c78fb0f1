"""Answers as the standard writes them: the same rows as JSON or as XML."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple
from xml.etree import ElementTree as ET

from starlette.responses import Response

Scalar = str | int | float | bool | None
Content = Scalar | Mapping[str, "Content"] | Sequence["Content"]

JSON, XML = "application/json", "text/xml; charset=utf-8"

DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>\n'
"""As the standard's examples have it, to the letter."""

ITEMS = {
    "services": "service",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "attributes": "attribute",
    "values": "value",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""What one of many is called in XML."""

NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""Characters that an XML 1.0 document cannot have, not even escaped."""


class Format(StrEnum):
    """The two formats, as they end an address."""

    JSON = "json"
    XML = "xml"


class Document(NamedTuple):
    """An answer; ``root`` is its outermost element in XML, which JSON leaves out."""

    root: str
    content: Content


def answer(
    wanted: Format, document: Document, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """The document in the format wanted."""
    body, media_type = (as_xml(document), XML) if wanted is Format.XML else (as_json(document), JSON)
    return Response(body, status, {"content-type": media_type, **(headers or {})})


def as_json(document: Document) -> bytes:
    """The content as JSON."""
    return json.dumps(document.content, ensure_ascii=False, allow_nan=False).encode()


def as_xml(document: Document) -> bytes:
    """The content as XML in UTF-8 with its declaration."""
    root = ET.Element(document.root)
    _fill(root, document.content)
    return DECLARATION + ET.tostring(root, encoding="unicode").encode()


def moment(at: datetime | None) -> str | None:
    """A moment as the standard wants it: UTC, whole seconds, with Z."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _fill(element: ET.Element, content: Content) -> None:
    match content:
        case None:
            return
        case bool():
            element.text = "true" if content else "false"
        case str() | int() | float():
            element.text = NOT_XML.sub("\N{REPLACEMENT CHARACTER}", str(content))
        case Mapping():
            for name, part in content.items():
                _fill(ET.SubElement(element, name), part)
        case _:
            for part in content:
                _fill(ET.SubElement(element, ITEMS[element.tag]), part)
