"""Where the pages are: for everybody, and for people of the city by room."""

from typing import NamedTuple

from web.seat import Room
from web.wording import N_


class Place(NamedTuple):
    """A page that menus lead to."""

    address: str
    name: str


PUBLIC = (
    Place("/", N_("Lapor")),
    Place("/follow", N_("Lacak laporan")),
    Place("/public", N_("Peta dan daftar")),
    Place("/figures", N_("Angka")),
)
ROOMS = {
    Room.INBOX: Place("/office/inbox", N_("Kotak masuk")),
    Room.DESK: Place("/office/desk", N_("Meja kanal")),
    Room.VALIDATION: Place("/office/validation", N_("Validasi")),
    Room.COORDINATION: Place("/office/coordination", N_("Koordinasi")),
    Room.INTEGRITY: Place("/office/integrity", N_("Integritas")),
    Room.OPERATIONS: Place("/office/persons", N_("Hak warga")),
}
MORE = {
    Room.OPERATIONS: (Place("/office/accounts", N_("Akun")),),
    Room.INTEGRITY: (Place("/office/integrity/pictures", N_("Foto bukti")),),
}
"""Further pages of a room."""
