"""Every unit of the city, made from the files: who holds, who checks, who supervises whom.

The ladders are those of Pergub 39/2019 art. 11 as DESIGN rule 5 reads it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from domain.organisation import COORDINATORS, HOLDERS, Officer, Supervisor, Unit, UnitKind
from jakarta.bad_data import BadData, Entry, read_rows

Mark = Literal["S", "O"]
"""Whether a source says it, or it is our own choice."""

SHORT = {
    "31.01": ("SERIBU", "Kabupaten"),
    "31.71": ("PUSAT", "Kota"),
    "31.72": ("UTARA", "Kota"),
    "31.73": ("BARAT", "Kota"),
    "31.74": ("SELATAN", "Kota"),
    "31.75": ("TIMUR", "Kota"),
}
"""Kemendagri code of a city or regency: its short name, and what it is."""


class Ward(Entry):
    """A row of ``wards.csv``: province, city, kecamatan or kelurahan."""

    code: str
    level: Literal["provinsi", "kota_kab", "kecamatan", "kelurahan"]
    name: str
    parent: str | None = None


class SupervisorRow(Entry):
    """A row of ``supervisors.csv``."""

    code: str
    name: str
    kind: UnitKind
    above: str | None = None
    mark: Mark


class AgencyRow(Entry):
    """A row of ``agencies.csv``. ``above`` coordinates it; ``sub_units`` "cities": a Suku Dinas in each."""

    code: str
    name: str
    kind: UnitKind
    above: str
    sub_units: Literal["cities"] | None = None
    mark: Mark


class ChannelRow(Entry):
    """A row of ``channels.csv``."""

    code: str
    name: str
    since: date
    until: date | None = None
    mark: Mark


class OfficerRow(Entry):
    """A row of ``officers.csv``."""

    code: str
    name: str
    unit: str
    mark: Mark


def build_units(folder: Path) -> dict[str, Unit]:
    """All units by code. Raises ``BadData`` when one is named twice, or a supervisor is missing."""
    supervisors = {row.code: row for row in read_rows(folder / "supervisors.csv", SupervisorRow)}
    units: dict[str, Unit] = {}
    wards = list(read_rows(folder / "wards.csv", Ward))
    agencies = list(read_rows(folder / "agencies.csv", AgencyRow))
    for unit in (
        *_supervisors(supervisors),
        *_cities(wards, supervisors),
        *_territory(wards, supervisors),
        *_agencies(agencies, wards, supervisors),
        *_desks(folder, supervisors),
    ):
        if unit.code in units:
            raise BadData(f"the unit {unit.code} is named twice")
        units[unit.code] = unit
    return units


def findings(units: Mapping[str, Unit]) -> list[str]:
    """What is wrong with the organisation as a whole; empty when every unit answers to somebody."""
    found = []
    for unit in units.values():
        if unit.kind in HOLDERS and not unit.ladder:
            found.append(f"{unit.code} has no supervisor")
        found += [f"{unit.code}: {rung.code} is no unit" for rung in unit.ladder if rung.code not in units]
        if unit.parent and unit.parent not in units:
            found.append(f"{unit.code}: its parent {unit.parent} is no unit")
        if any(rung.code == unit.code for rung in unit.ladder) or _returns_to_itself(unit, units):
            found.append(f"{unit.code} supervises itself")
    return found


def build_officers(folder: Path, units: Mapping[str, Unit]) -> dict[str, Officer]:
    """One officer for each unit (``o-`` and its code in small letters), and those of the file."""
    officers = {
        f"o-{unit.code.lower()}": Officer(
            code=f"o-{unit.code.lower()}", name=f"Petugas {unit.name}", unit=unit.code
        )
        for unit in units.values()
    }
    for row in read_rows(folder / "officers.csv", OfficerRow):
        if row.unit not in units:
            raise BadData(f"officers.csv: the unit {row.unit} of officer {row.code} does not exist")
        officers[row.code] = Officer(code=row.code, name=row.name, unit=row.unit)
    return officers


def _supervisors(rows: Mapping[str, SupervisorRow]) -> Iterator[Unit]:
    for row in rows.values():
        yield Unit(
            code=row.code,
            name=row.name,
            kind=row.kind,
            parent=row.above,
            ladder=tuple(_above(row.above, rows)),
        )


def _above(code: str | None, rows: Mapping[str, SupervisorRow]) -> Iterator[Supervisor]:
    """The chain of supervisors from a code upwards."""
    seen: set[str] = set()
    while code is not None:
        if code in seen or code not in rows:
            raise BadData(f"supervisors.csv: {code} is missing, or supervises itself")
        seen.add(code)
        yield Supervisor(code=code, name=rows[code].name, kind=rows[code].kind)
        code = rows[code].above


def _rung(code: str, rows: Mapping[str, SupervisorRow]) -> Supervisor:
    return next(_above(code, rows))


def _cities(wards: Iterable[Ward], rows: Mapping[str, SupervisorRow]) -> Iterator[Unit]:
    """Walikota or Bupati, Sekretaris and Asisten of each city and of the regency."""
    inspektur = _rung("INSPEKTORAT", rows)
    for city in wards:
        if city.level != "kota_kab":
            continue
        short, what = SHORT[city.code]
        head, place = "Walikota" if what == "Kota" else "Bupati", city.name.split("Administrasi ")[-1]
        seat = Unit(
            code=f"{head.upper()}-{short}", name=f"{head} {place}", kind=UnitKind.HEAD, parent="GUBERNUR"
        )
        secretary = Unit(
            code=f"SEKO-{short}",
            name=f"Sekretaris {what} {place}",
            kind=UnitKind.SEKRETARIS,
            parent=seat.code,
            ladder=(inspektur,),
        )
        yield seat.model_copy(update={"ladder": (_rung("GUBERNUR", rows),)})
        yield secretary
        for key, name in (
            ("PEM", "Pemerintahan"),
            ("EKBANG", "Perekonomian dan Pembangunan"),
            ("KESRA", "Administrasi dan Kesejahteraan Rakyat"),
        ):
            yield Unit(
                code=f"ASKO-{key}-{short}",
                name=f"Asisten {name} Sekretaris {what} {place}",
                kind=UnitKind.ASISTEN,
                parent=secretary.code,
                ladder=(_as_rung(secretary), inspektur),
            )


def _territory(wards: Sequence[Ward], rows: Mapping[str, SupervisorRow]) -> Iterator[Unit]:
    """Kecamatan and kelurahan: Asisten Sekretaris Kota, Sekretaris Kota, Inspektur."""
    cities = {city.code: city for city in wards if city.level == "kota_kab"}
    for ward in wards:
        if ward.level not in {"kecamatan", "kelurahan"}:
            continue
        short, what = SHORT[ward.code[:5]]
        place = cities[ward.code[:5]].name.split("Administrasi ")[-1]
        asisten = Supervisor(
            code=f"ASKO-PEM-{short}",
            name=f"Asisten Pemerintahan Sekretaris {what} {place}",
            kind=UnitKind.ASISTEN,
        )
        secretary = Supervisor(
            code=f"SEKO-{short}", name=f"Sekretaris {what} {place}", kind=UnitKind.SEKRETARIS
        )
        is_kelurahan = ward.level == "kelurahan"
        yield Unit(
            code=f"{'KEL' if is_kelurahan else 'KEC'}-{ward.code}",
            name=f"{'Kelurahan' if is_kelurahan else 'Kecamatan'} {ward.name}",
            kind=UnitKind.KELURAHAN if is_kelurahan else UnitKind.KECAMATAN,
            parent=f"KEC-{ward.parent}" if is_kelurahan else None,
            ward=ward.code if is_kelurahan else None,
            ladder=(asisten, secretary, _rung("INSPEKTORAT", rows)),
        )


def _agencies(
    agencies: Sequence[AgencyRow], wards: Sequence[Ward], rows: Mapping[str, SupervisorRow]
) -> Iterator[Unit]:
    by_code = {agency.code: agency for agency in agencies}
    for agency in agencies:
        parent = agency.above if agency.above in by_code else None
        coordinator = by_code[parent].above if parent else agency.above
        ladder = _provincial_ladder(coordinator, rows)
        yield Unit(code=agency.code, name=agency.name, kind=agency.kind, parent=parent, ladder=ladder)
        if agency.sub_units:
            for city in wards:
                if city.level == "kota_kab":
                    yield _sub_unit(agency, city, ladder)


def _sub_unit(agency: AgencyRow, city: Ward, ladder: tuple[Supervisor, ...]) -> Unit:
    """The Suku Dinas of an agency in a city."""
    _, _, key = agency.code.partition("-")
    kind, _, duty = agency.name.partition(" ")
    name = f"Suku Dinas {duty}" if kind == "Dinas" else f"{agency.name} wilayah"
    return Unit(
        code=f"SUDIN-{key}-{SHORT[city.code][0]}",
        name=f"{name} {city.name.split('Administrasi ')[-1]}",
        kind=UnitKind.UKPD,
        parent=agency.code,
        ladder=ladder,
    )


def _provincial_ladder(coordinator: str, rows: Mapping[str, SupervisorRow]) -> tuple[Supervisor, ...]:
    """The Asisten Sekda (or the Sekda at once, for a BUMD), the Sekda, the Inspektur."""
    chain = [rung for rung in _above(coordinator, rows) if rung.kind in COORDINATORS]
    return (*chain, _rung("INSPEKTORAT", rows))


def _desks(folder: Path, rows: Mapping[str, SupervisorRow]) -> Iterator[Unit]:
    """The person in charge of each channel (art. 8(3)), under the Asisten who coordinates Kominfotik [O]."""
    for channel in read_rows(folder / "channels.csv", ChannelRow):
        yield Unit(
            code=desk_of(channel.code),
            name=f"Meja {channel.name}",
            kind=UnitKind.DESK,
            ladder=_provincial_ladder("ASDA-PEM", rows),
        )


def desk_of(channel: str) -> str:
    """The code of a channel's desk."""
    return f"DESK-{channel.upper()}"


def _as_rung(unit: Unit) -> Supervisor:
    return Supervisor(code=unit.code, name=unit.name, kind=unit.kind)


def _returns_to_itself(unit: Unit, units: Mapping[str, Unit]) -> bool:
    seen, code = {unit.code}, unit.parent
    while code is not None and code in units:
        if code in seen:
            return True
        seen.add(code)
        code = units[code].parent
    return False
