"""Whether a peer did the work: every complaint has exactly its events, and each event its messages."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from bench.peers.record import Found, Message
from bench.peers.steps import ESCALATED


class Problem(NamedTuple):
    """Something that is not as it should be; ``kind`` is for counting."""

    kind: str
    reference: str
    detail: str


def verify(
    found: Found, expected: Mapping[str, Sequence[str]], messages: Mapping[str, int] | None = None
) -> list[Problem]:
    """Every difference between what was found and what was to be done.

    ``expected`` gives the events of each complaint in order; ``messages`` how many messages announce an
    event, where that is not one.
    """
    events: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for event in found.events:
        events[event.reference].append((event.seq, event.name))
    announced = Counter(found.messages)
    problems = [
        Problem("unknown complaint", reference, "nobody opened it") for reference in events.keys() - expected
    ]
    for reference, names in expected.items():
        problems += _sequence(reference, sorted(events[reference]))
        problems += _names(reference, Counter(name for _, name in events[reference]), Counter(names))
        if [name for _, name in sorted(events[reference])] != list(names):
            problems.append(Problem("other events", reference, f"not exactly {', '.join(names)}"))
        for seq, name in events[reference]:
            problems += _announced(
                reference, seq, announced[Message(reference, seq)], (messages or {}).get(name, 1)
            )
    known = {(event.reference, event.seq) for event in found.events}
    problems += [
        Problem("message about nothing", message.reference, f"event {message.seq}")
        for message in announced
        if (message.reference, message.seq) not in known
    ]
    return [*problems, *_escalations(found, expected)]


def _sequence(reference: str, numbered: list[tuple[int, str]]) -> Iterator[Problem]:
    numbers = [seq for seq, _ in numbered]
    if len(set(numbers)) < len(numbers):
        yield Problem("number twice", reference, f"numbers {numbers}")
    if numbers and set(numbers) != set(range(1, max(numbers) + 1)):
        yield Problem("gap", reference, f"numbers {numbers}")


def _names(reference: str, there: Counter[str], wanted: Counter[str]) -> Iterator[Problem]:
    yield from (Problem("event missing", reference, name) for name in wanted - there)
    yield from (Problem("event doubled", reference, name) for name in there - wanted)


def _announced(reference: str, seq: int, there: int, wanted: int) -> Iterator[Problem]:
    if there < wanted:
        yield Problem("message missing", reference, f"event {seq}: {there} of {wanted}")
    if there > wanted:
        yield Problem("message doubled", reference, f"event {seq}: {there}, not {wanted}")


def _escalations(found: Found, expected: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """Once where the deadline passed, never where the complaint was closed before."""
    there = Counter(escalation.reference for escalation in found.escalations)
    for reference, names in expected.items():
        wanted = int(ESCALATED in names)
        if there[reference] < wanted:
            yield Problem("escalation missing", reference, "its deadline has passed")
        if there[reference] > wanted:
            yield Problem("escalation doubled", reference, f"{there[reference]}, not {wanted}")


def counted(problems: Sequence[Problem]) -> str:
    """How many of each kind, with one example; "none" when all is well."""
    if not problems:
        return "none"
    kinds = Counter(problem.kind for problem in problems)
    first = problems[0]
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return f"{told} (e.g. {first.reference}: {first.detail})"
