"""Rights of the person: what a request is, and what is left of a complaint whose person was erased."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from domain.commands import SERVICE, Accept, Complete, CorrectReporter, ErasePerson, RestrictProcessing
from domain.intake import Reporter
from domain.person import Decision, PersonRequest, Right
from domain.place import Point
from domain.timeline import ERASED, entry, erased
from domain.view import view
from tests.city import KELURAHAN, MONDAY, PHOTO, Life, officer, opening

LURAH = officer(KELURAHAN)


def request(right: Right, **more: str) -> PersonRequest:
    return PersonRequest(id="r", right=right, numbers=("JK1",), asked_at=MONDAY, **more)


def test_a_request_is_due_in_72_clock_hours() -> None:
    assert request(Right.ERASE).due_at == MONDAY + timedelta(hours=72)


def test_each_right_tells_complaints_what_to_do() -> None:
    assert request(Right.ACCESS).command is None
    assert request(Right.ERASE).command == ErasePerson()
    assert request(Right.RESTRICT).command == RestrictProcessing(restricted=True)
    assert request(Right.RELEASE).command == RestrictProcessing(restricted=False)
    told = request(Right.CORRECT, name="Siti", contact="0812").command
    assert told == CorrectReporter(name="Siti", contact="0812")


def test_a_correction_needs_something_and_nothing_else_may_have_it() -> None:
    with pytest.raises(ValidationError, match="needs a name or a contact"):
        request(Right.CORRECT)
    with pytest.raises(ValidationError, match="needs a name or a contact"):
        request(Right.ERASE, name="Siti")


def test_a_refusal_says_why() -> None:
    with pytest.raises(ValidationError, match="must say why"):
        Decision(granted=False, by="o", at=MONDAY, reason=" ")
    assert Decision(granted=True, by="o", at=MONDAY).reason == ""


def test_a_correction_replaces_both() -> None:
    life = Life()
    life.send(CorrectReporter(name="Siti"), SERVICE)
    assert life.complaint.opening.intake.reporter == Reporter(name="Siti")


def test_after_an_erasure_the_case_goes_on_without_the_person() -> None:
    exact = Point(latitude=-6.17538, longitude=106.82716)
    life = Life(opening(public=True, attachments=(PHOTO,), point=exact))
    before = view(life.complaint, "c")
    life.send(ErasePerson(), SERVICE)
    after, intake = view(life.complaint, "c"), life.complaint.opening.intake
    assert (intake.reporter, intake.place, intake.attachments, intake.public) == (Reporter(), None, (), False)
    assert intake.text == "-"
    assert intake.point == life.complaint.point == Point(latitude=-6.18, longitude=106.83)
    assert after == before.model_copy(update={"seq": before.seq + 1})
    life.send(Accept(), LURAH)
    life.send(Complete(note="Selesai.", evidence=(PHOTO,)), LURAH)
    assert life.complaint.completed_by == KELURAHAN


def test_lines_that_are_erased_keep_what_happened_and_when() -> None:
    lines = [entry(event) for event in Life().events]
    (gone,) = erased(lines)
    assert gone == lines[0].model_copy(update={"detail": ERASED})
