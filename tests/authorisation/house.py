"""The real application in which the matrix is walked: what fills its paths, and what askers bring along."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from starlette.routing import Mount

from commandline.web import application, http_service
from commandline.wiring import Wiring
from domain.account import Role
from domain.channel_key import Scope
from domain.commands import Evidence
from domain.intake import Intake, Reporter
from domain.place import Point
from domain.view import Receipt
from store.accounts import Accounts
from store.channel_keys import ChannelKeys
from tests.pictures import jpeg, scene
from web.citizen.codes import COOKIE as CODES
from web.doorkeeper import COOKIE

if TYPE_CHECKING:
    from channels.http.service import Service

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

Brought = dict[str, dict[str, str]]
"""The headers of each asker."""


class House(NamedTuple):
    """The application, and what askers need."""

    app: FastAPI
    programs: dict[str, str]
    """What fills paths for programs."""
    pages: dict[str, str]
    """What fills paths of pages: another complaint, so that neither walk changes the other's."""
    brings: Brought
    accounts: Accounts


async def opened(home: Path, secrets: Path, patch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """What ``starter.py web`` serves on a data folder, with private complaints that have a photo."""
    patch.setenv("TUNTAS_HOME", str(home))
    patch.setenv("TUNTAS_HOOKS", str(secrets))
    _hash_quickly(patch)
    async with Wiring() as tuntas:
        service = await http_service(tuntas)
        photo = await service.files.take(_stream(jpeg(scene(7))), "jaki", datetime.now(UTC))
        first, second, other = [await _handed_in(service, name, photo) for name in ("api", "web", "other")]
        brings = _codes(first, second, other)
        await _keys(tuntas.keys, brings)
        accounts = Accounts(tuntas.engine)
        await _people(accounts, brings)
        app, site = await application(tuntas, service)
        site.live.end()  # a stream that goes on is no answer that could be looked at
        yield House(app, _filled(first, photo), _filled(second, photo), brings, accounts)


def pages_of(app: FastAPI) -> FastAPI:
    """The application that answers with pages."""
    (mount,) = [route for route in app.routes if isinstance(route, Mount)]
    pages: FastAPI = mount.app  # type: ignore[assignment]
    return pages


def secrets_in(folder: Path) -> Path:
    """A file of messengers' secrets, so that their addresses are there."""
    file = folder / "hooks.toml"
    file.write_text(SECRETS)
    return file


def _hash_quickly(patch: pytest.MonkeyPatch) -> None:
    """How dear a password is does not matter here."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    patch.setattr("store.accounts.HASHER", cheap)
    patch.setattr("store.accounts.NOBODY", cheap.hash("nobody"))


def _filled(receipt: Receipt, photo: Evidence) -> dict[str, str]:
    return {
        "number": receipt.number,
        "service_request_id": receipt.number,
        "digest": photo.sha256 or "",
        "size": "shown",
        "wanted": "json",
        "service_code": "jalan-rusak",
        "ward": "31.71.01.1001",
        "wish": "confirm",
        "name": "tuntas.css",
        "identity": "20261128-00000000",
    }


def _codes(first: Receipt, second: Receipt, other: Receipt) -> Brought:
    """Programs send the access code, browsers keep it; a stranger also tries their own for the other's."""
    kept = f"{CODES}={other.number}:{other.access_code}|{second.number}:{other.access_code}"
    return {
        "nobody": {},
        "code": {"X-Access-Code": first.access_code or ""},
        "other": {"X-Access-Code": other.access_code or ""},
        "reporter": {"Cookie": f"{CODES}={second.number}:{second.access_code}"},
        "stranger": {"Cookie": kept},
    }


async def _handed_in(service: "Service", name: str, photo: Evidence) -> Receipt:
    return await service.door.submit(
        Intake(
            channel="jaki",
            reference=f"matrix-{name}",
            category="jalan-rusak",
            text=SAID,
            point=Point(latitude=-6.1754, longitude=106.8272),
            reporter=Reporter(name=NAME, contact=CONTACT),
            attachments=(photo,),
        )
    )


async def _stream(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def _keys(keys: ChannelKeys, brings: Brought) -> None:
    now = datetime.now(UTC)
    given = {name: ("jaki", (scope,)) for name, scope in SCOPES.items()}
    for name, (channel, scopes) in {**given, "foreign": ("lapor", tuple(Scope))}.items():
        secret = (await keys.add(channel, "matrix", scopes, now)).secret
        brings[name] = {"Authorization": f"Bearer {secret}"}
    brings["wrong"] = {"Authorization": "Bearer tuntas_" + "x" * 43}


async def _people(accounts: Accounts, brings: Brought) -> None:
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
        brings[name] = await session(accounts, name)
    brings["officer"] = brings["holder"]


async def session(accounts: Accounts, name: str) -> dict[str, str]:
    """A new session of an account, as its browser sends it."""
    now = datetime.now(UTC)
    found = await accounts.recognise(f"matrix-{name}", PASSWORD, now)
    assert found is not None
    return {"Cookie": f"{COOKIE}={await accounts.sessions.begin(found, now)}"}
