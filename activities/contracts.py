"""The activities as workflows know them: names, inputs and results. Light: safe in the sandbox."""

from datetime import datetime, timedelta

from domain.calendar import WorkingCalendar
from domain.draft import Draft
from domain.events import Event
from domain.intake import Opening
from domain.notices import Notice
from domain.period import Period
from domain.person import Decision, PersonRequest, RequestState
from domain.policy import Span
from domain.standing import Standing, standing
from domain.value import Value
from domain.view import ComplaintView, Receipt, view

OPEN = "open"
REGISTER = "register"
RECORD = "record"
ANNOUNCE = "announce"
ESCALATE = "escalate"
SEND_DIGEST = "send_digest"
GIVE_DIGEST_UP = "give_digest_up"
SEND_ALERTS = "send_alerts"
NOTE_REQUEST = "note_request"
TURN_KEYS = "turn_keys"
TELL_COMPLAINT = "tell_complaint"
FORGET_PERSON = "forget_person"
ERASE_OLD = "erase_old"
MAKE_REPORT = "make_report"
SEND_REPORT = "send_report"
GIVE_REPORT_UP = "give_report_up"
LOOK_FOR_FINDINGS = "look_for_findings"


class Register(Value):
    """Asks for a number. ``first_run_id`` tells a retry from a second complaint of the same reference."""

    complaint_id: str
    first_run_id: str
    channel: str
    reference: str
    at: datetime


class Registered(Value):
    """The number.

    ``existing`` is set when the same reference was taken in before by a workflow that Temporal no
    longer keeps: the complaint lives on in the database and must not begin again.
    """

    number: str
    existing: Receipt | None = None


class Open(Value):
    """A complaint comes in: it is to get a number, and its arrival a place on record.

    ``first_run_id`` tells a retry from a second complaint of the same reference.
    """

    complaint_id: str
    first_run_id: str
    opening: Opening
    at: datetime


class Opened(Value):
    """Its number, the first events as they stand on record, and which notices went to the mailbox with them.

    ``existing``: as with :class:`Registered`; nothing is recorded then.
    """

    number: str
    events: tuple[Event, ...] = ()
    told: tuple[str, ...] = ()
    existing: Receipt | None = None


class Record(Value):
    """Events to keep, in order, with where the complaint stands after them and who is to be told.

    ``opening`` comes with the first event only. ``standing`` is what reports count; older code sent none.
    """

    view: ComplaintView
    events: tuple[Event, ...]
    notices: tuple[Notice, ...] = ()
    opening: Opening | None = None
    standing: Standing | None = None


class Recorded(Value):
    """What came of recording.

    ``told`` are the keys of notices that went to the mailbox with it. ``instead`` is what stands on record
    from the first of the events on, when it is something else; nothing was recorded then.
    """

    told: tuple[str, ...] = ()
    instead: tuple[Event, ...] = ()


class DigestRule(Value):
    """How letters to a supervisor are spaced: the first at once, then one ``every``, by ``calendar``.

    ``within`` is how long a letter that does not go out is tried again.
    """

    every: Span
    calendar: WorkingCalendar
    within: timedelta


class Escalate(Value):
    """The supervisors for whom recorded notices are pending."""

    recipients: tuple[str, ...]
    rule: DigestRule


class SendDigest(Value):
    """All that is pending for a supervisor is to go out as one letter. The same id is the same letter."""

    digest_id: str
    recipient: str


class Deliver(Value):
    """The keys of recorded notices that are to go out now."""

    complaint_id: str
    keys: tuple[str, ...]


class NoteRequest(Value):
    """Where a person's request stands now. ``late``: it was not done in time."""

    request: PersonRequest
    state: RequestState
    decision: Decision | None = None
    late: bool = False
    done_at: datetime | None = None


class TellComplaint(Value):
    """What a person's request tells one complaint."""

    request: PersonRequest
    number: str


class MadeReport(Value):
    """A report that can be sent: to whom, by code, and the digest of its figures."""

    recipients: tuple[str, ...]
    digest: str


class SendReport(Value):
    """The report of a period is to go to somebody; a second time it is the same letter."""

    period: Period
    recipient: str


STILL_THERE = "StillThere"
"""Error type, retryable: the run of a workflow in whose history the words stand has not ended yet."""

UNDELIVERABLE = "Undeliverable"
"""Error type, non-retryable: the medium will never take this notice."""

NOT_NOW = "NotNow"
"""Error type, retryable: the medium may take it later."""


def recording(draft: Draft, complaint_id: str) -> Record:
    """What is to be recorded of a draft that has events."""
    return Record(
        view=view(draft.complaint, complaint_id),
        events=tuple(draft.events),
        notices=tuple(draft.notices),
        opening=draft.complaint.opening if draft.events[0].seq == 1 else None,
        standing=standing(draft.complaint, draft.events),
    )
