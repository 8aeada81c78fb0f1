"""From who somebody is to a session: a code is asked for where there is a second factor."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from domain.account import CODE_ASKED_FOR, SESSION_LASTS, Account, Lack, Session
from web.browser_family import browser_family
from web.cookies import HALF, SESSION, cookie, give_cookie
from web.site import site_of

FIRST = {Lack.PASSWORD: "/password", Lack.SECOND_FACTOR: "/second-factor"}
"""Where is done what is to be done first."""


async def enter(
    request: Request, account: Account, then: str, *, by_provider: bool = False, vouched: bool = False
) -> Response:
    """Lets somebody in whose password was right, or whom the provider knows: to the code, or at once.

    ``vouched``: the provider asked for a second factor itself.
    """
    if vouched or not account.second_factor:
        return await begin(request, account, then, by_provider=by_provider, vouched=vouched)
    site = site_of(request)
    sessions = site.doorkeeper.accounts.sessions
    token = await sessions.begin_half(account, then, site.clock(), by_provider=by_provider)
    answer = RedirectResponse("/sign-in/code", 303)
    give_cookie(request, answer, HALF, token, int(CODE_ASKED_FOR.total_seconds()))
    return answer


async def begin(
    request: Request, account: Account, then: str, *, by_provider: bool, vouched: bool = False
) -> Response:
    """Begins a session under a new token, and ends the one that this browser had."""
    site = site_of(request)
    sessions = site.doorkeeper.accounts.sessions
    await sessions.end(cookie(request, SESSION))
    family = browser_family(request.headers.get("user-agent", ""))
    token = await sessions.begin(account, site.clock(), family, by_provider=by_provider, vouched=vouched)
    session = await sessions.of(token, site.clock())
    answer = RedirectResponse(first_of(request, session) or then, 303)
    give_cookie(request, answer, SESSION, token, int(SESSION_LASTS.total_seconds()))
    return answer


def first_of(request: Request, session: Session | None) -> str | None:
    """Where to go first, when something is to be done before anything opens."""
    lack = session.lacks(site_of(request).doorkeeper.compulsory) if session else None
    return FIRST[lack] if lack else None
