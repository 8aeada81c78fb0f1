"""From the codes that people type to commands, with the facts of the city filled in."""

import pytest

from domain.commands import HandBackReason
from domain.complaint import Complaint
from domain.orders import Orders
from domain.place import Point
from domain.refusal import RefusalCode, Refused
from domain.status import Status
from domain.view import view
from jakarta.load import load_jakarta
from tests.city import opening

ORDERS = Orders(load_jakarta())
GAMBIR, KECAMATAN = "KEL-31.71.01.1001", "KEC-31.71.01"
MONAS = Point(latitude=-6.1754, longitude=106.8272)
PARENT = view(Complaint.blank(opening()), "complaint-jaki-x").model_copy(update={"number": "JK1"})


def test_an_officer_acts_for_the_unit() -> None:
    assert ORDERS.officer("lurah-gambir").unit == GAMBIR


def test_units_are_filled_in() -> None:
    for build in (ORDERS.coordinate, ORDERS.dispose, ORDERS.reassign):
        command = build("SKPD-BINAMARGA", "catatan")
        assert (command.to.name, command.note) == ("Dinas Bina Marga", "catatan")
        with pytest.raises(Refused) as refused:
            build("SKPD-BINAMARGO", "")
        assert refused.value.code is RefusalCode.UNKNOWN_UNIT
        assert "BINAMARGA" in refused.value.message


def test_a_hand_back_with_a_better_location_is_routed_anew() -> None:
    back = ORDERS.hand_back("KEL-31.74.01.1001", HandBackReason.WRONG_LOCATION, None, MONAS, "peta")
    assert back.to is not None
    assert back.found is not None
    assert (back.to.code, back.found.ward, back.point, back.note) == (GAMBIR, "31.71.01.1001", MONAS, "peta")


def test_a_hand_back_to_a_better_unit_goes_there_whatever_the_location() -> None:
    back = ORDERS.hand_back(GAMBIR, HandBackReason.NOT_OUR_AUTHORITY, "SKPD-BINAMARGA", MONAS, "")
    assert back.to is not None
    assert back.to.code == "SKPD-BINAMARGA"


def test_a_hand_back_with_neither_falls_to_the_kecamatan_of_a_kelurahan() -> None:
    back = ORDERS.hand_back(GAMBIR, HandBackReason.UNCLEAR_LOCATION, None, None, "")
    assert back.to is None
    assert back.fallback is not None
    assert back.fallback.code == KECAMATAN
    assert ORDERS.hand_back(KECAMATAN, HandBackReason.UNCLEAR_LOCATION, None, None, "").fallback is None


def test_a_better_location_outside_the_territory_is_refused() -> None:
    outside = Point(latitude=-7.5, longitude=110.0)
    with pytest.raises(Refused, match="outside the territory"):
        ORDERS.hand_back(GAMBIR, HandBackReason.WRONG_LOCATION, None, outside, "")


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
def test_what_is_no_longer_handled_cannot_be_followed(status: Status) -> None:
    with pytest.raises(Refused, match="only one that is being handled"):
        ORDERS.merge(PARENT.model_copy(update={"status": status}), "")


def test_a_follower_cannot_be_followed() -> None:
    with pytest.raises(Refused, match="itself follows JK9; name that one"):
        ORDERS.merge(PARENT.model_copy(update={"parent": "JK9"}), "")
    merge = ORDERS.merge(PARENT, "sama")
    assert (merge.parent.id, merge.note) == ("complaint-jaki-x", "sama")
