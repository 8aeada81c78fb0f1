"""Whether engine, read model and record say the same of a complaint; what differs, in sentences."""

from enum import StrEnum

from domain.status import Status
from domain.value import Value
from domain.view import ComplaintView


class Running(StrEnum):
    """What Temporal says of a complaint's workflow."""

    RUNS = "runs"
    ENDED = "ended"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class Recorded(Value):
    """What PostgreSQL has of a complaint beside its row: events, entries of the audit trail."""

    last_event: int = 0
    events: int = 0
    entries: int = 0


class Account(Value):
    """What each of the three says. ``workflow`` is None when it cannot be asked, ``row`` when there is none.

    ``has_words``: whether the row keeps what was said, or was erased on purpose.
    """

    id: str
    running: Running
    workflow: ComplaintView | None = None
    row: ComplaintView | None = None
    recorded: Recorded = Recorded()
    has_words: bool = True


class Difference(Value):
    """One thing that does not agree. ``number`` is None when nobody knows it."""

    id: str
    number: str | None
    what: str


def differences(account: Account) -> list[Difference]:
    """What does not agree about one complaint; empty when all is well."""
    known = account.row or account.workflow
    return [
        Difference(id=account.id, number=(known.number or None) if known else None, what=what)
        for what in (*_engine(account), *_read_model(account), *_record(account))
    ]


def _engine(account: Account) -> list[str]:
    row = account.row
    match account.running:
        case Running.BROKEN:
            return ["its workflow was ended by force or has failed"]
        case Running.UNKNOWN if row and row.status is not Status.CLOSED:
            return ["it is open, but no workflow of it runs: nobody watches its deadlines"]
        case Running.ENDED if row and row.status is not Status.CLOSED:
            return [f"its workflow has ended, but the read model says {row.status}"]
        case _:
            return []


def _read_model(account: Account) -> list[str]:
    row, workflow = account.row, account.workflow
    if workflow is None or not workflow.seq:
        return []
    if row is None:
        return ["its workflow is there, but the read model does not have it"]
    # An erasure is added to the record of a closed complaint, whose workflow no longer changes.
    compared = workflow.model_copy(update={"seq": row.seq}) if _noted_after(row, workflow) else workflow
    differing = [name for name in type(row).model_fields if getattr(row, name) != getattr(compared, name)]
    found = [f"the read model differs from the workflow in {', '.join(differing)}"] if differing else []
    if not account.has_words:
        found.append("the read model has lost what the reporter said")
    return found


def _noted_after(row: ComplaintView, workflow: ComplaintView) -> bool:
    return workflow.status is Status.CLOSED and row.seq > workflow.seq


def _record(account: Account) -> list[str]:
    row, recorded = account.row, account.recorded
    found = []
    if row and not recorded.events == recorded.last_event == row.seq:
        found.append(f"the read model counts {row.seq} events, the record has {recorded.events}")
    if recorded.entries != recorded.events:
        found.append(f"the record has {recorded.events} events, the audit trail {recorded.entries} entries")
    return found
