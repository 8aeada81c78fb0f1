"""The complaint workflow as its clients know it: names of its messages, and what it is started with."""

from domain.complaint import Complaint
from domain.intake import Opening
from domain.value import Value
from domain.view import Entry

COMPLAINT = "Complaint"
"""The workflow type."""

RECEIPT = "receipt"
RECEIPT_OF = "receipt_of"
"""The receipt as a query: it can be asked of a complaint that is closed."""

PERFORM = "perform"
REASSIGN = "reassign"
COMPLETE = "complete"
PERFORM_LATER = "perform_later"
STATE = "state"
TIMELINE = "timeline"
DEADLINES = "deadlines"


class Resumed(Value):
    """What one run of the workflow hands to the next when it continues as new."""

    complaint: Complaint
    timeline: tuple[Entry, ...]


class Start(Value):
    """What a complaint is started with; ``resumed`` is set by continue-as-new only."""

    opening: Opening
    resumed: Resumed | None = None
