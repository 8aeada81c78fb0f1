"""The complaint workflow as its clients know it: names of its messages, and what it is started with."""

from datetime import datetime

from activities.contracts import DigestRule
from domain.complaint import Complaint
from domain.intake import Opening
from domain.period import Period
from domain.timeline import Entry
from domain.value import Value

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
RECOUNT = "recount"
"""Which ends a working calendar would move; None when the complaint is under it already."""


DIGEST = "Digest"
"""The type of the workflow that gathers letters for one supervisor."""

WAKE = "wake"

PERSON_REQUEST = "PersonRequest"
"""The type of the workflow that sees a person's request through."""

DECIDE = "decide"

RETENTION = "Retention"
"""The type of the workflow that erases what has been kept long enough; a schedule begins it."""

ALERTS = "Alerts"
"""The type of the workflow that tells subscribers of new complaints; a schedule begins it."""


REPORT = "Report"
"""The type of the workflow that makes the report of one period and sends it."""

REPORT_DUE = "ReportDue"
"""The type of the workflow that a schedule begins: it begins the report of the period that is over."""


INTEGRITY = "Integrity"
"""The type of the workflow that looks for what strikes; a schedule begins it."""


def report_id(period: Period) -> str:
    """The workflow id of a period's report: there is only one."""
    return f"report-{period.name}"


class DigestStart(Value):
    """Whose digest it is. What else stands here is handed on from the run before by continue-as-new."""

    recipient: str
    rule: DigestRule
    waiting: bool = False
    not_before: datetime | None = None
    letters: int = 0
    notices: int = 0


class Resumed(Value):
    """What one run of the workflow hands to the next when it continues as new."""

    complaint: Complaint
    timeline: tuple[Entry, ...]


class Start(Value):
    """What a complaint is started with; ``resumed`` is set by continue-as-new only.

    ``opens_in_one``: its number and its arrival are one activity; complaints that began before have two.
    """

    opening: Opening
    resumed: Resumed | None = None
    opens_in_one: bool = False
