"""Who sits before the pages: the account that is signed in, its officer and unit, and the rooms that opens.

Roles come from the organisation: what a unit is decides what its officers see (Pergub 39/2019 art. 8 and 11).
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, NamedTuple

from fastapi import Depends, Request

from domain.account import Account, Role
from domain.commands import Actor
from domain.jurisdiction import Jurisdiction
from domain.organisation import COORDINATORS, HOLDERS, Officer, Unit, UnitKind
from domain.refusal import Refused
from web.site import site_of


class Room(StrEnum):
    """A part of the pages for people of the city."""

    INBOX = "inbox"
    DESK = "desk"
    VALIDATION = "validation"
    COORDINATION = "coordination"
    INTEGRITY = "integrity"
    OPERATIONS = "operations"


class Seat(NamedTuple):
    """An account with its place in the organisation; operators may have none."""

    account: Account
    officer: Officer | None
    unit: Unit | None
    rooms: tuple[Room, ...]

    @property
    def actor(self) -> Actor:
        """As whom commands are sent. Raises ``NotAllowed`` for an account that is no officer."""
        if self.officer is None:
            raise NotAllowed
        return Actor(code=self.officer.code, unit=self.officer.unit)


class NotSignedIn(Exception):
    """The page is for people who have signed in."""


class NotAllowed(Exception):
    """The page is for others."""


async def seat_of(request: Request) -> Seat | None:
    """Who is signed in; None for anybody else, and while a first password waits to be changed."""
    site = site_of(request)
    account = await site.doorkeeper.who(request)
    found = seat(account, site.city) if account else None
    request.state.seat = found
    return found


def seat(account: Account, city: Jurisdiction) -> Seat:
    """The place of an account in the organisation. An officer who has left it is no longer one."""
    officer = _officer(account, city) if Role.OFFICER in account.roles else None
    unit = city.unit(officer.unit) if officer else None
    rooms = [*(_rooms(unit, city) if unit else ())]
    if Role.OPERATOR in account.roles:
        rooms.append(Room.OPERATIONS)
    return Seat(account, officer, unit, tuple(rooms))


def seated(*rooms: Room) -> Callable[..., Awaitable[Seat]]:
    """A dependency: somebody signed in whose unit opens one of these rooms; any room when none is named."""

    async def who(request: Request, found: Annotated[Seat | None, Depends(seat_of)]) -> Seat:
        if found is None:
            raise NotSignedIn(request.url.path)
        if rooms and not set(rooms) & set(found.rooms):
            raise NotAllowed
        return found

    return who


def _officer(account: Account, city: Jurisdiction) -> Officer | None:
    try:
        return city.officer(account.officer) if account.officer else None
    except Refused:
        return None


def _rooms(unit: Unit, city: Jurisdiction) -> list[Room]:
    found = [Room.INBOX] if unit.kind in HOLDERS else []
    if unit.kind is UnitKind.DESK:
        found.insert(0, Room.DESK)
    if any(one.code == unit.code for one in city.validators()):
        found.append(Room.VALIDATION)
    if unit.kind in COORDINATORS | {UnitKind.HEAD}:
        found.append(Room.COORDINATION)
    if unit.kind is UnitKind.INSPEKTORAT:
        found.append(Room.INTEGRITY)
    return found
