"""A posted form as an intake: what was said, where, by whom, and under which reference."""

from urllib.parse import urlsplit
from uuid import uuid4

from pydantic import ValidationError

from channels.bad_input import wrong
from channels.http.open311.arguments import point_of
from channels.http.open311.errors import bad, missing
from channels.http.open311.form import Form
from channels.http.open311.services import ACCURACY, FIXMYSTREET_ID, NO, PUBLIC, YES
from domain.intake import Intake
from domain.organisation import Category

LONGEST_DESCRIPTION, LONGEST_MEDIA_URL = 4000, 2000
PLACES = ("address_string", "address_id")

FIELD_OF = {"text": "description", "place": "address_string", "contact": "email", "name": "first_name"}
"""The field of the form that a part of the intake came from."""


def check_complete(form: Form) -> None:
    """Raises ``Problem`` (400) that names everything which is needed and missing.

    The standard asks for one full location: lat and long, address_string or address_id.
    """
    absent = [] if form.get("service_code") else ["service_code"]
    if bool(form.get("lat")) != bool(form.get("long")):
        absent.append("long" if form.get("lat") else "lat")
    elif not form.get("lat") and not any(form.get(name) for name in PLACES):
        absent.append("location (lat and long, address_string or address_id)")
    if absent:
        raise missing(absent)


def intake_of(form: Form, channel: str, category: Category, idempotency_key: str | None) -> Intake:
    """The complaint. Raises ``Problem`` (400) that names the field which is wrong."""
    lat, long = form.get("lat"), form.get("long")
    try:
        return Intake.model_validate(
            {
                "channel": channel,
                "reference": _reference(form, idempotency_key),
                "category": category.code,
                "text": _text(form, category),
                "point": point_of(lat, long) if lat and long else None,
                "accuracy_metres": _attribute(form, ACCURACY),
                "place": next((form.get(name) for name in PLACES if form.get(name)), None),
                "reporter": {"name": _name(form), "contact": form.get("email") or form.get("phone")},
                "public": _is_public(form),
            }
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][-1]) if first["loc"] else "form"
        raise bad(FIELD_OF.get(name, name), wrong(first)) from None


def _reference(form: Form, idempotency_key: str | None) -> str:
    """The sender's own, where it has one: then what is posted twice is taken once."""
    if idempotency_key and idempotency_key.strip():
        return idempotency_key
    if own := _attribute(form, FIXMYSTREET_ID):
        return f"fixmystreet-{own}"
    return f"open311-{uuid4()}"


def _text(form: Form, category: Category) -> str:
    """The description, then what has no field of its own: attributes that we do not know, and the media."""
    description = form.get("description") or category.name
    if len(description) > LONGEST_DESCRIPTION:
        raise bad("description", f"is too long; at most {LONGEST_DESCRIPTION} characters are taken")
    known = {PUBLIC, ACCURACY, FIXMYSTREET_ID}
    remarks = [f"{code}: {', '.join(said)}" for code, said in form.attributes.items() if code not in known]
    if media := _media_url(form):
        remarks.append(f"media_url: {media}")
    return "\n".join([description, "", *remarks] if remarks else [description])


def _media_url(form: Form) -> str | None:
    url = form.get("media_url")
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and not any(map(str.isspace, url))
    except ValueError:
        good = False
    if not good or len(url) > LONGEST_MEDIA_URL:
        raise bad("media_url", f"is not an http(s) address of at most {LONGEST_MEDIA_URL} characters")
    return url


def _name(form: Form) -> str | None:
    return " ".join(part for part in (form.get("first_name"), form.get("last_name")) if part) or None


def _is_public(form: Form) -> bool:
    said = (_attribute(form, PUBLIC) or NO).lower()
    if said not in {YES, NO}:
        raise bad(f"attribute[{PUBLIC}]", f"can only be {YES} or {NO}")
    return said == YES


def _attribute(form: Form, code: str) -> str | None:
    given = form.attributes.get(code, [])
    if len(given) > 1:
        raise bad(f"attribute[{code}]", "can have one value only")
    return given[0] if given else None
