"""What a messenger posts to us, read: people's messages, and what is to be said at once."""

import json
from collections.abc import Mapping
from typing import Any

from domain.place import Point
from domain.value import Value

Headers = Mapping[str, str]
"""Headers of a request; the names in lower case."""


class NotReadable(Exception):
    """The body is not what this messenger posts. The message says why, and quotes nothing."""


class Submission(Value):
    """A message by a person. ``id`` is the messenger's own; ``text`` is empty when it has no words.

    ``contact`` is who sent it, as the messenger vouches for it; ``number`` the complaint it names, if the
    messenger has a field for that.
    """

    id: str
    contact: str | None
    name: str | None = None
    text: str = ""
    point: Point | None = None
    accuracy_metres: float | None = None
    place: str | None = None
    category: str | None = None
    number: str | None = None


class Answer(Value):
    """What is to be said at once to whom, without a complaint arising."""

    to: str
    text: str


def json_object(body: bytes) -> dict[str, Any]:
    """The body as a JSON object. Raises ``NotReadable``."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotReadable("The body is not JSON.") from error
    if not isinstance(told, dict):
        raise NotReadable("The body is not a JSON object.")
    return told


def objects(value: object) -> list[dict[str, Any]]:
    """The objects in what should be a list of objects."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def mapping(value: object) -> dict[str, Any]:
    """An object, or an empty one in place of something else."""
    return value if isinstance(value, dict) else {}


def words(value: object) -> str:
    """A text, or an empty one in place of something else."""
    return value if isinstance(value, str) else ""


def point_of(value: object) -> Point | None:
    """A point of ``latitude`` and ``longitude`` in degrees; None when it is none."""
    told = mapping(value)
    try:
        return Point(latitude=told["latitude"], longitude=told["longitude"])
    except (KeyError, ValueError):
        return None
