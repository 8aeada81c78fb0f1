"""Accounts as operators see them: made, given a new first password, closed, without a shell."""

import secrets
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from domain.account import Account, Role
from domain.refusal import Refused
from web.rendering import page
from web.seat import Room, Seat, seat, seated
from web.site import site_of

router = APIRouter()

Operator = Annotated[Seat, Depends(seated(Room.OPERATIONS))]
Name = Annotated[str, Form(min_length=1, max_length=200)]
NewName = Annotated[str, Form(max_length=100, pattern=r"^\s*[^\s/<>]+\s*$")]
Words = Annotated[str, Query(max_length=100)]
PAGE = 50


class First(NamedTuple):
    """The first password of an account, which is shown once."""

    name: str
    password: str


@router.get("/office/accounts")
async def accounts(request: Request, _: Operator, words: Words = "", after: Words = "") -> Response:
    """The accounts, by name."""
    return await _listed(request, words=words.strip(), after=after)


@router.post("/office/accounts")
async def add(
    request: Request,
    operator: Operator,
    name: NewName,
    role: Annotated[list[Role], Form()],
    officer: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Makes an account, and shows its first password. The same name again is refused, so twice is once."""
    site, name, code = site_of(request), name.strip(), officer.strip()
    try:
        code = site.city.officer(code).code if code else ""
    except Refused as refused:
        return await _listed(request, 422, wrong="no-officer", detail=refused.message)
    if Role.OFFICER in role and not code:
        return await _listed(request, 422, wrong="which-officer")
    password, by = _first_password(), operator.account.name
    book, roles = site.doorkeeper.accounts, tuple(dict.fromkeys(role))
    if not await book.add(name, password, roles, code or None, site.clock(), by):
        return await _listed(request, 409, wrong="taken")
    return await _listed(request, words=name, first=First(name, password))


@router.post("/office/accounts/reset")
async def reset(request: Request, operator: Operator, name: Name, epoch: Annotated[int, Form()]) -> Response:
    """Gives a new first password and ends the sessions, if nothing changed since the page was shown."""
    site, name, password = site_of(request), name.strip(), _first_password()
    done = await site.doorkeeper.accounts.set_password(
        name, password, must_change=True, at=site.clock(), by=operator.account.name, epoch=epoch
    )
    if not done:
        return await _listed(request, 409, words=name, wrong="changed")
    return await _listed(request, words=name, first=First(name, password))


@router.post("/office/accounts/reset-code")
async def reset_code(request: Request, operator: Operator, name: Name) -> Response:
    """Takes the second factor away, for a lost telephone, and ends the sessions."""
    site = site_of(request)
    await site.doorkeeper.accounts.factors.turn_off(name.strip(), operator.account.name, site.clock())
    return RedirectResponse("/office/accounts", 303)


@router.post("/office/accounts/close")
async def close(request: Request, operator: Operator, name: Name) -> Response:
    """Closes an account and ends its sessions; not one's own, so that an operator is left."""
    site, name = site_of(request), name.strip()
    if name == operator.account.name:
        return await _listed(request, 409, wrong="own")
    await site.doorkeeper.accounts.disable(name, site.clock(), operator.account.name)
    return RedirectResponse("/office/accounts", 303)


async def _listed(
    request: Request, status: int = 200, *, words: str = "", after: str = "", wrong: str = "", **facts: Any
) -> Response:
    site = site_of(request)
    found = await site.doorkeeper.accounts.find(words, after, PAGE + 1)
    shown = [_seen(one, request) for one in found[:PAGE]]
    more = found[PAGE - 1].name if len(found) > PAGE else ""
    told = {"first": None, "detail": "", **facts}
    return page(
        request, "office/accounts.html", status, found=shown, more=more, words=words, wrong=wrong, **told
    )


def _seen(account: Account, request: Request) -> Seat:
    """The account with its officer and unit of today; an officer who has left has neither."""
    return seat(account, site_of(request).city)


def _first_password() -> str:
    return secrets.token_urlsafe(12)
