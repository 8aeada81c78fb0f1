"""Who asks: a channel by its key, or a reporter by the number and the access code of a complaint."""

from collections.abc import Awaitable, Callable
from ipaddress import IPv6Address, IPv6Network
from typing import Annotated

from fastapi import Depends, Header, Path, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from channels.http.problem import Problem
from channels.http.service import Service, service_of
from domain.channel_key import ChannelKey, Scope
from domain.channel_view import OwnComplaint

LONGEST_NUMBER = 40
NOT_FOUND = "There is no such complaint, or it is not yours; check the number and the code or key."

bearer = HTTPBearer(
    auto_error=False, scheme_name="key", description="A channel's key, made with `starter.py keys add`."
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
Used = Annotated[Service, Depends(service_of)]
Number = Annotated[str, Path(description="The number of a complaint.", examples=["JK2611230001"])]
AccessCode = Annotated[
    str | None,
    Header(alias="X-Access-Code", description="Instead of a key: the code that the reporter was given."),
]


def needs(scope: Scope | None = None) -> Callable[..., Awaitable[ChannelKey]]:
    """A dependency: the caller's key, which must have a scope. 401 without a key, 403 without the scope."""

    async def key(request: Request, service: Used, credentials: Credentials) -> ChannelKey:
        if credentials is None:
            raise no_key("Send a key: Authorization: Bearer KEY.")
        return await known_key(request, service, credentials.credentials, scope)

    return key


def may(scope: Scope) -> Callable[..., Awaitable[OwnComplaint]]:
    """A dependency: the complaint asked for, which must be the caller's own.

    An unknown number, another channel's complaint and a wrong code all give the same 404.
    """

    async def own(
        request: Request,
        service: Used,
        number: Number,
        credentials: Credentials,
        access_code: AccessCode = None,
    ) -> OwnComplaint:
        if credentials is not None:
            key = await known_key(request, service, credentials.credentials, scope)
            found = await complaint(service, number)
            if found is None or found.standing.channel != key.channel:
                raise Problem(404, NOT_FOUND)
            return found
        if access_code is None:
            raise no_key("Send a key (Authorization: Bearer KEY) or the access code (X-Access-Code).")
        return await _by_code(request, service, number, access_code)

    return own


async def known_key(request: Request, service: Service, secret: str, scope: Scope | None) -> ChannelKey:
    """The key with this secret. Raises ``Problem``: 401 unknown, 403 without the scope, 429 too fast.

    Wrong keys slow only their sender's wrong keys down: a good key next to them goes on working.
    """
    key = await service.keys.recognise(secret, service.clock())
    if key is None:
        slow_down(service.by_failures.take(address_of(request)))
        raise no_key("This key is unknown, has expired or was revoked.")
    slow_down(service.by_key.take(key.id))
    if scope is not None and scope not in key.scopes:
        raise Problem(403, f"This key has no scope {scope.value!r}; it has: {', '.join(key.scopes)}.")
    return key


def no_key(detail: str) -> Problem:
    """401, with the header that says what is asked for."""
    return Problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="tuntas"'})


async def complaint(service: Service, number: str) -> OwnComplaint | None:
    """The complaint with a number as people write it; what cannot be a number is not looked up."""
    written = number.strip().upper()
    if not (written.isascii() and written.isalnum() and len(written) <= LONGEST_NUMBER):
        return None
    return await service.own.one(written)


def address_of(request: Request) -> str:
    """The network of the caller: an IPv4 address, or the /64 of an IPv6 one, all of which one caller has."""
    host = request.client.host if request.client else ""
    try:
        address = IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    return str(address.ipv4_mapped or IPv6Network((int(address), 64), strict=False))


async def _by_code(request: Request, service: Service, number: str, access_code: str) -> OwnComplaint:
    address = address_of(request)
    slow_down(service.by_failures.take(address))
    found = await complaint(service, number)
    asked = found.standing.number if found else ""
    if not await service.own.is_access_code(asked, access_code) or found is None:
        raise Problem(404, NOT_FOUND)
    service.by_failures.give_back(address)
    return found


def slow_down(seconds: int) -> None:
    """Raises ``Problem`` (429) when there is something to wait for."""
    if seconds:
        raise Problem(429, f"Too many requests; go on in {seconds} s.", retry_after=seconds)
