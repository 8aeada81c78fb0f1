"""The verifier of the peers must see every row that is missing, doubled or out of its place."""

from datetime import UTC, datetime

import pytest

from bench.peers.record import Escalation, Event, Found, Message
from bench.peers.steps import FINISHED, OPENED
from bench.peers.verifier import counted, verify

LATE = (OPENED, "escalated")
EXPECTED = {"a": FINISHED, "b": LATE, "c": (OPENED,)}
NOW = datetime(2026, 11, 2, tzinfo=UTC)


def good() -> Found:
    events = [
        Event(reference, seq, name)
        for reference, names in EXPECTED.items()
        for seq, name in enumerate(names, 1)
    ]
    return Found(
        events, [Message(event.reference, event.seq) for event in events], [Escalation("b", NOW, NOW)]
    )


def kinds(found: Found, messages: dict[str, int] | None = None) -> set[str]:
    return {problem.kind for problem in verify(found, EXPECTED, messages)}


def test_all_is_well() -> None:
    assert verify(good(), EXPECTED) == []
    assert counted([]) == "none"


def test_the_order_of_rows_does_not_matter() -> None:
    found = good()
    assert verify(Found(found.events[::-1], found.messages[::-1], found.escalations), EXPECTED) == []


@pytest.mark.parametrize("place", range(len(good().events)))
def test_a_missing_event_is_seen(place: int) -> None:
    found = good()
    del found.events[place]
    assert {"event missing", "message about nothing"} <= kinds(found)


@pytest.mark.parametrize("place", range(len(good().events)))
def test_a_doubled_event_is_seen(place: int) -> None:
    found = good()
    found.events.append(found.events[place])
    assert {"event doubled", "number twice"} <= kinds(found)


def test_a_gap_is_seen() -> None:
    found = good()
    found.events[6] = found.events[6]._replace(seq=8)
    assert "gap" in kinds(found)


def test_two_events_in_each_others_place_are_seen() -> None:
    found = good()
    found.events[1], found.events[2] = (
        found.events[1]._replace(seq=3),
        found.events[2]._replace(seq=2),
    )
    assert kinds(found) == {"other events"}


def test_another_event_instead_is_seen() -> None:
    found = good()
    found.events[4] = found.events[4]._replace(name="accepted")
    assert {"event missing", "event doubled"} <= kinds(found)


def test_missing_and_doubled_messages_are_seen() -> None:
    found = good()
    twice = found.messages.pop(0)
    found.messages.append(found.messages[0])
    assert twice != found.messages[0]
    assert kinds(found) == {"message missing", "message doubled"}


def test_a_peer_may_announce_an_event_to_two() -> None:
    found = good()
    found.messages.extend(Message(name, 1) for name in EXPECTED)
    assert kinds(found) == {"message doubled"}
    assert verify(found, EXPECTED, {OPENED: 2}) == []


def test_missing_doubled_and_unwanted_escalations_are_seen() -> None:
    found = good()
    assert kinds(found._replace(escalations=[])) == {"escalation missing"}
    assert kinds(found._replace(escalations=found.escalations * 2)) == {"escalation doubled"}
    closed = [*found.escalations, Escalation("a", NOW, NOW)]
    assert kinds(found._replace(escalations=closed)) == {"escalation doubled"}


def test_what_nobody_opened_and_what_is_lost_altogether_are_seen() -> None:
    found = good()
    found.events.append(Event("z", 1, OPENED))
    found.messages.append(Message("z", 1))
    assert kinds(found) == {"unknown complaint"}
    lost = verify(Found([], [], []), EXPECTED)
    assert {"event missing", "escalation missing"} <= {problem.kind for problem in lost}
    assert "event missing" in counted(lost)
