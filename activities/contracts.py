"""The activities as workflows know them: names, inputs and results. Light: safe in the sandbox."""

from datetime import datetime

from domain.events import Event
from domain.intake import Opening
from domain.notices import Notice
from domain.value import Value
from domain.view import ComplaintView, Receipt

REGISTER = "register"
RECORD = "record"
ANNOUNCE = "announce"
ESCALATE = "escalate"


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


class Record(Value):
    """Events to keep, in order, with where the complaint stands after them and who is to be told.

    ``opening`` comes with the first event only.
    """

    view: ComplaintView
    events: tuple[Event, ...]
    notices: tuple[Notice, ...] = ()
    opening: Opening | None = None


class Deliver(Value):
    """The keys of recorded notices that are to go out now."""

    complaint_id: str
    keys: tuple[str, ...]


UNDELIVERABLE = "Undeliverable"
"""Error type, non-retryable: the medium will never take this notice."""
