"""Errors as the standard writes them: a list of codes with a sentence each."""

from starlette.responses import Response

from channels.http.open311.markup import Content, Document, Format, answer
from channels.http.problem import FieldError, Problem, field_problem

PREFIX = "/open311/"

STATUS_OF = {401: 403, 422: 400}
"""GeoReport v2 knows 400, 403 and 404 where others say 401 or 422."""


def missing(names: list[str]) -> Problem:
    """400 for arguments that are needed: one error for each."""
    return field_problem([FieldError(field=name, message="was not provided") for name in names], 400)


def bad(name: str, sentence: str) -> Problem:
    """400 for an argument with a value that cannot be."""
    return field_problem([FieldError(field=name, message=sentence)], 400)


def unknown(name: str) -> Problem:
    """404 for an argument that names something which is not there."""
    return field_problem([FieldError(field=name, message="provided was not found")], 404)


def error_answer(path: str, problem: Problem) -> Response:
    """The problem in the format that the address ends with; XML, which every client knows, for any other."""
    wanted = Format.JSON if path.endswith(".json") else Format.XML
    status = STATUS_OF.get(problem.status, problem.status)
    sentences = [f"{one.field} {one.message}." for one in problem.errors] or [problem.detail]
    rows: list[Content] = [{"code": status, "description": sentence} for sentence in sentences]
    headers = {name: value for name, value in problem.headers.items() if name.lower() != "www-authenticate"}
    return answer(wanted, Document("errors", rows), status, headers)
