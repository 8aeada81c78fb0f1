"""The city, loaded from its files and checked; it answers what the domain asks of a jurisdiction."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Protocol, TypeVar

from domain.integrity import Thresholds
from domain.organisation import Category, CategoryKind, Channel, Officer, Supervisor, Unit
from domain.place import FoundBy, Point, WardFound
from domain.policy import Policy
from domain.refusal import RefusalCode, Refused
from jakarta.bad_data import BadData, Entry, read_rows
from jakarta.boundaries import Boundaries
from jakarta.calendar import Calendar
from jakarta.directory import Contact, read_contacts
from jakarta.integrity import read_thresholds
from jakarta.organisation import ChannelRow, Mark, Ward, build_officers, build_units, desk_of, findings
from jakarta.policies import load_policies
from jakarta.reports import ReportRules, read_report_rules
from jakarta.wards import NearestPoint, most_central

HERE = Path(__file__).parent
VALIDATORS = ("SKPD-PEMERINTAHAN", "INSPEKTORAT")
"""Biro Pemerintahan checks (DOMAIN.md); the Inspektorat where the Biro itself did the work [O]."""

LAST_RESORT = "GUBERNUR"

MOST_SUGGESTIONS = 3
CLOSE_ENOUGH = 70.0
"""Of 100: how alike a code or name must be to be suggested."""


class CategoryRow(Entry):
    """A row of ``categories.csv``."""

    code: str
    name: str
    name_en: str
    group: str
    duty: str | None = None
    kind: CategoryKind
    needs_point: bool
    mark: Mark


class Named(Protocol):
    """Anything with a code and a name."""

    @property
    def code(self) -> str:
        """The code."""
        ...

    @property
    def name(self) -> str:
        """The name."""
        ...


N = TypeVar("N", bound=Named)


class Jakarta:
    """Jakarta as data: a ``domain.jurisdiction.Jurisdiction``."""

    def __init__(self, folder: Path, boundaries: Path | None) -> None:
        self._folder = folder
        self._boundaries = boundaries
        self._units = build_units(folder)
        if wrong := findings(self._units):
            raise BadData(f"The organisation does not hold together: {'; '.join(wrong)}.")
        self._officers = build_officers(folder, self._units)
        self._contacts = read_contacts(folder / "contacts.csv", self._units)
        self._channels = _channels(folder, datetime.now(UTC).date())
        self._categories = _categories(folder, self._units)
        self._calendar = Calendar(folder / "calendar.toml")
        self._policies = load_policies(_policies(folder))

    def unit(self, code: str) -> Unit:
        """The unit with this code."""
        return _known(code, self._units, RefusalCode.UNKNOWN_UNIT, "unit", "org units")

    def ward_shapes(self) -> bytes:
        """The wards as shapes to draw, as GeoJSON."""
        from jakarta.ward_shapes import ward_shapes  # noqa: PLC0415 - heavy

        names = {unit.ward: unit.name.removeprefix("Kelurahan ") for unit in self.units() if unit.ward}
        return ward_shapes(self._folder / "ward_points.csv", self._boundaries, names)

    def contact(self, code: str) -> Contact:
        """How a unit is reached and when it works; empty where the city has not said it."""
        return self._contacts.get(code) or Contact(unit=code, mark="O")

    def addresses(self) -> Mapping[str, str]:
        """The e-mail addresses of units that have one."""
        return {code: contact.email for code, contact in self._contacts.items() if contact.email}

    def officer(self, code: str) -> Officer:
        """The officer with this code."""
        return _known(code, self._officers, RefusalCode.UNKNOWN_OFFICER, "officer", "org officers")

    def channel(self, code: str) -> Channel:
        """The channel with this code, if it is in force today."""
        return _known(code, self._channels, RefusalCode.UNKNOWN_CHANNEL, "channel", "org channels")

    def category(self, code: str) -> Category:
        """The category with this code."""
        return _known(code, self._categories, RefusalCode.UNKNOWN_CATEGORY, "category", "org categories")

    def units(self) -> Sequence[Unit]:
        """All units, supervisors among them."""
        return list(self._units.values())

    def officers(self) -> Sequence[Officer]:
        """All officers."""
        return list(self._officers.values())

    def channels(self) -> Sequence[Channel]:
        """All channels in force."""
        return list(self._channels.values())

    def categories(self) -> Sequence[Category]:
        """All categories."""
        return list(self._categories.values())

    def find_ward(self, point: Point | None) -> WardFound:
        """The ward in which a point lies, and how it was found."""
        if point is None:
            return WardFound(ward=None, found_by=FoundBy.NO_POINT)
        return self._map.find(point)

    def reference_points(self) -> Sequence[tuple[str, Point]]:
        """The reference points of the wards: the code of the ward, and where."""
        return self._nearest.points()

    @cached_property
    def report_rules(self) -> ReportRules:
        """Who gets reports, and how small a group may be. Raises ``BadData``."""
        return read_report_rules(self._own("reports.toml"), self._units)

    @cached_property
    def integrity_thresholds(self) -> Thresholds:
        """From where on something strikes. Raises ``BadData``."""
        return read_thresholds(self._own("integrity.toml"))

    def places(self) -> Mapping[str, str]:
        """The names of the province, its cities, kecamatan and wards, by Kemendagri code."""
        return {ward.code: ward.name for ward in read_rows(self._folder / "wards.csv", Ward)}

    def ward_centres(self) -> Mapping[str, Point]:
        """For each ward the reference point that lies nearest to the middle of all of them."""
        by_ward: dict[str, list[Point]] = {}
        for ward, point in self.reference_points():
            by_ward.setdefault(ward, []).append(point)
        return {ward: most_central(points) for ward, points in by_ward.items()}

    def unit_of_ward(self, ward: str) -> Unit:
        """The kelurahan that receives the complaints of a ward."""
        return self.unit(f"KEL-{ward}")

    def validators(self) -> Sequence[Unit]:
        """Biro Pemerintahan, and the Inspektorat for what the Biro itself did."""
        return [self.unit(code) for code in VALIDATORS]

    def last_resort(self) -> Supervisor:
        """The Governor, above whom nobody is."""
        governor = self.unit(LAST_RESORT)
        return Supervisor(code=governor.code, name=governor.name, kind=governor.kind)

    def policies(self) -> Sequence[str]:
        """The names of the policies there are."""
        return list(self._policies)

    def policy(self, name: str, category: str, at: datetime) -> Policy:
        """The named policy for a category, with the working calendar ahead of ``at`` frozen into it."""
        if name not in self._policies:
            known = ", ".join(self._policies)
            raise Refused(
                RefusalCode.UNKNOWN_POLICY, f"There is no policy {name[:40]!r}; there are: {known}."
            )
        file = self._policies[name]
        return Policy(
            name=name,
            source=file.source,
            effective_from=file.effective_from,
            response=file.response.rule(),
            resolution=file.category.get(category, file.resolution).rule(),
            validation=file.validation.rule(),
            reply=file.reply.rule(),
            feedback=file.feedback.rule(),
            ladder_after=file.ladder_after,
            remind_every=file.remind_every,
            hop_limit=file.hop_limit,
            coarse_metres=file.coarse_metres,
            deliver_within=file.deliver_within,
            digest_every=file.digest_every,
            calendar=self._calendar.ahead(at.astimezone(UTC).date()),
        )

    def _own(self, name: str) -> Path:
        """A file of the city, or the one that comes with Tuntas."""
        own = self._folder / name
        return own if own.is_file() else HERE / "data" / name

    @cached_property
    def _nearest(self) -> NearestPoint:
        return NearestPoint(self._folder / "ward_points.csv")

    @cached_property
    def _map(self) -> NearestPoint | Boundaries:
        return Boundaries(self._boundaries, self._nearest.find) if self._boundaries else self._nearest


def _channels(folder: Path, today: date) -> dict[str, Channel]:
    """The channels that are in force today."""
    return {
        row.code: Channel(code=row.code, name=row.name, desk=desk_of(row.code))
        for row in read_rows(folder / "channels.csv", ChannelRow)
        if row.since <= today and (row.until is None or today <= row.until)
    }


def _categories(folder: Path, units: Mapping[str, Unit]) -> dict[str, Category]:
    categories = {}
    for row in read_rows(folder / "categories.csv", CategoryRow):
        if row.duty and row.duty not in units:
            raise BadData(f"categories.csv: the duty-holder {row.duty} of {row.code} is no unit.")
        if row.code in categories:
            raise BadData(f"categories.csv: {row.code} comes twice.")
        categories[row.code] = Category(
            code=row.code,
            name=row.name,
            name_en=row.name_en,
            duty=row.duty,
            group=row.group,
            kind=row.kind,
            needs_point=row.needs_point,
        )
    return categories


def _policies(folder: Path) -> Path:
    """A city's own policies, or those that come with Tuntas."""
    own = folder / "policies"
    return own if own.is_dir() else HERE / "policies"


@cache
def load_jakarta(folder: Path | None = None, boundaries: Path | None = None) -> Jakarta:
    """The city, loaded once for each process. Raises ``BadData`` with file, line and reason."""
    return Jakarta(folder or HERE / "data", boundaries)


def _known(code: str, things: Mapping[str, N], refusal: RefusalCode, what: str, listing: str) -> N:
    if code in things:
        return things[code]
    close = _suggestions(code, things)
    hint = f" Did you mean {' or '.join(close)}?" if close else ""
    raise Refused(refusal, f"Unknown {what} {code[:60]!r}.{hint} List them with: starter.py {listing}")


def _suggestions(code: str, things: Mapping[str, N]) -> list[str]:
    from rapidfuzz import fuzz, process, utils  # noqa: PLC0415 - only when something was mistyped

    choices = {key: f"{key} {thing.name}" for key, thing in things.items()}
    found = process.extract(
        code[:200],
        choices,
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=MOST_SUGGESTIONS,
        score_cutoff=CLOSE_ENOUGH,
    )
    return [f"{key} ({things[key].name})" for _, _, key in found]
