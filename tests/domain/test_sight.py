"""How much of a complaint each may see."""

import pytest

from domain.complaint import Complaint
from domain.organisation import Unit
from domain.sight import Sight, sight_of_officer, sight_of_others
from tests.city import ASISTEN_KOTA, DESK, DINAS, INSPEKTORAT, KELURAHAN, opening

COORDINATOR = Unit(code=ASISTEN_KOTA.code, name=ASISTEN_KOTA.name, kind=ASISTEN_KOTA.kind)
HELD = KELURAHAN.model_copy(update={"ladder": (ASISTEN_KOTA,)})


def complaint(*, public: bool) -> Complaint:
    start = opening()
    intake = start.intake.model_copy(update={"public": public})
    return Complaint.blank(start.model_copy(update={"intake": intake, "kelurahan": HELD}))


@pytest.mark.parametrize(
    ("unit", "private", "public"),
    [
        (KELURAHAN, Sight.PERSON, Sight.PERSON),
        (DESK, Sight.PERSON, Sight.PERSON),
        (COORDINATOR, Sight.PERSON, Sight.PERSON),
        (INSPEKTORAT, Sight.CASE, Sight.CASE),
        (DINAS, Sight.STANDING, Sight.CASE),
    ],
    ids=lambda one: getattr(one, "code", ""),
)
def test_officers_see_what_their_part_in_it_needs(unit: Unit, private: Sight, public: Sight) -> None:
    assert sight_of_officer(complaint(public=False), unit) is private
    assert sight_of_officer(complaint(public=True), unit) is public


def test_a_validator_sees_the_case_while_it_validates_and_not_who_complained() -> None:
    checked = complaint(public=False).model_copy(update={"validator": DINAS})
    assert sight_of_officer(checked, DINAS) is Sight.CASE


def test_others_see_public_ones_only_and_nothing_of_restricted_ones() -> None:
    assert sight_of_others(complaint(public=False)) is Sight.STANDING
    assert sight_of_others(complaint(public=True)) is Sight.CASE
    assert sight_of_others(complaint(public=True).model_copy(update={"restricted": True})) is Sight.STANDING
