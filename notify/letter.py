"""The words of a message: from the templates, in Indonesian and English, with the facts filled in."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.clocks import ClockKind
from domain.events import (
    Breached,
    Closed,
    Escalated,
    Event,
    HopLimitReached,
    Moved,
    Reminded,
    Separated,
    Warned,
)
from domain.notices import Notice
from domain.status import Outcome
from domain.timeline import entry
from domain.view import ComplaintView
from notify.outlook import next_lines, say
from notify.templates import Templates
from notify.times import CLOCKS, Language, when

LANGUAGES: tuple[Language, ...] = ("id", "en")


class Letter(NamedTuple):
    """A message in words. The subject is one line and carries nothing personal."""

    subject: str
    body: str


class About(NamedTuple):
    """What a letter is about: an event, where the complaint stands now, and the name of its holder.

    ``access_code`` is told once, with the first event.
    """

    event: Event
    now: ComplaintView
    holder: str
    access_code: str | None = None


def letter(notice: Notice, about: About, templates: Templates) -> Letter:
    """What to tell the notice's recipient. Raises ``KeyError`` when there are no words for it."""
    event, now = about.event, about.now
    facts = _facts(event, now) | {"unit": about.holder, "access_code": about.access_code or "-"}
    subject, indonesian, english = templates.words(occasion(event), notice.audience)
    then = {language: next_lines(now.number, now.outlook, language) for language in LANGUAGES}
    body = (
        f"{indonesian.substitute(facts)}\n\nSelanjutnya: {then['id']}\n\n--\n"
        f"{english.substitute(facts)}\n\nNext: {then['en']}\n"
    )
    return Letter(" ".join(subject.substitute(facts).split()), body)


def digest_letter(subjects: Sequence[str], count: int) -> Letter:
    """One letter about many notices: a line for each of ``subjects``, and the number of the others."""
    facts = {"count": str(count), "rest": str(count - len(subjects))}
    parts = []
    for language in LANGUAGES:
        lines = [say("digest", "opening", language, facts), "", *(f"- {subject}" for subject in subjects)]
        if count > len(subjects):
            lines.append(say("digest", "rest", language, facts))
        parts.append("\n".join(lines))
    return Letter(say("digest", "subject", "id", facts), "\n\n--\n".join(parts) + "\n")


def occasion(event: Event) -> str:
    """Under which name the templates know an event: moves share words, endings differ by outcome."""
    match event.body:
        case Moved():
            return "moved"
        case Closed(outcome=Outcome.REJECTED | Outcome.NO_REPLY as outcome):
            return outcome.value
        case body:
            return body.event


def _facts(event: Event, now: ComplaintView) -> dict[str, str]:
    facts = {
        "number": now.number,
        "category": now.category,
        "detail": entry(event).detail,
        "answer_by": when(now.due_at),
        "due": when(now.next_due_at),
        "reply_by": _due(now, ClockKind.REPLY),
        "parent": now.parent or "",
        "clock": "",
        "late_unit": "",
        "step": "",
    }
    match event.body:
        case (
            Warned(clock=clock, unit=unit)
            | Breached(clock=clock, unit=unit)
            | Reminded(clock=clock, unit=unit)
        ):
            facts |= {"clock": CLOCKS[clock], "late_unit": unit.name, "due": _due(now, clock)}
        case Escalated(clock=clock, unit=unit, step=step):
            facts |= {
                "clock": CLOCKS[clock],
                "late_unit": unit.name,
                "due": _due(now, clock),
                "step": str(step),
            }
        case HopLimitReached(hops=hops):
            facts |= {"step": str(hops)}
        case Separated(parent=parent):
            facts |= {"parent": parent.number}
    return facts


def _due(now: ComplaintView, clock: ClockKind) -> str:
    return when(next((deadline.due_at for deadline in now.deadlines if deadline.kind is clock), None))
