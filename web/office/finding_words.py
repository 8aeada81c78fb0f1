"""What the integrity view says: each rule in a sentence with its thresholds, each finding with its facts."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from domain.integrity import FindingState, Found, Rule, Thresholds
from web.wording import N_, Words

TITLES = {
    Rule.PICTURE: N_("Foto bukti mencolok"),
    Rule.TOO_FAST: N_("Selesai terlalu cepat"),
    Rule.RE_ENTERED: N_("Dimasukkan lagi"),
    Rule.PING_PONG: N_("Bolak-balik antarunit"),
    Rule.FAST_UNIT: N_("Unit yang selalu terlalu cepat"),
    Rule.ACCEPTS_ALL: N_("Pemeriksa yang menyetujui semua"),
    Rule.ONE_CLOSER: N_("Pemeriksa untuk satu orang"),
    Rule.MONTH_END: N_("Menumpuk di akhir bulan"),
    Rule.LOW_RATINGS: N_("Dinyatakan selesai, dinilai buruk"),
}
STATES = {
    FindingState.OPEN: N_("belum ditinjau"),
    FindingState.EXPLAINED: N_("ada penjelasannya"),
    FindingState.CONFIRMED: N_("dikonfirmasi"),
}
RULES = {
    Rule.PICTURE: N_(
        "Foto bukti yang sama atau mirip dengan foto di laporan lain, diambil di tempat atau waktu lain, "
        "atau membawa tanda suntingan atau buatan mesin."
    ),
    Rule.TOO_FAST: N_(
        "Selesai %(fast_factor)s kali lebih cepat daripada biasanya untuk kategorinya di seluruh kota, dan "
        "%(fast_factor_own)s kali lebih cepat daripada biasanya di unit itu sendiri. Biasanya: median "
        "setahun terakhir dari sedikitnya %(fast_cases)s kasus."
    ),
    Rule.RE_ENTERED: N_(
        "Tempat, kategori, dan isi yang sama masuk lagi dalam %(re_entered_days)s hari sesudah laporan "
        "sebelumnya selesai atau ditarik, dalam jarak %(re_entered_metres)s meter atau di tempat bernama "
        "sama, dengan teks yang sedikitnya %(re_entered_alike)s dari 100 mirip: jamnya mulai dari awal."
    ),
    Rule.PING_PONG: N_(
        "Laporan kembali ke unit yang pernah memegangnya, sedikitnya %(ping_pong_returns)s kali. Meja kanal "
        "dan koordinator tidak dihitung."
    ),
    Rule.FAST_UNIT: N_(
        "Separuh dari sedikitnya %(fast_unit_cases)s penyelesaian sebulan berlangsung lebih dari "
        "%(fast_unit_factor)s kali lebih cepat daripada biasanya di seluruh kota."
    ),
    Rule.ACCEPTS_ALL: N_(
        "Dari sedikitnya %(validator_cases)s pemeriksaan sebulan, begitu sedikit yang ditolak, paling banyak "
        "1/%(accepts_all_factor)s bagian pada pemeriksa lain, sehingga peluangnya paling besar %(chance)s "
        "bila semua sama."
    ),
    Rule.ONE_CLOSER: N_(
        "Sedikitnya %(one_closer_cases)s pemeriksaan sebulan, dan sedikitnya %(one_closer_share)s dari "
        "semuanya, adalah hasil kerja satu orang, %(one_closer_factor)s kali lebih sering daripada pada "
        "pemeriksa lain."
    ),
    Rule.MONTH_END: N_(
        "Sedikitnya %(month_end_cases)s penyelesaian dalam %(month_end_days)s hari terakhir sebulan, "
        "%(month_end_factor)s kali lebih banyak daripada bagian hari-hari itu di unit lain."
    ),
    Rule.LOW_RATINGS: N_(
        "Sedikitnya %(low_ratings)s nilai 1 atau 2, dan sedikitnya %(low_ratings_share)s dari semua nilai, "
        "jauh lebih sering daripada pada unit lain."
    ),
}
SAID = {
    Rule.TOO_FAST: N_(
        "Selesai %(seconds)s sesudah tiba. Biasanya %(city_seconds)s di seluruh kota (%(city_cases)s kasus) "
        "dan %(own_seconds)s di unit ini (%(own_cases)s kasus)."
    ),
    Rule.RE_ENTERED: N_(
        "Sama dengan %(before)s, %(days)s hari sesudah laporan itu berakhir; "
        "teksnya %(alike)s dari 100 mirip."
    ),
    Rule.PING_PONG: N_("Kembali %(returns)s kali: %(path)s."),
    Rule.FAST_UNIT: N_(
        "%(cases)s penyelesaian, separuhnya dalam %(seconds)s: %(times_faster)s kali lebih cepat daripada "
        "biasanya di seluruh kota."
    ),
    Rule.ACCEPTS_ALL: N_(
        "%(subject)s menolak %(rejected)s dari %(cases)s; pemeriksa lain menolak %(others_share)s. "
        "Bila semua sama, peluangnya %(chance)s."
    ),
    Rule.ONE_CLOSER: N_(
        "%(validator)s memeriksa %(of_closer)s hasil kerja %(closer)s dari %(cases)s pemeriksaannya, "
        "%(accepted)s disetujui; pada pemeriksa lain bagiannya %(others_share)s."
    ),
    Rule.MONTH_END: N_(
        "%(late)s dari %(cases)s penyelesaian bulan itu jatuh pada %(days)s hari terakhir; di unit lain "
        "%(others_share)s. Bila semua sama, peluangnya %(chance)s."
    ),
    Rule.LOW_RATINGS: N_(
        "%(low)s dari %(cases)s nilai adalah 1 atau 2; di unit lain %(others_share)s. "
        "Bila semua sama, peluangnya %(chance)s."
    ),
}
TOO_FAST_FOR_THE_CITY = N_(
    "Selesai %(seconds)s sesudah tiba. Biasanya %(city_seconds)s di seluruh kota (%(city_cases)s kasus); "
    "unit ini belum punya cukup kasus."
)
SECONDS = frozenset({"seconds", "city_seconds", "own_seconds"})
SHARES = frozenset({"others_share", "one_closer_share", "low_ratings_share"})
LEAST = 1e-6
"""Chances below this are said as less than it: how much less tells nobody anything."""


class FindingWords:
    """The sentences of one language. ``number`` writes figures as the language does."""

    def __init__(
        self,
        words: Words,
        gettext: Callable[[str], str],
        number: Callable[[float], str],
        names: Mapping[str, str],
    ) -> None:
        self._words = words
        self._ = gettext
        self._number = number
        self._names = names

    def title(self, rule: Rule) -> str:
        """What a rule looks for, in a few words."""
        return self._(TITLES[rule])

    def state(self, state: FindingState) -> str:
        """What was said of a finding."""
        return self._(STATES[state])

    def rule(self, rule: Rule, limits: Thresholds) -> str:
        """The rule, with its thresholds."""
        return self._(RULES[rule]) % {name: self._fact(name, said) for name, said in limits}

    def facts(self, found: Found, language: str) -> str:
        """What strikes, with the figures that it rests on."""
        if found.rule is Rule.PICTURE:
            return str(found.facts.get(language, ""))
        alone = found.rule is Rule.TOO_FAST and "own_cases" not in found.facts
        said = TOO_FAST_FOR_THE_CITY if alone else SAID[found.rule]
        facts: dict[str, Any] = {name: self._fact(name, said) for name, said in found.facts.items()}
        facts["subject"], facts["validator"] = found.subject, found.subject.partition(" ")[0]
        return self._(said) % facts

    def _fact(self, name: str, said: Any) -> str:
        if name in SECONDS:
            return self._words.span(timedelta(seconds=max(float(said), 60)))
        if name in SHARES:
            return f"{self._number(round(100 * said, 1))}%"
        if name == "chance":
            rare = f"1 : {self._number(round(1 / max(float(said), LEAST)))}"
            return f"< {rare}" if float(said) < LEAST else rare
        if name == "path":
            return " → ".join(self._names.get(unit, unit) for unit in str(said).split(" → "))
        return said if isinstance(said, str) else self._number(said)
