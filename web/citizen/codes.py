"""Access codes that a browser keeps: in a cookie that scripts cannot read, never in an address."""

import re

from fastapi import Request
from fastapi.responses import Response

from channels.http.caller import address_of
from channels.http.problem import Problem
from store.channel_reads import ChannelReads
from web.site import site_of

COOKIE = "tuntas_codes"
MOST = 20
"""Reports of which one browser keeps the codes; the oldest is forgotten first."""

KEPT_S = 180 * 24 * 3600
ENTRY = re.compile(r"^([A-Z0-9]{1,40}):([A-Z0-9-]{5,20})$")


def codes_of(request: Request) -> dict[str, str]:
    """The access codes by number, the latest last."""
    entries = (ENTRY.match(one) for one in request.cookies.get(COOKIE, "").split("|"))
    return {found[1]: found[2] for found in entries if found}


async def is_right(request: Request, number: str, access_code: str) -> bool:
    """Whether this is the report's code, typed or kept by the browser: a cookie can be guessed with, too.

    Raises ``Problem`` (429) when wrong ones came too fast from the same network address.
    """
    site, address = site_of(request), address_of(request)
    if seconds := site.by_failures.take(address):
        raise Problem(429, f"Too many attempts; go on in {seconds} s.", retry_after=seconds)
    right = await ChannelReads(site.database).is_access_code(number, access_code)
    if right:
        site.by_failures.give_back(address)
    return right


def remember(request: Request, answer: Response, number: str, access_code: str) -> None:
    """Lets the browser keep a code that has been found right."""
    kept = {**codes_of(request)}
    kept.pop(number, None)
    kept[number] = access_code
    _set(request, answer, kept)


def forget(request: Request, answer: Response, number: str) -> None:
    """Lets the browser forget a code."""
    _set(request, answer, {one: code for one, code in codes_of(request).items() if one != number})


def _set(request: Request, answer: Response, kept: dict[str, str]) -> None:
    said = "|".join(f"{number}:{code}" for number, code in list(kept.items())[-MOST:])
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, said, max_age=KEPT_S, httponly=True, samesite="lax", secure=secure)
