"""What coordinators' pages are made of: the scope of a seat, counts that many share, and names."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from domain.jurisdiction import Jurisdiction
from domain.organisation import HOLDERS, Unit
from domain.scope import Scope, scope_of
from domain.wib import WIB
from store.coordination import Coordination, Day, Snapshot
from store.database import Database
from web.live import Live
from web.remembered import Remembered

DAYS = 30
SNAPSHOT_FRESH_S = 1.0
HISTORY_FRESH_S, HISTORY_STALE_S = 60.0, 3600.0


class Counted(NamedTuple):
    """What a snapshot is asked for by: equal ones are counted once."""

    scope: str
    version: int


class Overview:
    """Counts are shared: by all of a scope for a second, unless something changed; history for a minute."""

    def __init__(
        self, database: Database, city: Jurisdiction, live: Live, clock: Callable[[], datetime]
    ) -> None:
        self.reads = Coordination(database)
        self._city, self._live, self._clock = city, live, clock
        self._scopes: dict[str, Scope] = {}
        self._snapshots: Remembered[Counted, Snapshot] = Remembered(self._count, SNAPSHOT_FRESH_S)
        self._history: Remembered[date, Mapping[tuple[date, str], Day]] = Remembered(
            self._recount, HISTORY_FRESH_S, HISTORY_STALE_S, most=2
        )
        units = city.units()
        self.names: Mapping[str, str] = {unit.code: unit.name for unit in units}
        self.wards: Mapping[str, str] = {unit.ward: unit.name for unit in units if unit.ward}
        self.holders: Sequence[Unit] = sorted(
            (unit for unit in units if unit.kind in HOLDERS), key=lambda unit: unit.name
        )
        self.categories = {category.code: category for category in city.categories()}
        self.hop_limits: Mapping[str, int] = {
            name: city.policy(name, "", clock()).hop_limit for name in city.policies()
        }

    def scope(self, seat: Unit) -> Scope:
        """The scope of a seat; the organisation does not change while the program runs."""
        if seat.code not in self._scopes:
            self._scopes[seat.code] = scope_of(seat, self._city.units())
        return self._scopes[seat.code]

    async def snapshot(self, scope: Scope) -> Snapshot:
        """What the scope has in hand."""
        return await self._snapshots.of(Counted(scope.code, self._live.version))

    async def trend(self, scope: Scope) -> list[tuple[date, Day]]:
        """Opened, closed and late by day, the last thirty days, today the last."""
        today = self._clock().astimezone(WIB).date()
        history = await self._history.of(today)
        days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
        sums = {day: [0, 0, 0] for day in days}
        for (day, unit), many in history.items():
            if day in sums and scope.sees(unit):
                sums[day] = [one + other for one, other in zip(sums[day], many, strict=True)]
        return [(day, Day(*sums[day])) for day in days]

    def unit_of(self, said: str) -> str:
        """The code of a unit that somebody typed: its code, its name, or both as the list offers them."""
        said = said.strip()
        inner = said.rpartition("(")[2].rstrip(")") if said.endswith(")") else said
        by_name = {name.casefold(): code for code, name in self.names.items()}
        return by_name.get(said.casefold(), inner)

    async def _count(self, key: Counted) -> Snapshot:
        return await self.reads.snapshot(self._scopes[key.scope], self._clock())

    async def _recount(self, today: date) -> Mapping[tuple[date, str], Day]:
        first = today - timedelta(days=DAYS - 1)
        return await self.reads.history(datetime(first.year, first.month, first.day, tzinfo=WIB))
