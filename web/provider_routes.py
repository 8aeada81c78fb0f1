"""Signing in by an OpenID Connect provider: to it, and back with proof of who somebody is."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from channels.http.caller import address_of
from channels.http.rate_limit import Buckets, Rate
from store.provider_attempts import LASTS, ProviderAttempts, Sent
from web.cookies import PROVIDER, cookie, give_cookie, take_cookie
from web.entering import enter
from web.language_routes import own_address
from web.provider import Attempt, NotProven, Proven, Provider, ProviderAway
from web.rendering import page
from web.seat import seat_of
from web.sign_in import HOME, sign_in_page
from web.site import Site, site_of

router = APIRouter()

SETTING_OUT = Buckets(Rate(burst=200, per_second=2))
"""How often one network address may set out: a whole office in the morning, no flood of rows."""

Word = Annotated[str, Query(max_length=4000)]


@router.get("/sign-in/provider")
async def set_out(request: Request, then: str = HOME) -> Response:
    """Sends the browser to the provider, which sends it back; whoever is signed in goes on."""
    site, then = site_of(request), own_address(then)
    provider = site.provider
    if provider is None:
        return RedirectResponse("/sign-in", 303)
    if await seat_of(request):
        return RedirectResponse(then, 303)
    if SETTING_OUT.take(address_of(request)):
        return sign_in_page(request, then, "too-fast", 429)
    attempt = Attempt.new()
    try:
        answer = RedirectResponse(await provider.address(attempt), 303)
    except ProviderAway as away:
        return _away(request, away)
    sent = Sent(attempt.nonce, attempt.verifier, then)
    await ProviderAttempts(site.database).remember(attempt.state, sent, site.clock())
    give_cookie(request, answer, PROVIDER, attempt.state, int(LASTS.total_seconds()))
    return answer


@router.get("/sign-in/provider/back")
async def come_back(
    request: Request, state: Word = "", code: Word = "", error: Word = "", iss: Word | None = None
) -> Response:
    """Lets in whom the provider knows, and whose account there is."""
    site = site_of(request)
    own, provider = cookie(request, PROVIDER), site.provider
    sent = await ProviderAttempts(site.database).take(state, site.clock()) if own and own == state else None
    if sent is None or provider is None or error or not code:
        answer = sign_in_page(request, HOME, "declined" if sent and error else "not-proven", 400)
    else:
        answer = await _let_in(
            request, provider, Attempt(state, sent.nonce, sent.verifier), code, sent.goes_to, iss
        )
    take_cookie(request, answer, PROVIDER)
    return answer


async def _let_in(
    request: Request, provider: Provider, attempt: Attempt, code: str, then: str, said_by: str | None
) -> Response:
    site = site_of(request)
    try:
        proven = await provider.proven(code, attempt, site.clock(), said_by)
    except NotProven as why:
        structlog.get_logger("sign-in").warning("not proven", why=str(why))
        return sign_in_page(request, then, "not-proven", 400)
    except ProviderAway as away:
        return _away(request, away)
    return await _enter_as(request, site, proven, then)


async def _enter_as(request: Request, site: Site, proven: Proven, then: str) -> Response:
    account = await site.doorkeeper.accounts.known_to_provider(proven.name, proven.subject, site.clock())
    if account is None:
        return page(request, "unknown_account.html", 403, name=proven.name)
    return await enter(request, account, then, by_provider=True, vouched=proven.by_many_factors)


def _away(request: Request, away: ProviderAway) -> Response:
    structlog.get_logger("sign-in").warning("provider away", why=str(away))
    return sign_in_page(request, HOME, "away", 503)
