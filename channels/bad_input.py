"""What is wrong with an input, in one sentence that names the field."""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.refusal import RefusalCode, Refused

SENTENCES = {
    "string_too_short": "is empty; it needs at least {min_length} character",
    "string_too_long": "is too long; at most {max_length} characters are taken",
    "missing": "is missing",
    "extra_forbidden": "is not a field that is known here",
    "finite_number": "is not a number",
    "float_parsing": "is not a number",
    "greater_than_equal": "is too small; it must be at least {ge:g}",
    "less_than_equal": "is too large; it must be at most {le:g}",
    "too_long": "has too many items; at most {max_length} are taken",
}


def sentence(error: ValidationError) -> str:
    """The first thing that is wrong. The input itself is left out: it may be personal or very long."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "input"
    return f"{field} {wrong(first)}."


def wrong(found: ErrorDetails) -> str:
    """What is wrong with one field, to be said after its name and without a full stop."""
    context = found.get("ctx", {})
    if "error" in context:
        return str(context["error"])
    template = SENTENCES.get(found["type"])
    return template.format(**context) if template else f"is not valid: {found['msg']}"


def refusal(error: ValidationError) -> Refused:
    """The same as a ``Refused`` with BAD_INPUT."""
    return Refused(RefusalCode.BAD_INPUT, sentence(error))
