"""Signing in and out, and changing the password."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from channels.http.caller import address_of
from domain.account import SESSION_LASTS, too_weak
from web.doorkeeper import COOKIE
from web.language_routes import own_address
from web.rendering import page
from web.seat import seat_of
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
    return page(request, "sign_in.html", then=own_address(then))


@router.post("/sign-in")
async def sign_in(request: Request, name: Typed = "", password: Typed = "", then: Typed = HOME) -> Response:
    """Begins a session. Which of name and password was wrong is not told."""
    site, address, then = site_of(request), address_of(request), own_address(then)
    if site.by_failures.take(address):
        return page(request, "sign_in.html", 429, wrong="too-fast", then=then)
    found = await site.doorkeeper.accounts.sign_in(name.strip(), password, site.clock())
    if found is None:
        return page(request, "sign_in.html", 401, wrong="wrong", then=then)
    site.by_failures.give_back(address)
    account, token = found
    answer = RedirectResponse("/password" if account.must_change else then, 303)
    give_cookie(request, answer, token)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """Ends the session."""
    await site_of(request).doorkeeper.accounts.sign_out(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE)
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
    account = await accounts.signed_in(request.cookies.get(COOKIE, ""), site.clock())
    if account is None:
        return RedirectResponse("/sign-in", 303)
    if site.by_failures.take(address):
        return page(request, "password.html", 429, wrong="too-fast")
    if await accounts.sign_in(account.name, before, site.clock()) is None:
        return page(request, "password.html", 401, wrong="wrong")
    site.by_failures.give_back(address)
    if before == after or too_weak(after, account.name):
        return page(request, "password.html", 422, wrong="same" if before == after else "weak")
    await accounts.set_password(account.name, after, must_change=False)
    return RedirectResponse("/sign-in", 303)


def give_cookie(request: Request, answer: Response, token: str) -> None:
    """Gives the browser the session."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
