"""What people of the city do to a complaint, as the page names it."""

from web.wording import N_

ACTIONS = {
    "accept": N_("Terima"),
    "progress": N_("Catat kemajuan"),
    "complete": N_("Nyatakan selesai"),
    "validate": N_("Periksa hasil"),
    "ask": N_("Tanya pelapor"),
    "reply": N_("Jawab atas nama pelapor"),
    "coordinate": N_("Koordinasikan"),
    "dispose": N_("Disposisikan"),
    "hand_back": N_("Kembalikan"),
    "reassign": N_("Alihkan"),
    "merge": N_("Gabungkan"),
    "separate": N_("Pisahkan"),
    "request_ews": N_("Minta EWS"),
    "decide_ews": N_("Putuskan EWS"),
    "escalate": N_("Panggil atasan"),
    "reject": N_("Tolak sebagai pengaduan"),
    "close": N_("Tutup"),
}
DONE = {
    "accept": N_("Laporan diterima; waktu tanggap berhenti."),
    "progress": N_("Kemajuan tercatat."),
    "complete": N_("Dinyatakan selesai; unit lain akan memeriksanya."),
    "validate": N_("Hasil pemeriksaan tercatat."),
    "ask": N_("Pertanyaan dikirim ke pelapor."),
    "reply": N_("Jawaban tercatat."),
    "coordinate": N_("Laporan dikoordinasikan ke unit lain."),
    "dispose": N_("Laporan didisposisikan."),
    "hand_back": N_("Laporan dikembalikan."),
    "reassign": N_("Laporan dialihkan."),
    "merge": N_("Laporan digabungkan; pelapornya diberi tahu."),
    "separate": N_("Laporan dipisahkan lagi."),
    "request_ews": N_("EWS diminta; koordinator memutuskan."),
    "decide_ews": N_("Keputusan EWS tercatat."),
    "escalate": N_("Atasan diberi tahu."),
    "reject": N_("Laporan ditutup sebagai bukan pengaduan."),
    "close": N_("Laporan ditutup."),
}
