"""Every route of the real application, asked by every kind of person (``matrix``)."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount
from temporalio.worker import Worker

from commandline.web import application, http_service
from commandline.wiring import Wiring
from domain.account import Role
from domain.channel_key import Scope
from domain.intake import Intake, Reporter
from domain.place import Point
from runtime.stack import Stack
from store.accounts import Accounts
from store.channel_keys import ChannelKeys
from tests.authorisation.matrix import PAGES, PROGRAMS, SENT, Row, rows
from tests.pictures import jpeg, scene
from web.citizen.codes import COOKIE as CODES
from web.doorkeeper import COOKIE

if TYPE_CHECKING:
    from channels.http.service import Service

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("authorisation")]

SAID, NAME, CONTACT = "Kataplant yang pribadi", "Zulaikhaplant", "kontakplant@contoh.id"
PASSWORD = "payung hijau tujuh bukit"
SEATS = {
    "holder": "lurah-gambir",
    "elsewhere": "o-kel-31.01.01.1001",
    "desk": "o-desk-jaki",
    "otherdesk": "o-desk-facebook",
    "validator": "validator",
    "coordinator": "o-asko-pem-pusat",
    "othercity": "o-asko-pem-utara",
    "inspektorat": "o-inspektorat",
}
SCOPES = {"submit": Scope.SUBMIT, "read": Scope.READ, "act": Scope.ACT, "open311": Scope.OPEN311}
SECRETS = """
[whatsapp]
app_secret = "matrix-matrix-matrix"
verify_token = "matrix-matrix-matrix"
[telegram]
secret_token = "matrix-matrix-matrix"
[generic]
jaki = ["matrix-matrix-matrix"]
"""
ADDRESSES = count(1)


class House(NamedTuple):
    """The application, what fills its paths, and what each asker brings along."""

    app: FastAPI
    filled: dict[str, str]
    brings: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
async def house(
    servers: Stack, worker: Worker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """What ``starter.py web`` serves, with a private complaint that has a photo."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUNTAS_HOME", str(servers.home))
        patch.setenv("TUNTAS_HOOKS", str(_secrets(tmp_path_factory.mktemp("hooks"))))
        async with Wiring() as tuntas:
            service = await http_service(tuntas)
            filled, brings = await _complaint(service)
            await _keys(tuntas.keys, brings)
            _hash_quickly(patch)
            await _people(Accounts(tuntas.engine), brings)
            yield House(application(tuntas, service), filled, brings)


def _secrets(folder: Path) -> Path:
    file = folder / "hooks.toml"
    file.write_text(SECRETS)
    return file


def _hash_quickly(patch: pytest.MonkeyPatch) -> None:
    """How dear a password is does not matter here."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    patch.setattr("store.accounts.HASHER", cheap)
    patch.setattr("store.accounts.NOBODY", cheap.hash("nobody"))


async def _complaint(service: "Service") -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    photo = await service.files.take(_stream(jpeg(scene(7))), "jaki", datetime.now(UTC))
    own, other = [await service.door.submit(_intake(one, photo)) for one in ("mine", "theirs")]
    filled = {
        "number": own.number,
        "service_request_id": own.number,
        "digest": photo.sha256 or "",
        "size": "shown",
        "wanted": "json",
        "service_code": "jalan-rusak",
        "ward": "31.71.01.1001",
        "wish": "confirm",
        "name": "tuntas.css",
        "kind": "accept",
        "identity": "20261128-00000000",
    }
    brings: dict[str, dict[str, str]] = {"nobody": {}}
    for program, browser, receipt in (("code", "reporter", own), ("other", "stranger", other)):
        brings[program] = {"X-Access-Code": receipt.access_code or ""}
        brings[browser] = {"Cookie": f"{CODES}={receipt.number}:{receipt.access_code}"}
    # The stranger also tries the code of the other complaint for this one.
    brings["stranger"]["Cookie"] += f"|{own.number}:{other.access_code}"
    return filled, brings


def _intake(reference: str, photo: Any) -> Intake:
    return Intake(
        channel="jaki",
        reference=f"matrix-{reference}",
        category="jalan-rusak",
        text=SAID,
        point=Point(latitude=-6.1754, longitude=106.8272),
        reporter=Reporter(name=NAME, contact=CONTACT),
        attachments=(photo,),
    )


async def _stream(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _keys(keys: ChannelKeys, brings: dict[str, dict[str, str]]) -> None:
    now = datetime.now(UTC)
    given = {name: ("jaki", (scope,)) for name, scope in SCOPES.items()}
    for name, (channel, scopes) in {**given, "foreign": ("lapor", tuple(Scope))}.items():
        secret = (await keys.add(channel, "matrix", scopes, now)).secret
        brings[name] = {"Authorization": f"Bearer {secret}"}
    brings["wrong"] = {"Authorization": "Bearer tuntas_" + "x" * 43}


async def _people(accounts: Accounts, brings: dict[str, dict[str, str]]) -> None:
    people: dict[str, tuple[tuple[Role, ...], str | None]] = {
        "new": ((Role.OFFICER,), "lurah-gambir"),
        "plain": ((Role.OFFICER,), None),
        "operator": ((Role.OPERATOR,), None),
        **{name: ((Role.OFFICER,), officer) for name, officer in SEATS.items()},
    }
    for name, (roles, officer) in people.items():
        await accounts.add(f"matrix-{name}", PASSWORD, roles, officer, datetime.now(UTC))
        if name != "new":
            await accounts.set_password(f"matrix-{name}", PASSWORD, must_change=False)
        brings[name] = await _session(accounts, name)
    brings["officer"] = brings["holder"]


async def _session(accounts: Accounts, name: str) -> dict[str, str]:
    found = await accounts.sign_in(f"matrix-{name}", PASSWORD, datetime.now(UTC))
    assert found is not None
    return {"Cookie": f"{COOKIE}={found[1]}"}


def _pages(app: FastAPI) -> Any:
    (mount,) = [route for route in app.routes if isinstance(route, Mount)]
    return mount.app


def _routes(app: FastAPI) -> Iterator[str]:
    for route in iter_route_contexts(app.routes):
        methods, path = route.methods or (), (route.path or "").replace(":path}", "}")
        yield from (f"{method} {path}" for method in methods if method != "HEAD" or "GET" not in methods)


async def test_every_route_has_a_row_and_every_row_a_route(house: House) -> None:
    others = [type(one).__name__ for one in house.app.routes if isinstance(one, Mount)]
    assert others == ["PagesMount"], "a mounted application that this walk does not enter"
    assert sorted(_routes(house.app)) == sorted(row.route for row in rows(PROGRAMS))
    assert sorted(_routes(_pages(house.app))) == sorted(row.route for row in rows(PAGES))


@pytest.mark.parametrize("row", rows(PROGRAMS), ids=lambda row: row.route)
async def test_programs(house: House, row: Row) -> None:
    assert {asker: await _met(house, row.route, asker, shows=False) for asker in row.cells} == row.cells


@pytest.mark.parametrize("row", rows(PAGES), ids=lambda row: row.route)
async def test_pages(house: House, row: Row) -> None:
    assert {asker: await _met(house, row.route, asker, shows=True) for asker in row.cells} == row.cells


async def _met(house: House, route: str, asker: str, *, shows: bool) -> str:
    """What somebody meets at an address, as a cell says it."""
    method, path = route.split()
    headers = {**house.brings[asker], "Sec-Fetch-Site": "same-origin"}
    if path == "/sign-out" and COOKIE in headers.get("Cookie", ""):
        headers |= await _session(_pages(house.app).state.site.doorkeeper.accounts, asker)
    # Each from another network address: how often somebody may try is not the question here.
    transport = httpx.ASGITransport(house.app, client=(f"10.0.{next(ADDRESSES)}", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://tuntas.test") as caller:
        query = {"lat": "-6.17", "long": "106.82"} if path == "/feeds/near.atom" else {}
        answer = await caller.request(
            method, _filled(path, house), params=query, headers=headers, **_body(route, house, headers)
        )
    return _cell(answer, shows=shows)


def _filled(path: str, house: House) -> str:
    """``{token}`` is a number to Open311, and a secret that nobody has to the rest."""
    filled = {**house.filled, "token": house.filled["number"] if path.startswith("/open311") else "0" * 24}
    if path.startswith("/reports/"):
        filled["kind"] = "close"
    return path.format(**filled)


def _body(route: str, house: House, headers: dict[str, str]) -> dict[str, Any]:
    sent = dict(SENT.get(route, {}))
    if not route.startswith("POST"):
        return {}
    if route == "POST /api/v1/attachments":
        return {"content": jpeg(scene(8))}
    if "/open311/" in route:
        key = headers.get("Authorization", "").removeprefix("Bearer ")
        number = {"service_request_id": house.filled["number"]}
        return {"data": {**sent, **number, **({"api_key": key} if key else {})}}
    is_for_programs = route in {row.route for row in rows(PROGRAMS)}
    return {"json": sent} if is_for_programs else {"data": sent}


def _cell(answer: httpx.Response, *, shows: bool) -> str:
    says, names = SAID in answer.text, NAME in answer.text or CONTACT in answer.text
    assert shows or not (says or names), "what is personal is in no answer to a program"
    if answer.status_code in {401, 403, 404, 405, 429} or answer.status_code >= 500:
        assert (says, names) == (False, False), "a closed door tells something"
        return str(answer.status_code)
    if answer.is_redirect and answer.headers["location"].startswith("/sign-in") and not _signs_out(answer):
        return "door"
    return "person" if names else "case" if says else "in"


def _signs_out(answer: httpx.Response) -> bool:
    return answer.request.url.path == "/sign-out"
