"""Recording: a number for a new complaint, and every event with what follows from it."""

from collections.abc import Mapping

from temporalio import activity

from activities.contracts import (
    OPEN,
    RECORD,
    REGISTER,
    Open,
    Opened,
    Record,
    Recorded,
    Registered,
    recording,
)
from activities.contracts import Register as Registration
from activities.counted import count_recorded
from domain.complaint import Complaint
from domain.draft import Draft
from domain.notices import Audience
from notify.letter import About, letter
from notify.media import Routes
from notify.templates import Templates
from store.complaints import Recorder, Register
from store.messages import NewMessage


class Recording:
    """The activities that write."""

    def __init__(
        self,
        register: Register,
        recorder: Recorder,
        unit_names: Mapping[str, str],
        templates: Templates,
        routes: Routes,
    ) -> None:
        self._register = register
        self._recorder = recorder
        self._unit_names = unit_names
        self._templates = templates
        self._routes = routes

    @activity.defn(name=REGISTER)
    async def register(self, asked: Registration) -> Registered:
        """Gives a complaint its number; the same one for the same complaint."""
        number, existing = await self._register.number(
            asked.complaint_id, asked.first_run_id, asked.channel, asked.reference, asked.at
        )
        return Registered(number=number, existing=existing)

    @activity.defn(name=OPEN)
    async def open(self, asked: Open) -> Opened:
        """Gives a complaint its number and records its arrival; once, however often it is asked."""
        intake = asked.opening.intake
        number, existing = await self._register.number(
            asked.complaint_id, asked.first_run_id, intake.channel, intake.reference, asked.at
        )
        if existing:
            return Opened(number=number, existing=existing)
        draft = Draft(Complaint.blank(asked.opening))
        draft.take(draft.complaint.open(number, asked.at))
        recorded = await self.record(recording(draft, asked.complaint_id))
        return Opened(number=number, events=recorded.instead or tuple(draft.events), told=recorded.told)

    @activity.defn(name=RECORD)
    async def record(self, what: Record) -> Recorded:
        """Keeps events, once; or says what stands there already."""
        messages = self._messages(what)
        instead = await self._recorder.record(what.view, what.events, messages, what.opening, what.standing)
        if not instead:
            count_recorded(what)
        told = () if instead else tuple(message.key for message in messages if message.in_mailbox)
        return Recorded(told=told, instead=tuple(instead))

    def _messages(self, what: Record) -> list[NewMessage]:
        return messages_of(what, self._unit_names, self._templates, self._routes)


def messages_of(
    what: Record, unit_names: Mapping[str, str], templates: Templates, routes: Routes
) -> list[NewMessage]:
    """The messages that a recording leads to, in words; the same for the same recording."""
    events = {event.seq: event for event in what.events}
    holder = unit_names.get(what.view.unit, what.view.unit)
    code = what.opening.access_code if what.opening else None
    messages = []
    for notice in what.notices:
        words = letter(notice, About(events[notice.seq], what.view, holder, code), templates)
        messages.append(
            NewMessage(
                key=notice.key,
                seq=notice.seq,
                event=notice.event,
                audience=notice.audience,
                recipient=notice.to,
                subject=words.subject,
                body=words.body,
                in_mailbox=notice.audience is not Audience.SUPERVISOR and routes.always_mailbox(notice.to),
            )
        )
    return messages
