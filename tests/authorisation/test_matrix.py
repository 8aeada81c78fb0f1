"""Every route of the real application, asked by every kind of person (``matrix``)."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from tests.authorisation.house import CONTACT, NAME, SAID, House, pages_of, session
from tests.authorisation.matrix import PAGES, PROGRAMS, SENT, Row, rows
from tests.pictures import jpeg, scene
from web.doorkeeper import COOKIE

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("authorisation")]

BY_PROGRAMS, BY_PAGES = rows(PROGRAMS), rows(PAGES)
DOORS = ("/sign-in", "/follow?")
"""Where one signs in, or writes the access code."""

SHOWS = ("in", "case", "person")
CLOSED = {401, 403, 404, 405, 429}
ADDRESSES = count(1)


def _routes(app: FastAPI) -> list[str]:
    return sorted(_each_route(app))


def _each_route(app: FastAPI) -> Iterator[str]:
    for route in iter_route_contexts(app.routes):
        methods, path = route.methods or (), (route.path or "").replace(":path}", "}")
        yield from (f"{method} {path}" for method in methods if method != "HEAD" or "GET" not in methods)


async def test_every_route_has_a_row_and_every_row_a_route(house: House) -> None:
    mounted = [type(one).__name__ for one in house.app.routes if isinstance(one, Mount)]
    assert mounted == ["PagesMount"], "a mounted application that this walk does not enter"
    assert _routes(house.app) == sorted(row.route for row in BY_PROGRAMS)
    assert _routes(pages_of(house.app)) == sorted(row.route for row in BY_PAGES)


@pytest.mark.parametrize("row", BY_PROGRAMS, ids=lambda row: row.route)
async def test_programs(house: House, row: Row) -> None:
    met = {}
    for asker in row.cells:
        answer = await _asked(house, row.route, asker, house.programs, form="/open311/" in row.route)
        assert _shown(answer) == "in", "what is personal is in no answer to a program"
        met[asker] = _cell(answer)
    assert met == row.cells


@pytest.mark.parametrize("row", BY_PAGES, ids=lambda row: row.route)
async def test_pages(house: House, row: Row) -> None:
    met = {}
    for asker in row.cells:
        answer = await _asked(house, row.route, asker, house.pages, form=True)
        if answer.status_code == 409:
            assert _shown(answer) in SHOWS[: SHOWS.index(_page_of(row, asker)) + 1]
        met[asker] = _cell(answer)
    assert met == row.cells


def _page_of(row: Row, asker: str) -> str:
    """What the page that a form stands on shows."""
    path = row.route.split()[1].rpartition("/")[0]
    return next((one.cells[asker] for one in BY_PAGES if one.route == f"GET {path}"), "in")


async def _asked(
    house: House, route: str, asker: str, filled: dict[str, str], *, form: bool
) -> httpx.Response:
    """Each from another network address: how often somebody may try is not the question here."""
    method, path = route.split()
    headers = {**house.brings[asker], "Sec-Fetch-Site": "same-origin"}
    if path == "/sign-out" and COOKIE in headers.get("Cookie", ""):
        headers |= await session(house.accounts, asker)
    transport = httpx.ASGITransport(house.app, client=(f"10.0.0.{next(ADDRESSES)}", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://tuntas.test") as caller:
        return await caller.request(
            method, _path(path, filled), headers=headers, **_sent(route, asker, filled, headers, form=form)
        )


def _path(path: str, filled: dict[str, str]) -> str:
    """``{token}`` is a number to Open311, and a secret that nobody has to the rest."""
    token = filled["number"] if path.startswith("/open311") else "0" * 24
    kind = "close" if path.startswith("/reports/") else "accept"
    return path.format(**filled, token=token, kind=kind)


def _sent(
    route: str, asker: str, filled: dict[str, str], headers: dict[str, str], *, form: bool
) -> dict[str, Any]:
    """What goes along: in the address, as a file, as a form or as JSON. Open311 has its key in the form."""
    if route == "GET /feeds/near.atom":
        return {"params": {"lat": "-6.17", "long": "106.82"}}
    if route == "POST /api/v1/attachments":
        return {"content": jpeg(scene(8))}
    if not route.startswith("POST"):
        return {}
    said = {
        name: value.format(**filled, asker=asker) if isinstance(value, str) else value
        for name, value in SENT.get(route, {}).items()
    }
    if form and (key := headers.get("Authorization", "").removeprefix("Bearer ")):
        said["api_key"] = key
    return {"data" if form else "json": said}


def _cell(answer: httpx.Response) -> str:
    """What was met, as the matrix says it."""
    if answer.status_code in CLOSED or answer.status_code >= 500:
        assert _shown(answer) == "in", "a closed door tells something"
        return str(answer.status_code)
    if answer.status_code == 409 and not answer.headers["content-type"].startswith("application/"):
        return "no"
    to = answer.headers.get("location", "")
    if answer.is_redirect and to.startswith(DOORS) and answer.request.url.path != "/sign-out":
        return "door"
    return _shown(answer)


def _shown(answer: httpx.Response) -> str:
    """How much of the private complaint is in an answer."""
    if NAME in answer.text or CONTACT in answer.text:
        return "person"
    return "case" if SAID in answer.text else "in"
