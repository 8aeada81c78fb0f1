"""The page of one's own account: sessions, and the second factor."""

from typing import Annotated
from uuid import UUID

import segno
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from channels.http.caller import address_of
from domain.account import Lack, Session
from store.account_events import latest_events
from store.second_factors import address_of_secret
from web.rendering import page
from web.seat import NotSignedIn, Seat, seat_of, seated
from web.sign_in import Typed
from web.site import site_of

router = APIRouter()

Anyone = Annotated[Seat, Depends(seated())]


async def own_session(request: Request) -> Session:
    """A dependency: the session, also while a second factor waits to be set up."""
    session = await site_of(request).doorkeeper.session_of(request)
    if session is None or session.lacks(()) is Lack.PASSWORD:
        raise NotSignedIn
    return session


Own = Annotated[Session, Depends(own_session)]


@router.get("/account")
async def account(request: Request, _: Anyone, own: Own) -> Response:
    """Who is signed in, where else, and what they may change about it."""
    return await _account_page(request, own)


@router.post("/account/sessions/end")
async def end_session(request: Request, own: Own, session: Annotated[UUID, Form()]) -> Response:
    """Ends one of one's own sessions."""
    await site_of(request).doorkeeper.accounts.sessions.end_one(own.account.name, session)
    return RedirectResponse("/account", 303)


@router.post("/account/sessions/end-others")
async def end_others(request: Request, own: Own) -> Response:
    """Ends all of one's own sessions but this one."""
    await site_of(request).doorkeeper.accounts.sessions.end_others(own.account.name, own.id)
    return RedirectResponse("/account", 303)


@router.get("/second-factor")
async def set_up(request: Request, own: Own) -> Response:
    """Shows a new secret, as a picture for the app, and asks for a code."""
    await seat_of(request)
    if own.account.second_factor:
        return RedirectResponse("/account", 303)
    await site_of(request).doorkeeper.accounts.factors.prepare(own.account.name)
    return await _set_up_page(request, own)


@router.post("/second-factor")
async def confirm(request: Request, own: Own, code: Typed = "") -> Response:
    """Lets the second factor count when the code is right, and shows the recovery codes: once."""
    site, address, name = site_of(request), address_of(request), own.account.name
    await seat_of(request)
    if own.account.second_factor:
        return RedirectResponse("/account", 303)
    if site.by_failures.take(address):
        return await _set_up_page(request, own, 429, "too-fast")
    codes = await site.doorkeeper.accounts.factors.confirm(name, code, own.id, site.clock())
    if codes is None:
        return await _set_up_page(request, own, 422, "wrong")
    site.by_failures.give_back(address)
    await seat_of(request)
    return page(request, "recovery_codes.html", codes=codes)


@router.post("/second-factor/off")
async def turn_off(request: Request, own: Own, password: Typed = "", code: Typed = "") -> Response:
    """Turns the second factor off for who knows the password and has a code."""
    site, address, name = site_of(request), address_of(request), own.account.name
    accounts, now = site.doorkeeper.accounts, site.clock()
    if await seat_of(request) is None:
        raise NotSignedIn
    if site.by_failures.take(address):
        return await _account_page(request, own, 429, "too-fast")
    known = await accounts.recognise(name, password, now)
    if known is None or not await accounts.factors.check(name, code, now):
        return await _account_page(request, own, 401, "wrong")
    site.by_failures.give_back(address)
    await accounts.factors.turn_off(name, name, now, own.id)
    return RedirectResponse("/account", 303)


async def _account_page(request: Request, own: Session, status: int = 200, wrong: str = "") -> Response:
    site, name = site_of(request), own.account.name
    accounts = site.doorkeeper.accounts
    facts = {
        "own": own,
        "sessions": await accounts.sessions.all(name, site.clock()),
        "codes_left": await accounts.factors.recovery_codes_left(name) if own.account.second_factor else 0,
        "events": await latest_events(site.database, name),
        "by_password": site.local_sign_in,
    }
    return page(request, "account.html", status, wrong=wrong, **facts)


async def _set_up_page(request: Request, own: Session, status: int = 200, wrong: str = "") -> Response:
    name = own.account.name
    secret = await site_of(request).doorkeeper.accounts.factors.prepared(name)
    if secret is None:
        return RedirectResponse("/account", 303)
    picture = segno.make(address_of_secret(secret, name), error="m").svg_data_uri(scale=5, light="white")
    parts = [secret[at : at + 4] for at in range(0, len(secret), 4)]
    compulsory = own.lacks(site_of(request).doorkeeper.compulsory) is Lack.SECOND_FACTOR
    facts = {"picture": picture, "secret": " ".join(parts), "compulsory": compulsory}
    return page(request, "second_factor.html", status, wrong=wrong, **facts)
