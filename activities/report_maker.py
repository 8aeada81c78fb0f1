"""Putting a report together: what is counted, under the names and rules of the city."""

import asyncio
from collections.abc import Mapping, Sequence

from domain.clocks import ClockState
from domain.figures import Cells, Dimension, Figure, Traced
from domain.organisation import HOLDERS
from domain.period import Period
from domain.place import Point
from domain.standing import coordinator
from jakarta.load import Jakarta
from reports.monthly import RED_FLAGS, Monthly, total
from reports.names import Names
from reports.open_data import Entry, open_data
from reports.scope import SCOPED, Scope, ScopeLetter, scope_letter
from store.database import Database
from store.figures import Figures
from store.open_data import OpenData, Received
from store.reports import Reports
from store.standings import Standings

DONE = frozenset({ClockState.MET, ClockState.MISSED})
"""How a resolution clock ended that measured something; one that was stopped did not matter any more."""


class ReportMaker:
    """Makes reports from the record."""

    def __init__(self, database: Database, city: Jakarta, web_url: str) -> None:
        self._figures = Figures(database)
        self._standings = Standings(database)
        self._reports = Reports(database)
        self._open_data = OpenData(database)
        self._city = city
        self._web_url = web_url

    async def monthly(self, period: Period) -> Monthly:
        """The report of a month. Complaints that older code recorded get their standings first."""
        await self._standings.fill()
        (now, flags), before, year_before = await asyncio.gather(
            self._counted(period), self._figures.of(period.before), self._figures.of(period.year_before)
        )
        return Monthly(
            period=period,
            now=now,
            before=_known(before),
            year_before=_known(year_before),
            flags=flags,
            names=names_of(self._city),
            smallest=self._city.report_rules.smallest_ranked,
            web_url=self._web_url,
            synthetic=await self._reports.is_synthetic(),
        )

    async def _counted(self, period: Period) -> tuple[Cells, Sequence[Traced]]:
        async with self._figures.counted(period) as counted:
            return await counted.cells(), await counted.behind(RED_FLAGS)

    async def scope(self, period: Period, code: str) -> Sequence[Traced]:
        """All that is told a coordinator about a period, one by one."""
        async with self._figures.counted(period) as counted:
            return await counted.behind(SCOPED, Dimension.COORDINATOR, code)

    async def scope_letter(self, period: Period, code: str) -> ScopeLetter:
        """The letter to a coordinator about a period."""
        things = await self.scope(period, code)
        return scope_letter(Scope(code, period, things, names_of(self._city), self._web_url))

    async def open_data(self, period: Period) -> Mapping[str, bytes]:
        """The open data of a month: files by their names."""
        await self._standings.fill()
        entries = [_entry(one) for one in await self._open_data.received(period)]
        centres, smallest = self._city.ward_centres(), self._city.report_rules.smallest_cell
        return await asyncio.to_thread(open_data, period, entries, names_of(self._city), centres, smallest)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who gets the monthly report."""
        return self._city.report_rules.recipients

    def coordinators(self) -> list[str]:
        """The codes of all who coordinate units."""
        units = (unit for unit in self._city.units() if unit.kind in HOLDERS)
        return sorted({code for unit in units if (code := coordinator(unit))})


def names_of(city: Jakarta) -> Names:
    """What everything in a report is called in this city."""
    return Names(
        channels={one.code: one.name for one in city.channels()},
        categories={one.code: one for one in city.categories()},
        places=city.places(),
        units={one.code: one.name for one in city.units()},
    )


def _entry(one: Received) -> Entry:
    point = None
    if one.latitude is not None and one.longitude is not None:
        point = Point(latitude=one.latitude, longitude=one.longitude)
    ended = ClockState(one.ended_as) if one.ended_as in DONE else None
    return Entry(
        channel=one.channel,
        category=one.category,
        ward=one.ward or "",
        status=one.status,
        outcome=one.outcome or "",
        on_time=ended is ClockState.MET if ended else None,
        seconds=one.seconds if ended else None,
        hops=one.hops,
        score=one.score,
        public=one.is_public,
        point=point,
    )


def _known(cells: Cells) -> Cells | None:
    """Figures of a period before anything was recorded say nothing, rather than zero."""
    whole = total(cells)
    return cells if whole and whole.count(Figure.RECEIVED) else None
