"""Compares Temporal, the read model and the record over all complaints, and makes anew what was lost."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from activities.record import messages_of
from commandline.wiring import Wiring
from domain.notices import Audience
from domain.reconciling import Account, Difference, Running, differences
from domain.status import Status
from durable.contract import Resumed
from durable.histories import Histories, Kept, Past, Standing, standings
from notify.media import Routes
from notify.templates import Templates
from runtime.settings import Settings
from store.reconciling import Books, Known, Registered, Restored

PORTION = 200
LOOKS = 4
"""How often a difference is looked at before it is named: complaints move on between two reads."""

PAUSE_S = 0.5


class Reconciler:
    """Compares, and repairs from the workflows; what is not lost is left as it is."""

    def __init__(self, tuntas: Wiring, settings: Settings, histories: Histories, books: Books) -> None:
        self._tuntas = tuntas
        self._settings = settings
        self._histories = histories
        self._books = books

    async def ids(self) -> list[str]:
        """Every complaint that either side knows."""
        kept = [one async for one in self._histories.ids()]
        return list(dict.fromkeys([*kept, *await self._books.ids()]))

    async def compare(
        self, ids: Sequence[str], step: Callable[[int], None]
    ) -> AsyncIterator[tuple[Account, list[Difference]]]:
        """The complaints that do not agree, after a second, third and fourth look."""
        for first in range(0, len(ids), PORTION):
            portion = list(ids[first : first + PORTION])
            suspects = await self._suspects(portion)
            for _ in range(LOOKS - 1):
                if not suspects:
                    break
                await asyncio.sleep(PAUSE_S)
                suspects = await self._suspects([account.id for account, _ in suspects])
            for found in suspects:
                yield found
            step(len(portion))

    async def repair(self, account: Account) -> bool:
        """Makes the read model and the record what the workflow says, or the workflow what the record says.

        False when nobody has kept enough.
        """
        if account.running in {Running.UNKNOWN, Running.BROKEN}:
            return await self._start_again(account)
        past = await self._histories.past(account.id)
        standing = (await standings(self._histories, [account.id]))[0]
        now = standing.view or (past.recordings[-1].what.view if past.recordings else None)
        if past.number is None or past.registered_at is None or past.opening is None or now is None:
            return False
        registered = Registered(
            id=account.id,
            first_run_id=past.first_run_id,
            number=past.number,
            channel=past.opening.intake.channel,
            reference=past.opening.intake.reference,
            at=past.registered_at,
        )
        events = [event for kept in past.recordings for event in kept.what.events]
        if not events:
            return False
        await self._books.rebuild(registered, past.opening, now, events, self._messages(past))
        return True

    async def _suspects(self, ids: Sequence[str]) -> list[tuple[Account, list[Difference]]]:
        asked = await standings(self._histories, list(ids))
        known = await self._books.known(ids)
        found = []
        for identity, standing in zip(ids, asked, strict=True):
            account = _account(identity, standing, known[identity])
            if wrong := differences(account):
                found.append((account, wrong))
        return found

    async def _start_again(self, account: Account) -> bool:
        if account.row is None or account.row.status is Status.CLOSED:
            return False
        complaint = await self._books.revived(account.id)
        if complaint is None or complaint.seq != account.row.seq:
            return False
        timeline = await self._books.timeline(account.id)
        return await self._histories.start_again(
            account.id, Resumed(complaint=complaint, timeline=timeline[-200:])
        )

    def _messages(self, past: Past) -> list[Restored]:
        names = {unit.code: unit.name for unit in self._tuntas.city.units()}
        said = self._settings
        routes = Routes.load(said.notify_url, said.notify_routes, self._tuntas.city.addresses())
        templates = Templates(said.templates)
        return [
            Restored(message, _state(message.key, message.audience, kept, past))
            for kept in past.recordings
            for message in messages_of(kept.what, names, templates, routes)
        ]


def _state(key: str, audience: str, kept: Kept, past: Past) -> str:
    """Nothing is sent twice: only what the workflow is sending now waits for it."""
    if key in kept.told or key in past.announced:
        return "sent"
    if key in past.under_way:
        return "pending"
    return "unconfirmed" if audience == Audience.SUPERVISOR else "sent"


def _account(identity: str, standing: Standing, known: Known) -> Account:
    return Account(
        id=identity,
        running=standing.running,
        workflow=standing.view,
        row=known.row,
        recorded=known.recorded,
        has_words=known.has_words,
    )
