"""A form as it was posted: plain fields, and attributes (``attribute[code]`` or ``attribute[code][]``)."""

import re
from dataclasses import dataclass

from fastapi import Request

from channels.http.open311.errors import bad
from channels.http.problem import Problem

KINDS = ("application/x-www-form-urlencoded", "multipart/form-data")
ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,100})\](\[\])?")
MOST_FIELDS = 200


@dataclass(frozen=True)
class Form:
    """What was posted; a field that is empty was not given."""

    fields: dict[str, str]
    attributes: dict[str, list[str]]

    def get(self, name: str) -> str | None:
        """A field, None when it was not given."""
        return self.fields.get(name)


async def read_form(request: Request) -> Form:
    """Reads the body and the address. Raises ``Problem``: 415 for a body that is no form, 400 for a file."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in KINDS:
        raise Problem(415, f"Post a form ({KINDS[0]}).")
    fields: dict[str, str] = dict(request.query_params)
    attributes: dict[str, list[str]] = {}
    async with request.form(max_files=10, max_fields=MOST_FIELDS) as posted:
        for name, value in posted.multi_items():
            if not isinstance(value, str):
                raise bad(name[:60], "is a file; put it where others can read it and send its media_url")
            if found := ATTRIBUTE.fullmatch(name):
                attributes.setdefault(found[1], []).append(value.strip())
            else:
                fields[name] = value
    given = {name: value.strip() for name, value in fields.items() if value.strip()}
    return Form(
        given, {code: kept for code, values in attributes.items() if (kept := [v for v in values if v])}
    )
