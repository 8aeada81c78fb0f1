"""A complaint as one page shows it: what somebody may see of it, and what they may do to it now."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.commands import Party
from domain.complaint import Complaint
from domain.events import Event
from domain.intake import ERASED_TEXT
from domain.jurisdiction import Jurisdiction
from domain.organisation import Unit
from domain.place import Point
from domain.possible import Answers, parties_of, possible, possible_without
from domain.refusal import Refused
from domain.sight import Sight, sight_by, sight_of_officer, sight_of_others
from domain.status import Status
from domain.view import ComplaintView
from store.complaints import Reads
from store.duplicates import Candidate, Duplicates
from store.glances import Glance, Glances
from store.lives import Life, Lives
from store.pictures import Pictures, Shown
from web.seat import Seat
from web.site import Site, Suggested

HANDLED = frozenset(Status) - {Status.FOLLOWING, Status.RESOLVED, Status.CLOSED}
"""While it is in one of these, others may be about the same thing."""


class Said(NamedTuple):
    """What the reporter said, and who it was; the person is empty for whoever may not know."""

    text: str
    place: str | None
    point: Point | None
    name: str | None
    contact: str | None
    erased: bool


class Beside(NamedTuple):
    """A complaint that may be about the same thing; ``text`` is None for whoever may not see it."""

    candidate: Candidate
    category: str
    opened_at: datetime | None
    text: str | None
    place: str | None
    pictures: tuple[Shown, ...]


class Case(NamedTuple):
    """What the page of a complaint shows to one seat. What sight does not allow is empty here already."""

    standing: ComplaintView
    complaint: Complaint | None
    sight: Sight
    said: Said | None
    events: Sequence[Event]
    pictures: Sequence[Shown]
    followers: Sequence[str]
    beside: Sequence[Beside]
    answers: Answers
    suggested: Sequence[Suggested]

    @property
    def sees_case(self) -> bool:
        """Whether text, place, notes and pictures may be seen."""
        return self.sight >= Sight.CASE

    @property
    def sees_person(self) -> bool:
        """Whether the reporter may be known."""
        return self.sight >= Sight.PERSON


async def case_of(site: Site, seat: Seat, number: str) -> Case | None:
    """The complaint with this number for a seat; None when there is none. A fixed number of queries."""
    life = await Lives(site.database).of(number)
    if life is None:
        return None
    now, sight, answers = life.standing, _sight(site.city, seat, life), _answers(site, seat, life)
    if sight < Sight.CASE:
        return Case(now, life.complaint, sight, None, (), (), (), (), answers, ())
    pictures, followers, beside = await asyncio.gather(
        Pictures(site.database).at([number]),
        Reads(site.database).followers(number),
        _beside(site, seat, now, answers),
    )
    said = _said(life, sight)
    suggested = _suggested(site, now, said) if answers["reassign"] is None else ()
    return Case(
        now, life.complaint, sight, said, life.events, pictures, followers, beside, answers, suggested
    )


async def sight_of_number(site: Site, seat: Seat, number: str) -> Sight:
    """What a seat may see of a complaint, found without its events: for single pictures and files."""
    found = await Glances(site.database).of([number])
    return sight_of_glance(site.city, seat, found[0]) if found else Sight.STANDING


def sight_of_glance(city: Jurisdiction, seat: Seat, glance: Glance) -> Sight:
    """What a seat may see of a complaint of which a list knows where it stands."""
    if seat.unit is None:
        return Sight.CASE if glance.is_open_to_all else Sight.STANDING
    them = parties_of(
        seat.unit, holder_of(city, glance.unit), desk_of(city, glance.channel), glance.validator
    )
    return sight_by(them, seat.unit, open_to_all=glance.is_open_to_all)


def holder_of(city: Jurisdiction, code: str) -> Unit | str:
    """The unit with this code; its code alone when the city knows it no more."""
    try:
        return city.unit(code)
    except Refused:
        return code


def desk_of(city: Jurisdiction, channel: str) -> str | None:
    """The desk of a channel, None for one that is no longer in force."""
    try:
        return city.channel(channel).desk
    except Refused:
        return None


def _sight(city: Jurisdiction, seat: Seat, life: Life) -> Sight:
    if life.complaint is not None:
        return sight_of_officer(life.complaint, seat.unit) if seat.unit else sight_of_others(life.complaint)
    if seat.unit is None:
        return Sight.STANDING
    return sight_by(_parties(city, seat.unit, life.standing), seat.unit, open_to_all=False)


def _answers(site: Site, seat: Seat, life: Life) -> Answers:
    if seat.officer is None or seat.unit is None:
        return possible_without(life.standing.status, ())
    if life.complaint is not None:
        return possible(life.complaint, seat.actor, site.clock())
    return possible_without(life.standing.status, _parties(site.city, seat.unit, life.standing))


def _parties(city: Jurisdiction, unit: Unit, now: ComplaintView) -> frozenset[Party]:
    return parties_of(unit, holder_of(city, now.unit), desk_of(city, now.channel), now.validator)


def _said(life: Life, sight: Sight) -> Said:
    """As the aggregate has it: corrected where it was corrected, blank where it was erased."""
    if life.complaint is None:
        return Said("", None, None, None, None, erased=True)
    intake, knows = life.complaint.opening.intake, sight >= Sight.PERSON
    return Said(
        intake.text,
        intake.place,
        life.complaint.point,
        intake.reporter.name if knows else None,
        intake.reporter.contact if knows else None,
        erased=intake.text == ERASED_TEXT,
    )


async def _beside(site: Site, seat: Seat, now: ComplaintView, answers: Answers) -> list[Beside]:
    """Those that may be about the same thing, for whoever could merge them."""
    if answers["merge"] is not None or now.status not in HANDLED:
        return []
    candidates = await Duplicates(site.database).of(now.number, family_of(site.city, now.category))
    numbers = [one.number for one in candidates]
    glances, pictures = await asyncio.gather(
        Glances(site.database).of(numbers), Pictures(site.database).at(numbers)
    )
    known = {one.number: one for one in glances}
    return [
        _one_beside(site, seat, one, known[one.number], pictures) for one in candidates if one.number in known
    ]


def _one_beside(
    site: Site, seat: Seat, candidate: Candidate, glance: Glance, pictures: Sequence[Shown]
) -> Beside:
    may = sight_of_glance(site.city, seat, glance) >= Sight.CASE
    return Beside(
        candidate,
        glance.category,
        glance.opened_at,
        glance.text if may else None,
        glance.place if may else None,
        tuple(one for one in pictures if one.number == glance.number) if may else (),
    )


def family_of(city: Jurisdiction, category: str) -> set[str]:
    """The categories that may be meant by the same thing."""
    categories = city.categories()
    group = next((one.group for one in categories if one.code == category), None)
    return {one.code for one in categories if one.group == group} | {category}


def _suggested(site: Site, now: ComplaintView, said: Said) -> list[Suggested]:
    try:
        found = site.suggestions.suggest(now.category, said.text, now.ward)
    except Refused:
        return []
    return [one for one in found if one.unit != now.unit]
