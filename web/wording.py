"""The words of the field on pages: statuses, clocks, what happened, how much time is left.

Screens show the Indonesian word (DOMAIN.md); the tables hold it, and the words of a language turn it.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from domain.clocks import ClockKind
from domain.commands import HandBackReason
from domain.events import (
    Asked,
    Breached,
    CalendarAdopted,
    Called,
    Closed,
    CommandRefused,
    Completed,
    Escalated,
    Event,
    EwsRefused,
    Followed,
    Merged,
    Moved,
    NotDelivered,
    ParentReopened,
    ParentResolved,
    Rated,
    Received,
    Reminded,
    Replied,
    Separated,
    Warned,
)
from domain.status import Outcome, Status


def N_(words: str) -> str:  # noqa: N802 - the name that extractors of words know
    """Marks words for translation where they stand in a table."""
    return words


STATUSES = {
    Status.WAITING: N_("Menunggu"),
    Status.COORDINATION: N_("Koordinasi"),
    Status.DISPOSITION: N_("Disposisi"),
    Status.IN_PROGRESS: N_("Proses"),
    Status.AWAITING_REPORTER: N_("Menunggu Pelapor"),
    Status.AWAITING_VALIDATION: N_("Menunggu Validasi"),
    Status.FOLLOW_UP_REJECTED: N_("TL Ditolak"),
    Status.FOLLOWING: N_("Mengikuti laporan lain"),
    Status.RESOLVED: N_("Selesai"),
    Status.CLOSED: N_("Ditutup"),
}
OUTCOMES = {
    Outcome.RESOLVED: N_("selesai ditangani"),
    Outcome.REJECTED: N_("ditolak"),
    Outcome.WITHDRAWN: N_("ditarik pelapor"),
    Outcome.DUPLICATE: N_("selesai bersama laporan lain"),
    Outcome.NO_REPLY: N_("tanpa jawaban pelapor"),
}
CLOCKS = {
    ClockKind.RESPONSE: N_("Waktu tanggap"),
    ClockKind.RESOLUTION: N_("Waktu penyelesaian"),
    ClockKind.VALIDATION: N_("Waktu validasi"),
    ClockKind.REPLY: N_("Waktu jawaban pelapor"),
    ClockKind.FEEDBACK: N_("Waktu penilaian"),
}
REASONS = {
    HandBackReason.NOT_OUR_AUTHORITY: N_("bukan kewenangan kami"),
    HandBackReason.WRONG_LOCATION: N_("lokasi salah"),
    HandBackReason.UNCLEAR_LOCATION: N_("lokasi tidak jelas"),
}
HAPPENED = {
    "received": N_("Laporan diterima"),
    "accepted": N_("Mulai ditindaklanjuti"),
    "coordinated": N_("Dikoordinasikan ke unit lain"),
    "disposed": N_("Didisposisikan ke unit kerja"),
    "handed_back": N_("Dikembalikan"),
    "reassigned": N_("Dialihkan"),
    "hop_limit_reached": N_("Batas perpindahan tercapai"),
    "progress_noted": N_("Kabar kemajuan"),
    "completed": N_("Unit menyatakan selesai"),
    "validated": N_("Hasil pekerjaan disetujui"),
    "follow_up_rejected": N_("Hasil pekerjaan ditolak"),
    "closed": N_("Laporan ditutup"),
    "withdrawn": N_("Laporan ditarik pelapor"),
    "asked": N_("Pertanyaan kepada pelapor"),
    "replied": N_("Pelapor menjawab"),
    "ews_requested": N_("Perpanjangan waktu (EWS) diminta"),
    "ews_granted": N_("Perpanjangan waktu (EWS) disetujui"),
    "ews_refused": N_("Perpanjangan waktu (EWS) ditolak"),
    "called": N_("Atasan dipanggil"),
    "rated": N_("Pelapor memberi nilai"),
    "reopened": N_("Dibuka kembali oleh pelapor"),
    "merged": N_("Digabungkan dengan laporan lain"),
    "followed": N_("Laporan lain mengikuti"),
    "separated": N_("Dipisahkan dari laporan lain"),
    "parent_resolved": N_("Laporan yang diikuti selesai"),
    "parent_reopened": N_("Laporan yang diikuti dibuka kembali"),
    "calendar_adopted": N_("Kalender kerja diperbarui"),
    "reporter_corrected": N_("Data pelapor diperbaiki"),
    "processing_restricted": N_("Pemrosesan data dibatasi"),
    "person_erased": N_("Data pribadi dihapus"),
    "warned": N_("Peringatan tenggat"),
    "breached": N_("Tenggat terlampaui"),
    "escalated": N_("Atasan diberi tahu"),
    "reminded": N_("Diingatkan lagi"),
    "command_refused": N_("Perintah ditolak"),
    "not_delivered": N_("Kabar tidak terkirim"),
}


class Urgency(StrEnum):
    """How pressing an end is; pages say it in words as well as by colour."""

    LATE = "late"
    TODAY = "today"
    SOON = "soon"
    CALM = "calm"


TODAY, SOON = timedelta(hours=24), timedelta(hours=48)


class Left(NamedTuple):
    """How much time is left, in words, and how pressing that is."""

    words: str
    urgency: Urgency


class Words:
    """The words of one language."""

    def __init__(self, gettext: Callable[[str], str], ngettext: Callable[[str, str, int], str]) -> None:
        self._ = gettext
        self._many = ngettext

    def status(self, status: Status) -> str:
        """A status as screens show it."""
        return self._(STATUSES[status])

    def outcome(self, outcome: Outcome) -> str:
        """How it ended."""
        return self._(OUTCOMES[outcome])

    def clock(self, clock: ClockKind) -> str:
        """What a clock measures."""
        return self._(CLOCKS[clock])

    def reason(self, reason: HandBackReason) -> str:
        """Why it was handed back."""
        return self._(REASONS[reason])

    def happened(self, event: str) -> str:
        """What happened, as a headline."""
        return self._(HAPPENED[event])

    def left(self, due_at: datetime | None, now: datetime) -> Left | None:
        """The time until an end, or since it; None when there is no end."""
        if due_at is None:
            return None
        span = due_at - now
        if span < timedelta():
            return Left(self._("terlambat %s") % self.span(-span), Urgency.LATE)
        urgency = Urgency.TODAY if span < TODAY else Urgency.SOON if span < SOON else Urgency.CALM
        return Left(self._("sisa %s") % self.span(span), urgency)

    def span(self, span: timedelta) -> str:
        """A span in its two largest units: days and hours, hours and minutes, or minutes."""
        minutes = max(int(span.total_seconds()) // 60, 0)
        days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
        if days:
            return self._join(self._days(days), self._hours(hours) if hours and days < 10 else "")  # noqa: PLR2004
        if hours:
            return self._join(self._hours(hours), self._minutes(minutes) if minutes else "")
        return self._minutes(minutes)

    def detail(self, event: Event) -> str:
        """What else is to be said of an event, without what people wrote; may be empty."""
        match event.body:
            case Received(holder=holder):
                return self._("oleh %s") % holder.name
            case Moved(sender=sender, to=to, reason=reason):
                said = self._("dari %(sender)s ke %(to)s") % {"sender": sender.name, "to": to.name}
                return f"{said}: {self.reason(reason)}" if reason else said
            case Completed(unit=unit, validator=validator):
                return self._("%(unit)s; diperiksa oleh %(validator)s") % {
                    "unit": unit.name,
                    "validator": validator.name,
                }
            case Closed(outcome=outcome):
                return self.outcome(outcome)
            case Asked(stops_clock=stops):
                return self._("jam berhenti sampai dijawab") if stops else self._("jam tetap berjalan")
            case Warned(clock=clock, unit=unit) | Breached(clock=clock, unit=unit):
                return f"{self.clock(clock)}, {unit.name}"
            case Escalated(clock=clock, to=to, step=step):
                return self._("tingkat %(step)s: %(to)s, %(clock)s") % {
                    "step": step,
                    "to": to.name,
                    "clock": self.clock(clock).lower(),
                }
            case Reminded(unit=unit, to=to):
                return to.name if to else unit.name
            case Called(to=to):
                return to.name
            case Merged(parent=other) | ParentResolved(parent=other) | ParentReopened(parent=other):
                return other.number
            case Separated(parent=other) | Followed(follower=other):
                return other.number
            case Rated(score=score):
                return self._("%s dari 5") % score
            case NotDelivered() | CommandRefused() | CalendarAdopted():
                return ""
            case _:
                return ""

    def said(self, event: Event) -> str:
        """What somebody wrote with an event; may be empty, and may be personal."""
        match event.body:
            case Asked(question=said) | Replied(answer=said) | CalendarAdopted(reason=said):
                return said
            case CommandRefused(message=said) | NotDelivered(reason=said) | Separated(why=said):
                return said
            case EwsRefused(note=said):
                return said
            case body:
                return str(getattr(body, "note", ""))

    def _days(self, count: int) -> str:
        return self._many("%s hari", "%s hari", count) % count

    def _hours(self, count: int) -> str:
        return self._many("%s jam", "%s jam", count) % count

    def _minutes(self, count: int) -> str:
        return self._many("%s menit", "%s menit", count) % count

    @staticmethod
    def _join(first: str, second: str) -> str:
        return f"{first} {second}" if second else first
