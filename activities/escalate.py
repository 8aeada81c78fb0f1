"""Escalating: supervisors are told at once, or together with what else waits for them, never in a flood."""

from collections.abc import Awaitable, Callable

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contracts import (
    ESCALATE,
    GIVE_DIGEST_UP,
    NOT_NOW,
    SEND_DIGEST,
    UNDELIVERABLE,
    DigestRule,
    Escalate,
    SendDigest,
)
from activities.shared_calls import SharedCalls
from notify.letter import Letter, digest_letter
from notify.media import MAILBOX, NotNow, Route, Routes, Unconfirmed, Undeliverable, send
from store.digests import Digests, Gathered

HandOver = Callable[[str, DigestRule], Awaitable[None]]
"""Wakes the digest of a supervisor, by code."""

Report = Callable[[str, int, str], Awaitable[None]]
"""Tells a complaint, by its id, that the notice about an event could not be delivered, and why."""


class Escalation:
    """The activities that tell supervisors."""

    def __init__(self, digests: Digests, routes: Routes, hand_over: HandOver, report: Report) -> None:
        self._digests = digests
        self._routes = routes
        # When very many breach together, a signal for each would hold up the digest that is to tell of them.
        self._hand_over = SharedCalls(hand_over)
        self._report = report

    @activity.defn(name=ESCALATE)
    async def escalate(self, what: Escalate) -> None:
        """Hands what is pending over to the digest of each supervisor."""
        for recipient in what.recipients:
            await self._hand_over(recipient, what.rule)

    @activity.defn(name=SEND_DIGEST)
    async def send_digest(self, what: SendDigest) -> int:
        """Sends all that is pending for a supervisor as one letter; returns how many notices are in it."""
        gathered = await self._digests.gather(what.digest_id, what.recipient)
        if gathered.items == 0 or gathered.state == "sent":
            return gathered.items
        if gathered.state in {"failed", "unconfirmed"}:
            raise _for_good("it is not known whether the letter went out")
        letter = _letter(gathered)
        route = self._routes.to("supervisor", what.recipient, None)
        if route.name == MAILBOX:
            await self._digests.put_in_mailbox(what.digest_id, *letter, gathered.items)
        else:
            await self._send(what.digest_id, route, letter, gathered.items)
        return gathered.items

    @activity.defn(name=GIVE_DIGEST_UP)
    async def give_digest_up(self, what: SendDigest) -> None:
        """The letter will not go out: every complaint in it says so on its timeline."""
        reason = f"the letter to {what.recipient} could not be delivered"
        await self._digests.settle(what.digest_id, "failed", "none", reason)
        for complaint_id, seq in await self._digests.about(what.digest_id):
            await self._report(complaint_id, seq, reason)
            activity.heartbeat()

    async def _send(self, digest_id: str, route: Route, letter: Letter, items: int) -> None:
        if not await self._digests.claim(digest_id, *letter, items, route.name):
            raise _for_good("an attempt to send it broke off; it is not known whether it was sent")
        try:
            await send(route, letter)
        except NotNow as trouble:
            await self._digests.mark_pending(digest_id, str(trouble))
            raise ApplicationError(str(trouble), type=NOT_NOW) from None
        except (Undeliverable, Unconfirmed) as trouble:
            state = "failed" if isinstance(trouble, Undeliverable) else "unconfirmed"
            await self._digests.settle(digest_id, state, route.name, str(trouble))
            raise _for_good(str(trouble)) from None
        await self._digests.settle(digest_id, "sent", route.name)


def _letter(gathered: Gathered) -> Letter:
    """A single notice keeps its own words."""
    if gathered.items == 1:
        return Letter(gathered.first[0].subject, gathered.first[0].body)
    return digest_letter([message.subject for message in gathered.first], gathered.items)


def _for_good(reason: str) -> ApplicationError:
    return ApplicationError(reason, type=UNDELIVERABLE, non_retryable=True)
