"""Moments and clocks as messages name them."""

from datetime import datetime
from typing import Literal

from domain.clocks import ClockKind
from domain.wib import WIB

Language = Literal["id", "en"]
MONTHS: dict[Language, tuple[str, ...]] = {
    "id": (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
        "November", "Desember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ),
}  # fmt: skip
CLOCKS = {
    ClockKind.RESPONSE: "tanggapan (response)",
    ClockKind.RESOLUTION: "penyelesaian (resolution)",
    ClockKind.VALIDATION: "validasi (validation)",
    ClockKind.REPLY: "jawaban pelapor (reply)",
    ClockKind.FEEDBACK: "tanggapan pelapor (feedback)",
}


def when(moment: datetime | None, language: Language = "id") -> str:
    """A moment in words, in Western Indonesian time."""
    if moment is None:
        return "-"
    there = moment.astimezone(WIB)
    clock = f"{there:%H.%M}" if language == "id" else f"{there:%H:%M}"
    return f"{there.day} {MONTHS[language][there.month - 1]} {there.year} {clock} WIB"
