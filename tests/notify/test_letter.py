"""Every message that can be due has words, in both languages, with all facts filled in."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.commands import (
    REPORTER,
    SERVICE,
    Accept,
    Actor,
    AnyCommand,
    Ask,
    Close,
    Complete,
    Coordinate,
    DecideEws,
    Escalate,
    HandBack,
    HandBackReason,
    HearParent,
    Merge,
    ParentNews,
    Progress,
    Rate,
    Reject,
    Reopen,
    Reply,
    ReportUndelivered,
    RequestEws,
    Separate,
    Validate,
    Withdraw,
)
from domain.notices import Notice, notices
from domain.view import view
from notify.letter import About, digest_letter, letter, occasion
from notify.templates import BadTemplates, Templates
from notify.times import when
from tests.city import ASISTEN_KOTA, BIRO, DESK, KELURAHAN, MONDAY, NEIGHBOUR, PARENT, PHOTO, Life, officer

TEMPLATES = Templates()
LURAH = officer(KELURAHAN)
DONE = Complete(note="Selesai.", evidence=(PHOTO,))


def send(life: Life, steps: list[tuple[AnyCommand, Actor]]) -> None:
    for command, actor in steps:
        life.send(command, actor)


def lives() -> list[Life]:
    """Lives that see every event there is between them."""
    late, done, away, gone = Life(), Life(), Life(), Life()
    late.pass_time(timedelta(days=30))
    steps: list[tuple[AnyCommand, Actor]] = [
        (Accept(), LURAH),
        (Progress(note="Di lokasi."), LURAH),
        (DONE, LURAH),
        (Validate(accepted=False, note="Belum."), officer(BIRO)),
        (DONE, LURAH),
        (Validate(accepted=True), officer(BIRO)),
        (Close(), REPORTER),
    ]
    send(done, steps)
    for sender, target in ((KELURAHAN, NEIGHBOUR), (NEIGHBOUR, KELURAHAN), (KELURAHAN, NEIGHBOUR)):
        away.send(Coordinate(to=target), officer(sender))
    asked, back, bad, again, merged = Life(), Life(), Life(), Life(), Life()
    steps = [
        (Ask(question="Di mana?"), LURAH),
        (Reply(answer="Di sini."), REPORTER),
        (RequestEws(until=MONDAY + timedelta(days=9), note="Sulit."), LURAH),
        (DecideEws(granted=False), officer(ASISTEN_KOTA)),
        (RequestEws(until=MONDAY + timedelta(days=9), note="Sulit."), LURAH),
        (DecideEws(granted=True), officer(ASISTEN_KOTA)),
        (Escalate(note="Tolong."), LURAH),
        (Ask(question="Di mana lagi?"), LURAH),
    ]
    send(asked, steps)
    asked.pass_time(timedelta(days=20))
    bad.send(Reject(note="Pujian."), officer(DESK))
    steps = [
        (Accept(), LURAH),
        (DONE, LURAH),
        (Validate(accepted=True), officer(BIRO)),
        (Rate(score=1), REPORTER),
        (Reopen(note="Belum."), REPORTER),
    ]
    send(again, steps)
    steps = [
        (Merge(parent=PARENT), LURAH),
        (HearParent(parent=PARENT, news=ParentNews.RESOLVED, moment=MONDAY), SERVICE),
        (HearParent(parent=PARENT, news=ParentNews.REOPENED, moment=MONDAY), SERVICE),
        (Separate(note="Lain lokasi."), LURAH),
        (ReportUndelivered(about=1, reason="ditolak"), SERVICE),
    ]
    send(merged, steps)
    back.send(HandBack(reason=HandBackReason.UNCLEAR_LOCATION), LURAH)
    gone.send(Withdraw(), REPORTER)
    return [late, done, away, asked, back, bad, again, merged, gone]


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
    subject, body = letter(
        notice, About(life.events[number], now, life.complaint.holder.name, "KODE-1234"), TEMPLATES
    )
    assert now.number in subject
    assert "\n" not in subject
    indonesian, _, english = body.partition("\n--\n")
    assert indonesian.strip()
    assert english.strip()
    assert "$" not in subject + body
    assert "Pelapor" not in subject


def test_every_template_is_used() -> None:
    used = {(occasion(life.events[number]), notice.audience.value) for life, number, notice in due()}
    assert TEMPLATES.known() == used


def test_the_reporter_is_given_number_and_access_code() -> None:
    life = Life()
    notice = next(one for one in notices(life.events[0], life.complaint) if one.to == "reporter")
    body = letter(
        notice, About(life.events[0], view(life.complaint, "x"), "Kelurahan Gambir", "KODE-1234"), TEMPLATES
    ).body
    assert "JK2611020001" in body
    assert "KODE-1234" in body
    assert "8 November 2026 09.00 WIB" in body


@pytest.mark.parametrize("life", lives())
def test_every_message_says_what_happens_next_when_and_to_whom(life: Life) -> None:
    notice = notices(life.events[0], life.complaint)[0]
    again = Life(life.complaint.opening)
    for event in life.events[1:]:
        again.complaint.apply(event)
        now = view(again.complaint, "x")
        body = letter(notice, About(life.events[0], now, "Kelurahan Gambir"), TEMPLATES).body
        assert "\nSelanjutnya: " in body
        assert "\nNext: " in body
        if now.outlook.next:
            assert when(now.outlook.next.at) in body
            assert when(now.outlook.next.at, "en") in body
            to = now.outlook.next.to
            assert (to in body) or to == "reporter" or now.outlook.next.closes


def test_a_digest_lists_what_it_can_and_counts_the_rest() -> None:
    subject, body = digest_letter(["JK1: eskalasi tingkat 1", "JK2: masih terlambat"], 10)
    assert subject == "10 laporan memerlukan perhatian Anda"
    for words_ in ("- JK1: eskalasi tingkat 1", "- JK2: masih terlambat", "dan 8 lainnya", "and 8 more"):
        assert words_ in body


def test_a_city_may_have_its_own_words(tmp_path: Path) -> None:
    own = tmp_path / "kata.toml"
    own.write_text('[received.reporter]\nsubject = "Laporan $number: matur nuwun"\n')
    life = Life()
    notice = next(one for one in notices(life.events[0], life.complaint) if one.to == "reporter")
    about = About(life.events[0], view(life.complaint, "x"), "Kelurahan Gambir", "KODE-1234")
    said = letter(notice, about, Templates(own))
    assert said.subject == "Laporan JK2611020001: matur nuwun"
    assert said.body == letter(notice, about, TEMPLATES).body, "what it leaves out stays"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('[received.mayor]\nid = "x"', r"\[received.mayor\] is not a message that is ever sent"),
        ('[received.unit]\nid = "$secret"', r"\[received.unit\] id names what is not known: secret"),
        ('[received.unit]\nid = "5 $ saja"', "a dollar sign alone"),
        ('[received.unit]\nfr = "x"', "must be one of subject, id, en"),
        ('received = "x"', r"\[received\] must be a table"),
        ("[", "cannot be read"),
    ],
)
def test_bad_templates_are_named(tmp_path: Path, text: str, reason: str) -> None:
    own = tmp_path / "kata.toml"
    own.write_text(text)
    with pytest.raises(BadTemplates, match=reason):
        Templates(own)
