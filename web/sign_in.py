"""Signing in with a password and, where there is a second factor, a code; signing out; a new password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from channels.http.caller import address_of
from domain.account import too_weak
from web.cookies import HALF, SESSION, cookie, take_cookie
from web.entering import begin, enter, first_of
from web.language_routes import own_address
from web.rendering import page
from web.seat import NotAllowed, seat_of
from web.site import site_of

LONGEST = 500
HOME = "/office"

router = APIRouter()

Typed = Annotated[str, Form(max_length=LONGEST)]


@router.get("/sign-in")
async def form(request: Request, then: str = HOME) -> Response:
    """Asks for name and password; whoever is signed in goes on."""
    if await seat_of(request):
        return RedirectResponse(own_address(then), 303)
    if first := first_of(request, await site_of(request).doorkeeper.session_of(request)):
        return RedirectResponse(first, 303)
    return sign_in_page(request, own_address(then))


@router.post("/sign-in")
async def sign_in(request: Request, name: Typed = "", password: Typed = "", then: Typed = HOME) -> Response:
    """Begins a session, or asks for the code. Which of name and password was wrong is not told."""
    site, address, then = site_of(request), address_of(request), own_address(then)
    if not site.local_sign_in:
        raise NotAllowed
    if site.by_failures.take(address):
        return sign_in_page(request, then, "too-fast", 429)
    account = await site.doorkeeper.accounts.recognise(name.strip(), password, site.clock())
    if account is None:
        return sign_in_page(request, then, "wrong", 401)
    site.by_failures.give_back(address)
    return await enter(request, account, then)


@router.get("/sign-in/code")
async def code_form(request: Request) -> Response:
    """Asks for the code."""
    site = site_of(request)
    half = await site.doorkeeper.accounts.sessions.half(cookie(request, HALF), site.clock())
    return page(request, "code.html") if half else RedirectResponse("/sign-in", 303)


@router.post("/sign-in/code")
async def sign_in_with_code(request: Request, code: Typed = "") -> Response:
    """Begins the session of somebody whose code is right; failures count as wrong passwords do."""
    site, address, token = site_of(request), address_of(request), cookie(request, HALF)
    accounts = site.doorkeeper.accounts
    half = await accounts.sessions.half(token, site.clock())
    if half is None:
        return RedirectResponse("/sign-in", 303)
    if site.by_failures.take(address):
        return page(request, "code.html", 429, wrong="too-fast")
    if not await accounts.factors.check(half.account.name, code, site.clock()):
        return page(request, "code.html", 401, wrong="wrong")
    site.by_failures.give_back(address)
    if not await accounts.sessions.end_half(token):
        return RedirectResponse("/sign-in", 303)
    answer = await begin(request, half.account, half.goes_to, by_provider=half.by_provider)
    take_cookie(request, answer, HALF)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Ends the session."""
    await site_of(request).doorkeeper.accounts.sessions.end(cookie(request, SESSION))
    answer = RedirectResponse("/sign-in", 303)
    take_cookie(request, answer, SESSION)
    return answer


@router.get("/password")
async def password_form(request: Request) -> Response:
    """Asks for the old password and a new one."""
    await seat_of(request)
    return page(request, "password.html")


@router.post("/password")
async def change_password(request: Request, before: Typed = "", after: Typed = "") -> Response:
    """Changes the password, and ends all sessions of the account."""
    site, address = site_of(request), address_of(request)
    accounts = site.doorkeeper.accounts
    session = await site.doorkeeper.session_of(request)
    if session is None:
        return RedirectResponse("/sign-in", 303)
    if site.by_failures.take(address):
        return page(request, "password.html", 429, wrong="too-fast")
    name, now = session.account.name, site.clock()
    if await accounts.recognise(name, before, now) is None:
        return page(request, "password.html", 401, wrong="wrong")
    site.by_failures.give_back(address)
    if before == after or too_weak(after, name):
        return page(request, "password.html", 422, wrong="same" if before == after else "weak")
    await accounts.set_password(name, after, must_change=False, at=now, by=name)
    return RedirectResponse("/sign-in", 303)


def sign_in_page(request: Request, then: str, wrong: str = "", status: int = 200) -> Response:
    """The ways in that there are."""
    site = site_of(request)
    facts = {"then": then, "wrong": wrong, "provider": site.provider, "by_password": site.local_sign_in}
    return page(request, "sign_in.html", status, **facts)
