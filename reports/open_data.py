"""Open data of a month: one line for each complaint that came in, so coarse that nobody is found in it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from domain.anonymity import CITY, KECAMATAN, Told, Traits, anonymous
from domain.period import Period
from domain.place import Point
from reports.files import written
from reports.names import Names
from reports.words import SECONDS_PER_HOUR, Words

DECIMALS = 3
"""Of a degree, for the point of a complaint that its reporter made public: about 110 metres [O]."""

FIELDS = (
    "month", "channel", "group", "category", "city", "kecamatan", "ward", "ward_code", "latitude",
    "longitude",
    "status", "outcome", "hours_to_completion", "on_time", "hops", "rating", "public",
)  # fmt: skip


class Entry(NamedTuple):
    """A complaint as open data begins with. ``point`` is where it is, ``hours`` from intake to completion."""

    channel: str
    category: str
    ward: str
    status: str
    outcome: str
    on_time: bool | None
    seconds: int | None
    hops: int
    score: int | None
    public: bool
    point: Point | None


def open_data(
    period: Period, entries: Sequence[Entry], names: Names, centres: Mapping[str, Point], smallest: int
) -> Mapping[str, bytes]:
    """The data and its dictionary, as CSV files by their names.

    Private complaints are told in groups of at least ``smallest``, at their ward's point of ``centres``;
    public ones as their reporters made them. The order says nothing about when each came in.
    """
    told = _told(entries, names, smallest)
    rows = sorted(
        (_row(period, entry, one, names, centres) for entry, one in zip(entries, told, strict=True)),
        key=lambda row: tuple(str(value) for value in row),
    )
    return {
        f"pengaduan-{period.name}.csv": written(FIELDS, iter(rows)),
        "kamus-data.csv": written(("field", "arti", "meaning"), _dictionary(smallest)),
    }


def _told(entries: Sequence[Entry], names: Names, smallest: int) -> list[Told]:
    """Public ones hide no private one: groups are made of private ones alone."""
    traits = [Traits(one.ward, one.category, names.group(one.category), one.channel) for one in entries]
    private = [place for place, one in enumerate(entries) if not one.public]
    told = [Told(one.ward, one.category, one.group, one.channel) for one in traits]
    for place, one in zip(private, anonymous([traits[place] for place in private], smallest), strict=True):
        told[place] = one
    return told


def _row(
    period: Period, entry: Entry, told: Told, names: Names, centres: Mapping[str, Point]
) -> tuple[object, ...]:
    ward = told.place if len(told.place) > KECAMATAN else ""
    point = _point(entry, ward, centres)
    return (
        period.name,
        names.channels.get(told.channel, told.channel),
        told.group,
        told.category,
        names.places.get(told.place[:CITY], ""),
        names.places.get(told.place[:KECAMATAN], "") if len(told.place) >= KECAMATAN else "",
        names.places.get(ward, ""),
        ward,
        point.latitude if point else "",
        point.longitude if point else "",
        entry.status,
        entry.outcome,
        round(entry.seconds / SECONDS_PER_HOUR) if entry.seconds is not None else "",
        "" if entry.on_time is None else "yes" if entry.on_time else "no",
        entry.hops,
        entry.score or "",
        "yes" if entry.public else "no",
    )


def _point(entry: Entry, ward: str, centres: Mapping[str, Point]) -> Point | None:
    if entry.public and entry.point:
        return Point(
            latitude=round(entry.point.latitude, DECIMALS), longitude=round(entry.point.longitude, DECIMALS)
        )
    return centres.get(ward)


def _dictionary(smallest: int) -> Iterator[tuple[str, str, str]]:
    indonesian, english = Words("id"), Words("en")
    for field in FIELDS:
        key = f"open_{field}"
        yield field, indonesian(key, smallest=smallest), english(key, smallest=smallest)
