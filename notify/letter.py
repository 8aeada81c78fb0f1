"""The words of a message: from the templates, in Indonesian and English, with the facts filled in."""

import tomllib
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from string import Template
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
    Warned,
)
from domain.notices import Notice
from domain.status import Outcome
from domain.view import ComplaintView, entry

WIB = timezone(timedelta(hours=7), "WIB")
TEMPLATES = Path(__file__).parent / "templates.toml"
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
    "November", "Desember",
)  # fmt: skip
CLOCKS = {
    ClockKind.RESPONSE: "tanggapan (response)",
    ClockKind.RESOLUTION: "penyelesaian (resolution)",
    ClockKind.VALIDATION: "validasi (validation)",
    ClockKind.REPLY: "jawaban pelapor (reply)",
    ClockKind.FEEDBACK: "tanggapan pelapor (feedback)",
}


class Letter(NamedTuple):
    """A message in words. The subject is one line and carries nothing personal."""

    subject: str
    body: str


class NoTemplate(KeyError):
    """The templates have no words for an event and an audience."""


def letter(
    notice: Notice, event: Event, now: ComplaintView, unit_name: str, access_code: str | None = None
) -> Letter:
    """What to tell the notice's recipient about an event. ``unit_name`` is that of the present holder."""
    facts = _facts(event, now) | {"unit": unit_name, "access_code": access_code or "-"}
    subject, indonesian, english = words(occasion(event), notice.audience)
    body = f"{indonesian.substitute(facts)}\n\n--\n{english.substitute(facts)}\n"
    return Letter(" ".join(subject.substitute(facts).split()), body)


def occasion(event: Event) -> str:
    """Under which name the templates know an event: moves share words, endings differ by outcome."""
    match event.body:
        case Moved():
            return "moved"
        case Closed(outcome=Outcome.REJECTED | Outcome.NO_REPLY as outcome):
            return outcome.value
        case body:
            return body.event


def words(event: str, audience: str) -> tuple[Template, Template, Template]:
    """Subject, Indonesian and English text. Raises ``NoTemplate``."""
    try:
        texts = _templates()[event][audience]
        return Template(texts["subject"]), Template(texts["id"]), Template(texts["en"])
    except KeyError as error:
        raise NoTemplate(f"{TEMPLATES.name} has no complete [{event}.{audience}]") from error


def when(moment: datetime | None) -> str:
    """A moment in words, in Western Indonesian time."""
    if moment is None:
        return "-"
    there = moment.astimezone(WIB)
    return f"{there.day} {MONTHS[there.month - 1]} {there.year} {there:%H.%M} WIB"


def _facts(event: Event, now: ComplaintView) -> dict[str, str]:
    facts = {
        "number": now.number,
        "category": now.category,
        "detail": entry(event).detail,
        "answer_by": when(now.due_at),
        "due": when(now.next_due_at),
        "reply_by": _due(now, ClockKind.REPLY),
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
    return facts


def _due(now: ComplaintView, clock: ClockKind) -> str:
    return when(next((deadline.due_at for deadline in now.deadlines if deadline.kind is clock), None))


@cache
def _templates() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(TEMPLATES.read_text(encoding="utf-8"))
