"""The media: the mailbox in the database, and everything that an Apprise URL can name."""

import asyncio
import logging
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from domain.notices import Audience
from notify.letter import Letter
from notify.mail_fate import watch

MAILBOX = "mailbox"
ONE_ADDRESS = re.compile(r"[^@\s<>\",;:()\\\x00-\x1f\x7f]+@[^@\s<>\",;:()\\\x00-\x1f\x7f]+\Z")
SEND_WITHIN = 45.0
"""Seconds for one message; shorter than the attempt of a delivering activity."""


class NotNow(Exception):
    """The medium did not take the message; it may later."""


class Undeliverable(Exception):
    """The medium will never take the message: no such medium, or no usable address."""


class Unconfirmed(Exception):
    """Nobody knows whether the medium took the message; sending it again might say it twice."""


class BadRoutes(ValueError):
    """The file of routes cannot be used; the message says why."""


class Route(NamedTuple):
    """Where a message goes: Apprise URLs, or the mailbox when there are none. ``name`` is safe to store."""

    name: str
    urls: tuple[str, ...] = ()


class Routes:
    """Which medium reaches whom."""

    def __init__(
        self,
        url: str = f"{MAILBOX}://",
        units: Mapping[str, Sequence[str]] | None = None,
        addresses: Mapping[str, str] | None = None,
    ) -> None:
        self._url = url
        self._units = dict(units or {})
        self._addresses = dict(addresses or {})

    @classmethod
    def load(cls, url: str, file: Path | None, addresses: Mapping[str, str]) -> "Routes":
        """The default URL, a TOML file of unit code = [URLs], units' addresses. Raises ``BadRoutes``."""
        if file is None:
            return cls(url, addresses=addresses)
        try:
            units = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadRoutes(f"The routes in {file} cannot be read: {error}.") from error
        for code, urls in units.items():
            if not isinstance(urls, list) or not all(isinstance(one, str) and "://" in one for one in urls):
                raise BadRoutes(f'{file}: {code} must be a list of Apprise URLs, such as ["mailtos://…"].')
        return cls(url, units, addresses)

    def to(self, audience: str, recipient: str, contact: str | None) -> Route:
        """The route to a recipient.

        ``{to}`` stands for an address. Who has none is written to in the mailbox: a unit without URLs or
        an address, and a reporter, who reads it when following the complaint.
        """
        if urls := self._units.get(recipient):
            return _route(urls, recipient)
        address = (contact or "").strip() if audience == Audience.REPORTER else self._addresses.get(recipient)
        if self._url.startswith(f"{MAILBOX}:") or ("{to}" in self._url and not self._reaches(address)):
            return Route(MAILBOX)
        return _route((self._url,), address or "")

    def always_mailbox(self, recipient: str) -> bool:
        """Whether whatever is for this recipient goes to the mailbox, so that nothing has to be sent."""
        return self._url.startswith(f"{MAILBOX}:") and recipient not in self._units

    def _reaches(self, address: str | None) -> bool:
        """A telephone number is no address for mail, and neither are two addresses."""
        return bool(address) and (bool(ONE_ADDRESS.match(str(address))) or not self._url.startswith("mailto"))


def _route(urls: Sequence[str], address: str) -> Route:
    """A URL may hold a password, so only its scheme names the route."""
    filled = tuple(url.replace("{to}", quote(address, safe="")) for url in urls)
    return Route(",".join(url.partition(":")[0] for url in filled), filled)


async def send(route: Route, letter: Letter, attached: Sequence[Path] = ()) -> None:
    """Sends by Apprise, with files where the medium takes any.

    Raises ``NotNow``, ``Unconfirmed`` or ``Undeliverable``; never tells the URL.
    """
    try:
        taken = await asyncio.wait_for(asyncio.to_thread(_send, route, letter, attached), SEND_WITHIN)
    except TimeoutError:  # the thread cannot be stopped, and may still succeed
        raise Unconfirmed(
            f"{route.name} did not answer within {SEND_WITHIN:.0f} seconds; "
            "it is not known whether the message went out"
        ) from None
    if not taken:
        raise NotNow(f"{route.name} did not take the message")


def _send(route: Route, letter: Letter, attached: Sequence[Path]) -> bool:
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415 - heavy, and not needed for the mailbox

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it logs addresses
    post = Apprise()
    for url in route.urls:
        if not post.add(url):
            raise Undeliverable(f"{route.name} is not a medium that can be used; check the notify URL")
    fate = watch()
    taken = post.notify(
        body=letter.body,
        title=letter.subject,
        body_format=NotifyFormat.TEXT,
        attach=[str(file) for file in attached] or None,
    )
    if fate.unknown:
        raise Unconfirmed(
            f"{route.name} had the message and did not answer; it is not known whether it went out"
        )
    return bool(taken)
