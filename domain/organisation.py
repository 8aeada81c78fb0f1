"""Who holds complaints and who watches: units, supervisors, officers, channels and categories.

The kinds are those of Pergub 39/2019 art. 1; the ranks give "equal rank" (coordination) its meaning.
"""

from enum import StrEnum

from domain.value import Value


class UnitKind(StrEnum):
    """What sort of body a unit is."""

    KELURAHAN = "kelurahan"
    KECAMATAN = "kecamatan"
    SKPD = "skpd"
    UKPD = "ukpd"
    BUMD = "bumd"
    VERTICAL = "vertical"
    DESK = "desk"
    ASISTEN = "asisten"
    SEKRETARIS = "sekretaris"
    SEKDA = "sekda"
    INSPEKTORAT = "inspektorat"
    HEAD = "head"


PROVINCE, CITY, WARD = 1, 2, 3
RANK: dict[UnitKind, int] = {
    UnitKind.SKPD: PROVINCE,
    UnitKind.BUMD: PROVINCE,
    UnitKind.VERTICAL: PROVINCE,
    UnitKind.UKPD: CITY,
    UnitKind.KECAMATAN: CITY,
    UnitKind.KELURAHAN: WARD,
}
"""Units of equal number are of equal rank. Kinds that are not here are not coordinated with."""

COORDINATORS = frozenset({UnitKind.ASISTEN, UnitKind.SEKRETARIS, UnitKind.SEKDA})
"""Who coordinates and may move a complaint (art. 11). The Inspektur supervises and moves nothing."""

HOLDERS = frozenset({*RANK, UnitKind.DESK})
"""Kinds that can hold a complaint."""


class Supervisor(Value):
    """One rung of a ladder: who is told when nobody acts."""

    code: str
    name: str
    kind: UnitKind


class Unit(Value):
    """A unit as a complaint keeps it: what is needed to judge and to escalate without a look-up.

    ``ladder`` lists the supervisors from the first rung to the last (DESIGN rule 5).
    ``parent`` is the code of the unit it belongs to; ``ward`` the Kemendagri code of a kelurahan.
    """

    code: str
    name: str
    kind: UnitKind
    parent: str | None = None
    ward: str | None = None
    ladder: tuple[Supervisor, ...] = ()

    def ranks_with(self, other: "Unit") -> bool:
        """Whether the two are of equal rank, so that one may coordinate with the other."""
        return self.kind in RANK and RANK[self.kind] == RANK.get(other.kind)

    @property
    def coordinators(self) -> tuple[Supervisor, ...]:
        """Those of the ladder who coordinate this unit (art. 11), the Inspektur left out."""
        return tuple(rung for rung in self.ladder if rung.kind in COORDINATORS)


class Officer(Value):
    """A person who acts for a unit. The name is shown to colleagues only."""

    code: str
    name: str
    unit: str


class Channel(Value):
    """An official channel (*kanal resmi*) and the desk of its person in charge (art. 8(3))."""

    code: str
    name: str
    desk: str


class CategoryKind(StrEnum):
    """The kinds of complaint that national deadlines tell apart (SP4N-LAPOR!: 5, 14, 60 working days)."""

    INFORMATION = "information"
    ORDINARY = "ordinary"
    SUPERVISION = "supervision"


class Category(Value):
    """A kind of complaint, with the unit whose duty it is by function where that is known.

    Categories of one ``group`` are a family: a hole may be called a damaged road. ``needs_point``: without
    a place nobody can do anything about it.
    """

    code: str
    name: str
    name_en: str
    duty: str | None = None
    group: str = ""
    kind: CategoryKind = CategoryKind.ORDINARY
    needs_point: bool = False
