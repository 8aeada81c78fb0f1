"""Rights of the person: what a request does to each complaint, and to what is kept about it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contracts import (
    ERASE_OLD,
    FORGET_PERSON,
    NOTE_REQUEST,
    STILL_THERE,
    TELL_COMPLAINT,
    TURN_KEYS,
    NoteRequest,
    TellComplaint,
)
from domain.commands import SERVICE, AnyCommand, ErasePerson, Instruction
from domain.decide import about_the_person
from domain.events import Event
from domain.person import PersonCommand
from store.contents import Contents
from store.persons import Persons

Tell = Callable[[str, Instruction[AnyCommand]], Awaitable[bool]]
"""Has a complaint, by its id, carry a command out; False when its workflow has ended."""

RunningSince = Callable[[str], Awaitable[datetime | None]]
DeleteRuns = Callable[[str], Awaitable[int]]
SIZES = ("original", "shown", "thumbnail")


class Rights:
    """The activities of a person's request."""

    def __init__(
        self,
        persons: Persons,
        contents: Contents,
        engine: tuple[Tell, RunningSince, DeleteRuns],
        retention: timedelta | None,
    ) -> None:
        self._persons = persons
        self._contents = contents
        self._tell, self._running_since, self._delete_runs = engine
        self._retention = retention

    @activity.defn(name=NOTE_REQUEST)
    async def note_request(self, what: NoteRequest) -> None:
        """Writes down where a request stands; what is late is in the log too."""
        await self._persons.note(
            what.request, what.state, what.decision, late=what.late, done_at=what.done_at
        )
        if what.late:
            structlog.get_logger("person").warning(
                "a request of a person is late", request=what.request.id, right=what.request.right
            )

    @activity.defn(name=TURN_KEYS)
    async def turn_keys(self, what: TellComplaint) -> None:
        """A new key for what comes, so that the old one can be destroyed."""
        await self._persons.turn_keys((await self._persons.standing(what.number)).id)

    @activity.defn(name=TELL_COMPLAINT)
    async def tell_complaint(self, what: TellComplaint) -> None:
        """Has the complaint note it and act upon it; a closed one gets the event on its record."""
        if what.request.command:
            await self._note(what.number, what.request.id, what.request.command)

    @activity.defn(name=FORGET_PERSON)
    async def forget_person(self, what: TellComplaint) -> None:
        """Destroys the old keys, and deletes what they sealed wherever it can be deleted.

        Fails, to be tried again, while the run in whose history the words stand has not ended: its worker
        could not go on without the key.
        """
        now = await self._persons.standing(what.number)
        erased, since = await self._persons.erased_at(now.id), await self._running_since(now.id)
        if since and (erased is None or since < erased):
            raise ApplicationError("The workflow has not begun its new run yet.", type=STILL_THERE)
        await self._forget(now.id, what.number)

    @activity.defn(name=ERASE_OLD)
    async def erase_old(self) -> int:
        """Erases closed complaints that are past their retention; returns how many."""
        if self._retention is None:
            return 0
        erased = 0
        while old := await self._persons.closed_before(datetime.now(UTC) - self._retention):
            for held in old:
                await self._persons.turn_keys(held.id)
                await self._note(held.number, "retention", ErasePerson())
                await self._forget(held.id, held.number)
                erased += 1
                activity.heartbeat(erased)
        return erased

    async def _forget(self, complaint_id: str, number: str) -> None:
        for digest in await self._persons.forget(complaint_id, number):
            for size in SIZES:
                await self._contents.delete(f"{size}/{digest}")
        await self._delete_runs(complaint_id)

    async def _note(self, number: str, request: str, command: PersonCommand) -> None:
        now = await self._persons.standing(number)
        instruction: Instruction[AnyCommand] = Instruction(
            id=f"person/{request}"[:64], actor=SERVICE, via="person", command=command
        )
        if await self._tell(now.id, instruction):
            return
        now = await self._persons.standing(number)
        event = Event(
            seq=now.seq + 1,
            at=datetime.now(UTC),
            by=SERVICE,
            via="person",
            command_id=instruction.id,
            body=about_the_person(command),
        )
        await self._persons.record_on_closed(now, event)
