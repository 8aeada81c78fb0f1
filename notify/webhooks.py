"""Tells channels of the events of their complaints, by signed HTTP requests that are repeated until taken."""

import asyncio
import ipaddress
import json
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

import httpx
import structlog
from prometheus_client import Counter

from domain.signature import HEADER, signed
from domain.telling import Telling

TIMEOUT_S = 10.0
BATCH = 20
"""Requests under way at the same time."""

WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (10, 60, 300, 1800, 7200, 21_600, 43_200, 86_400, 86_400)
)
"""After each attempt that failed; after the tenth, some three days on, it is given up and shown."""

ATTEMPTS = Counter("tuntas_webhook_attempts", "Attempts to tell a subscriber.", ["outcome"])
INWARD = tuple(
    ipaddress.ip_network(one)
    for one in ("64:ff9b::/96", "64:ff9b:1::/48", "fec0::/10", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24")
)
"""NAT64 leads to any IPv4 address; the others are local networks, relays and examples, which Python 3.11
calls global."""
LONGEST_URL = 500
WEB_PORTS = frozenset({80, 443})
FREE_PORTS = 1024
"""From here on anybody may listen; what lies below and is not the web is mail, files, shells."""


class BadUrl(ValueError):
    """The address cannot be subscribed; the message says why."""


class NotPublic(Exception):
    """The address leads into a private network, or is no address at all."""


class Answer(NamedTuple):
    """How an attempt went: the HTTP status if there was one, and what went wrong if anything did."""

    status: int | None
    error: str | None


def checked_url(url: str) -> str:
    """The address, if it may be subscribed. Raises ``BadUrl``."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        httpx.URL(url.strip())
    except (ValueError, httpx.InvalidURL) as error:
        raise BadUrl("The address is not a URL; write it as https://host/path.") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadUrl("The address must begin with https:// or http:// and name a host.")
    if parts.username or parts.password:
        raise BadUrl("The address must not hold a password; requests are signed instead.")
    if port is not None and not _is_web_port(port):
        raise BadUrl(f"The address may have port 80, 443, or one from {FREE_PORTS} on.")
    if len(url) > LONGEST_URL:
        raise BadUrl(f"The address is too long; at most {LONGEST_URL} characters are taken.")
    return url.strip()


def payload(telling: Telling) -> bytes:
    """What is told: nothing personal but the question to the reporter, if the event is one."""
    told = {
        "id": f"{telling.complaint_id}/{telling.seq}",
        "number": telling.number,
        "channel": telling.channel,
        "reference": telling.reference,
        "seq": telling.seq,
        "event": telling.event,
        "at": telling.at.astimezone(UTC).isoformat(),
        "question": telling.question,
        "now": {
            "status": telling.status,
            "outcome": telling.outcome,
            "unit": telling.unit,
            "due_at": telling.due_at.astimezone(UTC).isoformat() if telling.due_at else None,
        },
    }
    return json.dumps(told, ensure_ascii=False).encode()


class Sender:
    """Sends one request. It follows no redirect and no proxy, and goes to public addresses only."""

    def __init__(
        self, *, allow_private: bool, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._allow_private = allow_private
        self._clock = clock
        self._http = httpx.AsyncClient(
            timeout=TIMEOUT_S,
            follow_redirects=False,
            trust_env=False,
            # A connection kept for another name at the same address was checked for that name's certificate.
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    async def close(self) -> None:
        """Ends its connections."""
        await self._http.aclose()

    async def send(self, telling: Telling) -> Answer:
        """One attempt; never raises for what the other side does."""
        body = payload(telling)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Tuntas",
            "Idempotency-Key": f"{telling.complaint_id}/{telling.seq}",
            HEADER: signed(telling.secret, body, self._clock()),
        }
        try:
            async with asyncio.timeout(2 * TIMEOUT_S):
                return await self._post(telling.url, headers, body)
        except NotPublic as error:
            return Answer(None, str(error))
        except (TimeoutError, httpx.TimeoutException):
            return Answer(None, "no answer in time")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:  # UnicodeError: IDNA
            return Answer(None, f"not reachable ({type(error).__name__})")

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> Answer:
        """Goes to the very address that was checked: the next answer to its name could be another."""
        target = httpx.URL(url)
        address = await self._address(target)
        request = self._http.build_request(
            "POST",
            target.copy_with(host=address),
            content=body,
            headers={**headers, "Host": target.netloc.decode()},
            extensions={"sni_hostname": target.host},
        )
        response = await self._http.send(request, stream=True)
        await response.aclose()
        status = response.status_code
        return Answer(status, None if response.is_success else f"answered with {status}")

    async def _address(self, url: httpx.URL) -> str:
        if url.port is not None and not _is_web_port(url.port):
            raise NotPublic("its port is not one of the web")
        found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port or 0, type=socket.SOCK_STREAM)
        addresses = [str(one[4][0]) for one in found]
        if not addresses:
            raise NotPublic("its name leads to no address")
        if not self._allow_private and not all(is_public(one) for one in addresses):
            raise NotPublic("its name leads into a private network")
        return addresses[0]


class Deliveries(Protocol):
    """Where deliveries are kept; ``store`` answers."""

    async def spread(self) -> None:
        """Makes a delivery of each new event for each subscription of its channel."""
        ...

    async def take(self, limit: int) -> Sequence[Telling]:
        """What is to be told now."""
        ...

    async def settle(
        self, telling: Telling, state: str, status: int | None, error: str | None, wait: timedelta
    ) -> None:
        """Writes down how an attempt went."""
        ...


async def deliver_round(deliveries: Deliveries, sender: Sender) -> int:
    """Tells what is to be told now; how many attempts were made."""
    await deliveries.spread()
    batch = await deliveries.take(BATCH)
    await asyncio.gather(*(_deliver(deliveries, sender, one) for one in batch))
    return len(batch)


async def _deliver(deliveries: Deliveries, sender: Sender, telling: Telling) -> None:
    answer = await sender.send(telling)
    ATTEMPTS.labels(_outcome(answer, telling)).inc()
    log = structlog.get_logger("webhooks").bind(number=telling.number, seq=telling.seq, status=answer.status)
    if answer.error is None:
        await deliveries.settle(telling, "delivered", answer.status, None, timedelta())
        log.info("webhook_delivered")
    elif telling.attempts < len(WAITS):
        await deliveries.settle(telling, "pending", answer.status, answer.error, WAITS[telling.attempts])
        log.warning("webhook_put_off", reason=answer.error)
    else:
        await deliveries.settle(telling, "failed", answer.status, answer.error, timedelta())
        log.error("webhook_failed", reason=answer.error)


def _outcome(answer: Answer, telling: Telling) -> str:
    if answer.error is None:
        return "delivered"
    return "put_off" if telling.attempts < len(WAITS) else "failed"


def _is_web_port(port: int) -> bool:
    return port in WEB_PORTS or port >= FREE_PORTS


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet, also when it is wrapped in another."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        elif int(ip) < 2**32 or ip.sixtofour or ip.teredo:
            return False
    if any(ip in network for network in INWARD):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
