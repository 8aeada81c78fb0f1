"""Every message that can be due has words, in both languages, with all facts filled in."""

import tomllib
from datetime import timedelta

import pytest

from domain.commands import (
    REPORTER,
    Accept,
    Close,
    Complete,
    Coordinate,
    HandBack,
    HandBackReason,
    Progress,
    Validate,
    Withdraw,
)
from domain.notices import Notice, notices
from domain.view import view
from notify.letter import TEMPLATES, letter, words
from tests.city import BIRO, KELURAHAN, NEIGHBOUR, PHOTO, Life, officer

LURAH = officer(KELURAHAN)
DONE = Complete(note="Selesai.", evidence=(PHOTO,))


def lives() -> list[Life]:
    """Lives that see every event there is between them."""
    late, done, away, gone = Life(), Life(), Life(), Life()
    late.pass_time(timedelta(days=30))
    for command, actor in (
        (Accept(), LURAH),
        (Progress(note="Di lokasi."), LURAH),
        (DONE, LURAH),
        (Validate(accepted=False, note="Belum."), officer(BIRO)),
        (DONE, LURAH),
        (Validate(accepted=True), officer(BIRO)),
        (Close(), REPORTER),
    ):
        done.send(command, actor)
    for sender, target in ((KELURAHAN, NEIGHBOUR), (NEIGHBOUR, KELURAHAN), (KELURAHAN, NEIGHBOUR)):
        away.send(Coordinate(to=target), officer(sender))
    back = Life()
    back.send(HandBack(reason=HandBackReason.UNCLEAR_LOCATION), LURAH)
    gone.send(Withdraw(), REPORTER)
    return [late, done, away, back, gone]


def due() -> list[tuple[Life, int, Notice]]:
    found = []
    for life in lives():
        again = Life(life.complaint.opening)
        for number, event in enumerate(life.events[1:], 1):
            again.complaint.apply(event)
            found += [(life, number, notice) for notice in notices(event, again.complaint)]
        found += [
            (life, 0, notice) for notice in notices(life.events[0], Life(life.complaint.opening).complaint)
        ]
    return found


@pytest.mark.parametrize(
    ("life", "number", "notice"),
    [pytest.param(*one, id=f"{one[2].event}-{one[2].audience}") for one in due()],
)
def test_a_notice_has_words(life: Life, number: int, notice: Notice) -> None:
    now = view(life.complaint, "complaint-1")
    subject, body = letter(notice, life.events[number], now, life.complaint.holder.name, "KODE-1234")
    assert now.number in subject
    assert "\n" not in subject
    indonesian, _, english = body.partition("\n--\n")
    assert indonesian.strip()
    assert english.strip()
    assert "$" not in subject + body
    assert "Pelapor" not in subject


def test_every_template_is_used() -> None:
    templates = tomllib.loads(TEMPLATES.read_text(encoding="utf-8"))
    moves = {"coordinated", "disposed", "handed_back", "reassigned"}
    used = {("moved" if notice.event in moves else notice.event, notice.audience) for _, _, notice in due()}
    assert {(event, audience) for event, kinds in templates.items() for audience in kinds} == used


def test_the_reporter_is_given_number_and_access_code() -> None:
    life = Life()
    notice = next(one for one in notices(life.events[0], life.complaint) if one.to == "reporter")
    body = letter(notice, life.events[0], view(life.complaint, "x"), "Kelurahan Gambir", "KODE-1234").body
    assert "JK2611020001" in body
    assert "KODE-1234" in body
    assert "8 November 2026 09.00 WIB" in body


def test_a_missing_template_is_named() -> None:
    with pytest.raises(KeyError, match=r"no complete \[received.nobody\]"):
        words("received", "nobody")
