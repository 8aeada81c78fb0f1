"""Why something was refused, in the words of the page: one sentence that the person can act upon."""

from collections.abc import Callable, Iterable

from domain.commands import AUTHORITY, MOVES, Party
from domain.refusal import RefusalCode, Refused
from domain.status import Status
from web.wording import N_, STATUSES

PARTIES = {
    Party.HOLDER: N_("unit yang memegang laporan"),
    Party.DESK: N_("meja kanal laporan ini"),
    Party.COORDINATOR: N_("koordinator unit yang memegang"),
    Party.VALIDATOR: N_("unit pemeriksa"),
    Party.REPORTER: N_("pelapor"),
    Party.SERVICE: N_("layanan ini sendiri"),
}
CODES = {
    RefusalCode.NO_EVIDENCE: N_("Sertakan sedikitnya satu foto atau dokumen sebagai bukti."),
    RefusalCode.SAME_UNIT: N_("Tidak ada unit lain yang dapat memeriksa hasilnya."),
    RefusalCode.UNKNOWN_UNIT: N_("Unit ini tidak dikenal. Pilih dari daftar."),
    RefusalCode.UNKNOWN_NUMBER: N_("Tidak ada laporan dengan nomor ini."),
    RefusalCode.UNKNOWN_CATEGORY: N_("Kategori ini tidak dikenal. Pilih dari daftar."),
    RefusalCode.BAD_INPUT: N_("Ada isian atau berkas yang tidak dapat diterima."),
}
BY_KIND = {
    ("request_ews", RefusalCode.ALREADY_DONE): N_("EWS sudah diminta dan menunggu keputusan."),
    ("request_ews", RefusalCode.TOO_LATE): N_("Tenggat sudah lewat; EWS tidak dapat mengubahnya lagi."),
    ("request_ews", RefusalCode.BAD_INPUT): N_("Perkiraan selesai harus sesudah tenggat yang berlaku."),
    ("decide_ews", RefusalCode.WRONG_STATE): N_("Tidak ada permintaan EWS yang menunggu."),
    ("decide_ews", RefusalCode.TOO_LATE): N_("Tenggat sudah lewat; EWS hanya dapat ditolak."),
    ("escalate", RefusalCode.WRONG_TARGET): N_("Unit ini tidak punya atasan yang dapat dipanggil."),
    ("coordinate", RefusalCode.WRONG_TARGET): N_("Koordinasi hanya ke unit lain yang setingkat."),
    ("dispose", RefusalCode.WRONG_TARGET): N_("Disposisi hanya ke unit kerja sendiri."),
    ("reassign", RefusalCode.WRONG_TARGET): N_("Unit ini tidak menangani laporan, atau sudah memegangnya."),
    ("hand_back", RefusalCode.WRONG_TARGET): N_("Unit ini tidak menangani laporan, atau sudah memegangnya."),
    ("hand_back", RefusalCode.BAD_INPUT): N_("Titik itu di luar wilayah; sebutkan unit yang lebih tepat."),
    ("merge", RefusalCode.WRONG_TARGET): N_(
        "Laporan itu tidak dapat diikuti: sudah selesai, mengikuti laporan lain, atau laporan ini sendiri."
    ),
}


class Reasons:
    """The sentences of one language."""

    def __init__(self, gettext: Callable[[str], str]) -> None:
        self._ = gettext

    def why(self, kind: str, refused: Refused) -> str:
        """Why a command of a kind was refused."""
        if special := BY_KIND.get((kind, refused.code)):
            return self._(special)
        match refused.code:
            case RefusalCode.WRONG_STATE if kind in AUTHORITY:
                return self._("Bisa saat statusnya: %s.") % self._statuses(AUTHORITY[kind].states)
            case RefusalCode.NOT_YOURS if kind in AUTHORITY:
                return self._("Hanya untuk: %s.") % self._parties(AUTHORITY[kind].by)
            case RefusalCode.HOP_LIMIT if kind in MOVES:
                return self._(
                    "Laporan ini sudah terlalu sering berpindah; hanya koordinator yang dapat memindahkannya."
                )
            case code if code in CODES:
                return self._(CODES[code])
            case _:
                return self._("Ini tidak dapat dilakukan sekarang.")

    def _statuses(self, states: Iterable[Status]) -> str:
        order = list(Status)
        return ", ".join(self._(STATUSES[one]) for one in sorted(states, key=order.index))

    def _parties(self, them: Iterable[Party]) -> str:
        return ", ".join(self._(PARTIES[one]) for one in Party if one in set(them))
