"""Delivering: the messages of the outbox go out, each once."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contracts import ANNOUNCE, NOT_NOW, UNDELIVERABLE, Deliver
from activities.counted import count_delivered
from domain.notices import Audience
from domain.reply_mark import marked
from notify.letter import Letter
from notify.media import MAILBOX, NotNow, Route, Routes, Unconfirmed, Undeliverable, send
from store.messages import Message, Messages


class Delivery:
    """The activity that tells units and the reporter."""

    def __init__(self, messages: Messages, routes: Routes) -> None:
        self._messages = messages
        self._routes = routes

    @activity.defn(name=ANNOUNCE)
    async def announce(self, what: Deliver) -> None:
        """Tells units and the reporter.

        Tries every message; then, if any is left, fails: to be tried again, or shown to a human.
        """
        later, never = [], []
        for message in await self._messages.get(what.complaint_id, what.keys):
            try:
                await self._send(message)
            except NotNow as trouble:
                later.append(str(trouble))
            except (Undeliverable, Unconfirmed) as trouble:
                never.append(str(trouble))
        if later:
            raise ApplicationError("; ".join(sorted(set(later + never))), type=NOT_NOW)
        if never:
            raise ApplicationError("; ".join(sorted(set(never))), type=UNDELIVERABLE, non_retryable=True)

    async def _send(self, message: Message) -> None:
        if message.state == "sent":
            return
        if message.state in {"failed", "unconfirmed"}:
            raise Undeliverable(message.last_error or "it is not known whether it was sent")
        route = self._routes.to(message.audience, message.recipient, message.contact)
        if route.name == MAILBOX and message.state == "pending":
            await self._messages.put_in_mailbox(message)
            count_delivered(route.name, message.created_at)
            return
        if not await self._messages.claim(message, route.name):
            raise Unconfirmed("an attempt to send it broke off; it is not known whether it was sent")
        try:
            await send(route, Letter(await self._subject(message, route), message.body))
        except NotNow as trouble:
            await self._messages.mark_pending(message, str(trouble))
            raise
        except Undeliverable as trouble:
            await self._messages.mark_failed(message, str(trouble))
            raise
        except Unconfirmed as trouble:
            await self._messages.mark_unconfirmed(message, str(trouble))
            raise
        await self._messages.mark_sent(message)
        count_delivered(route.name, message.created_at)

    async def _subject(self, message: Message, route: Route) -> str:
        """Of a mail to the reporter with the mark by which an answer is known to be theirs."""
        if message.audience != Audience.REPORTER or not route.name.startswith("mail"):
            return message.subject
        return marked(message.subject, await self._messages.reply_mark(message.complaint_id))
