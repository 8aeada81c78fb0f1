"""Recording: a number for a new complaint, and every event with what follows from it."""

from collections.abc import Mapping

from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.contracts import RECORD, REGISTER, Record, Registered
from activities.contracts import Register as Registration
from notify.letter import About, letter
from notify.templates import Templates
from store.complaints import ConflictingEvent, Recorder, Register
from store.messages import NewMessage

CONFLICT = "ConflictingEvent"
"""Error type, non-retryable: what is to be recorded contradicts what is on record."""


class Recording:
    """The activities that write; run as local ones, they take milliseconds."""

    def __init__(
        self, register: Register, recorder: Recorder, unit_names: Mapping[str, str], templates: Templates
    ) -> None:
        self._register = register
        self._recorder = recorder
        self._unit_names = unit_names
        self._templates = templates

    @activity.defn(name=REGISTER)
    async def register(self, asked: Registration) -> Registered:
        """Gives a complaint its number; the same one for the same complaint."""
        number, existing = await self._register.number(
            asked.complaint_id, asked.first_run_id, asked.channel, asked.reference, asked.at
        )
        return Registered(number=number, existing=existing)

    @activity.defn(name=RECORD)
    async def record(self, what: Record) -> None:
        """Keeps events, once."""
        try:
            await self._recorder.record(what.view, what.events, self._messages(what), what.opening)
        except ConflictingEvent as conflict:
            raise ApplicationError(str(conflict), type=CONFLICT, non_retryable=True) from None

    def _messages(self, what: Record) -> list[NewMessage]:
        events = {event.seq: event for event in what.events}
        holder = self._unit_names.get(what.view.unit, what.view.unit)
        code = what.opening.access_code if what.opening else None
        messages = []
        for notice in what.notices:
            words = letter(notice, About(events[notice.seq], what.view, holder, code), self._templates)
            messages.append(
                NewMessage(
                    key=notice.key,
                    seq=notice.seq,
                    event=notice.event,
                    audience=notice.audience,
                    recipient=notice.to,
                    subject=words.subject,
                    body=words.body,
                )
            )
        return messages
