"""Arguments in an address: lists with commas, moments, pages, a circle on the map."""

import re
from datetime import UTC, datetime

from pydantic import ValidationError

from channels.http.open311.errors import bad, missing
from domain.place import Point
from domain.public_facts import MOST_REQUESTS, Near

MOST_NUMBERS = 1000
DEFAULT_RADIUS_M = 1000.0
LARGEST_RADIUS_M = 100_000.0
LAST_PAGE = 100_000

WHOLE = re.compile("[0-9]{1,7}")
CODE = re.compile("[A-Za-z0-9._-]{1,100}")


def codes(name: str, given: str | None) -> tuple[str, ...] | None:
    """A list with commas; None when nothing was given. What cannot be a code is an error."""
    if given is None or not given.strip():
        return None
    parts = tuple(part.strip() for part in given.split(",") if part.strip())
    if len(parts) > MOST_NUMBERS:
        raise bad(name, f"has too many values; at most {MOST_NUMBERS} are taken")
    if not all(CODE.fullmatch(part) for part in parts):
        raise bad(name, "is not a list of codes with commas between them")
    return parts


def numbers_of(given: str | None) -> tuple[str, ...] | None:
    """Numbers of complaints, however their letters are written; None when none was given."""
    numbers = codes("service_request_id", given)
    return tuple(number.upper() for number in numbers) if numbers else None


def moment_of(name: str, given: str | None) -> datetime | None:
    """A moment in W3C's subset of ISO 8601; UTC when it says no time zone."""
    if given is None or not given.strip():
        return None
    try:  # a plus sign that was not escaped arrives as a space
        said = datetime.fromisoformat(given.strip().replace(" ", "+") if "T" in given else given.strip())
        return (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad(name, "is not a date and time such as 2026-11-23T08:00:00Z") from None


def is_open(given: str | None) -> bool | None:
    """The filter by status; None for both."""
    asked = {one.lower() for one in codes("status", given) or ()}
    if asked - {"open", "closed"}:
        raise bad("status", "can only be open or closed")
    return None if len(asked) != 1 else asked == {"open"}


def whole(name: str, given: str | None, default: int, largest: int) -> int:
    """A whole number from 1 on."""
    if given is None or not given.strip():
        return default
    if not WHOLE.fullmatch(given.strip()) or not 1 <= int(given) <= largest:
        raise bad(name, f"is not a whole number from 1 to {largest}")
    return int(given)


def page_of(page: str | None, page_size: str | None) -> tuple[int, int]:
    """Which page, and how long a page is."""
    return whole("page", page, 1, LAST_PAGE), whole("page_size", page_size, MOST_REQUESTS, MOST_REQUESTS)


def near(lat: str | None, long: str | None, radius: str | None) -> Near | None:
    """A circle: a point and metres around it; None when no point was given."""
    if not lat and not long:
        return None
    if absent := [name for name, given in (("lat", lat), ("long", long)) if not given]:
        raise missing(absent)
    point = point_of(lat or "", long or "")
    return Near(point=point, metres=_metres(radius) if radius else DEFAULT_RADIUS_M)


def point_of(lat: str, long: str) -> Point:
    """A point in degrees (WGS84)."""
    try:
        return Point.model_validate({"latitude": lat, "longitude": long})
    except ValidationError as error:
        name = {"latitude": "lat", "longitude": "long"}[str(error.errors()[0]["loc"][0])]
        raise bad(name, "is not a number of degrees (WGS84)") from None


def _metres(given: str) -> float:
    try:
        metres = float(given)
    except ValueError:
        metres = -1
    if not 0 <= metres <= LARGEST_RADIUS_M:
        raise bad("radius", f"is not a number of metres from 0 to {LARGEST_RADIUS_M:.0f}")
    return metres
