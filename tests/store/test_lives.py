"""When the record of a complaint is enough to make the aggregate of it again."""

from datetime import UTC, datetime

from domain.complaint import Complaint
from store.lives import lived, whole
from tests.city import opening


def test_a_record_with_a_gap_makes_no_aggregate() -> None:
    start, now = opening(), datetime.now(UTC)
    complaint = Complaint.blank(start)
    events = complaint.open("JK2611280001", now)
    for event in events:
        complaint.apply(event)
    deadline = complaint.next_deadline()
    assert deadline is not None
    events += complaint.expire(deadline, deadline.due_at)
    assert whole(events, 2)
    assert whole(events, 1), "one more was recorded while it was read"
    assert lived(start, events).number == "JK2611280001"
    for damaged in (events[1:], events[:1], []):
        assert not whole(damaged, 2)
