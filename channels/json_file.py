"""Complaints from a JSON file, as ``export`` writes it: bad ones are named, good ones kept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from channels.bad_input import sentence
from channels.csv_file import BadRow, GoodRow, UnreadableFile
from domain.intake import Intake

SCHEMA = "tuntas-exchange/1"
"""What a file says it is; docs/exchange.md tells what is in it."""


def read(path: Path, channel: str) -> Iterator[GoodRow | BadRow]:
    """The complaints of a file, one by one; their "line" is their place in it, from 1.

    Raises ``UnreadableFile`` before the first when it is not a file of this schema or a list of complaints.
    """
    for place, told in enumerate(_complaints(path), start=1):
        if not isinstance(told, dict):
            yield BadRow(place, "it is not a JSON object", [])
            continue
        try:
            yield GoodRow(place, _intake(told, channel))
        except ValidationError as error:
            yield BadRow(place, sentence(error), [str(told.get("reference", ""))[:200]])


def _complaints(path: Path) -> list[Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{path} is not JSON in UTF-8.") from error
    if isinstance(told, dict):
        if told.get("schema") != SCHEMA:
            raise UnreadableFile(f'{path} does not say that it is "schema": "{SCHEMA}".')
        told = told.get("complaints")
    if not isinstance(told, list):
        raise UnreadableFile(f"{path} holds no list of complaints.")
    return told


def _intake(told: dict[str, Any], channel: str) -> Intake:
    latitude, longitude = told.get("latitude"), told.get("longitude")
    given = latitude is not None or longitude is not None
    return Intake.model_validate(
        {
            name: told[name]
            for name in ("reference", "category", "text", "place")
            if told.get(name) is not None
        }
        | {
            "channel": channel,
            "point": {"latitude": latitude, "longitude": longitude} if given else None,
            "reporter": {"name": told.get("name") or None, "contact": told.get("contact") or None},
        }
    )
