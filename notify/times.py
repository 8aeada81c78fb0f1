"""Moments and clocks as messages name them."""

from datetime import datetime

from domain.clocks import ClockKind
from domain.wib import WIB

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


def when(moment: datetime | None) -> str:
    """A moment in words, in Western Indonesian time."""
    if moment is None:
        return "-"
    there = moment.astimezone(WIB)
    return f"{there.day} {MONTHS[there.month - 1]} {there.year} {there:%H.%M} WIB"
