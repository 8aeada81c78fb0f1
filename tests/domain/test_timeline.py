"""What the timeline says of each event, and who is told of it: word by word, so that a change is seen."""

from datetime import timedelta

import pytest

from domain.commands import (
    REPORTER,
    SERVICE,
    Accept,
    Actor,
    AdoptCalendar,
    AnyCommand,
    Ask,
    Close,
    Complete,
    Coordinate,
    CorrectReporter,
    DecideEws,
    Dispose,
    ErasePerson,
    Escalate,
    Follow,
    HandBack,
    HandBackReason,
    HearParent,
    Merge,
    ParentNews,
    Progress,
    Rate,
    Reassign,
    Reject,
    Reopen,
    Reply,
    ReportUndelivered,
    RequestEws,
    RestrictProcessing,
    Separate,
    Validate,
    Withdraw,
)
from domain.notices import notices
from domain.refusal import Refused
from domain.timeline import LONGEST_DETAIL, entry
from domain.view import receipt, view
from tests.city import (
    ASISTEN_KOTA,
    BIRO,
    CALENDAR,
    DESK,
    DINAS,
    FOLLOWER,
    KELURAHAN,
    MONDAY,
    NEIGHBOUR,
    PARENT,
    PHOTO,
    SUDIN,
    Life,
    instruction,
    officer,
    opening,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LURAH = officer(KELURAHAN)
DONE = Complete(note="Ditambal.", evidence=(PHOTO, PHOTO))
LATER = MONDAY + 9 * DAY
RECEIVED = ("received", "received by Kelurahan Gambir, in ward 31.71.01.1001 (nearest_point)", "KEL reporter")
Line = tuple[str, str, str]


def lines(life: Life) -> list[Line]:
    """Event, detail and the recipients of its notices, for each event of a life."""
    again = Life(life.complaint.opening, life.events[0].at)
    told: list[Line] = []
    for event in life.events:
        if event.seq > 1:
            again.complaint.apply(event)
        to = " ".join(notice.to for notice in notices(event, again.complaint))
        told.append((event.body.event, entry(event).detail, to))
    return told


def after(*steps: tuple[AnyCommand, Actor]) -> list[Line]:
    life = Life()
    for command, actor in steps:
        life.send(command, actor)
    return lines(life)


def test_the_usual_way() -> None:
    assert after(
        (Accept(note="Siap."), LURAH),
        (Progress(note="Di lokasi."), LURAH),
        (DONE, LURAH),
        (Validate(accepted=False, note="Kurang rata."), officer(BIRO)),
        (DONE, LURAH),
        (Validate(accepted=True, note="Baik."), officer(BIRO)),
        (Rate(score=2, note="Lama."), REPORTER),
        (Reopen(note="Rusak lagi."), REPORTER),
        (Accept(), LURAH),
        (DONE, LURAH),
        (Validate(accepted=True), officer(BIRO)),
        (Close(note="Terima kasih."), REPORTER),
    ) == [
        RECEIVED,
        ("accepted", "Siap.", "reporter"),
        ("progress_noted", "Di lokasi.", "reporter"),
        ("completed", "Kelurahan Gambir shows 2 evidence; Biro Pemerintahan validates: Ditambal.", "BIRO"),
        ("follow_up_rejected", "Kurang rata.", "KEL"),
        ("completed", "Kelurahan Gambir shows 2 evidence; Biro Pemerintahan validates: Ditambal.", "BIRO"),
        ("validated", "Baik.", "KEL reporter"),
        ("rated", "2 of 5: Lama.", "KEL"),
        ("reopened", "Rusak lagi.", "KEL"),
        ("accepted", "", "reporter"),
        ("completed", "Kelurahan Gambir shows 2 evidence; Biro Pemerintahan validates: Ditambal.", "BIRO"),
        ("validated", "", "KEL reporter"),
        ("closed", "outcome resolved: Terima kasih.", "reporter"),
    ]


def test_moves() -> None:
    assert after(
        (Coordinate(to=NEIGHBOUR, note="Wilayahnya."), LURAH),
        (HandBack(reason=HandBackReason.UNCLEAR_LOCATION, note="Di mana?"), officer(NEIGHBOUR)),
        (Reassign(to=DINAS), officer(DESK)),
    )[1:] == [
        ("coordinated", "from Kelurahan Gambir to Kelurahan Cideng: Wilayahnya.", "KEL2 reporter"),
        (
            "handed_back",
            "from Kelurahan Cideng to Meja JAKI because of unclear_location: Di mana?",
            "DESK reporter",
        ),
        ("reassigned", "from Meja JAKI to Dinas Bina Marga", "DIN reporter"),
        (
            "hop_limit_reached",
            "moved 3 times; from here only the coordinator, Asisten Sekda, may move it",
            "ASDA",
        ),
    ]
    life = Life(opening(direct=False))
    life.send(Reassign(to=DINAS), officer(DESK))
    life.send(Dispose(to=SUDIN), officer(DINAS))
    assert lines(life)[0] == ("received", "received by Meja JAKI, without a ward (no_point)", "DESK reporter")
    assert lines(life)[2] == (
        "disposed",
        "from Dinas Bina Marga to Suku Dinas Bina Marga",
        "SUD reporter",
    )


def test_questions_and_more_time() -> None:
    assert after(
        (Ask(question="Di mana?"), LURAH),
        (Reply(answer="Di sini."), REPORTER),
        (Ask(question="Kapan?"), LURAH),
        (Reply(answer="Kemarin."), REPORTER),
        (RequestEws(until=LATER, note="Sulit."), LURAH),
        (DecideEws(granted=False, note="Tidak."), officer(ASISTEN_KOTA)),
        (RequestEws(until=LATER, note="Sulit."), LURAH),
        (DecideEws(granted=True), officer(ASISTEN_KOTA)),
        (Escalate(note="Tolong."), LURAH),
    )[1:] == [
        ("asked", "the clock stands still: Di mana?", "reporter"),
        ("replied", "Di sini.", "KEL"),
        ("asked", "the clock goes on: Kapan?", "reporter"),
        ("replied", "Kemarin.", "KEL"),
        (
            "ews_requested",
            "until 2026-11-11T02:00:00Z, to be decided by Asisten Sekretaris Kota: Sulit.",
            "ASKO",
        ),
        ("ews_refused", "until 2026-11-11T02:00:00Z: Tidak.", "KEL"),
        (
            "ews_requested",
            "until 2026-11-11T02:00:00Z, to be decided by Asisten Sekretaris Kota: Sulit.",
            "ASKO",
        ),
        ("ews_granted", "until 2026-11-11T02:00:00Z", "KEL reporter"),
        ("called", "step 1 by hand: Asisten Sekretaris Kota: Tolong.", "ASKO"),
    ]


def test_what_the_clocks_do() -> None:
    life = Life()
    life.pass_time(6 * HOUR + 17 * DAY)
    said = lines(life)
    assert [line for line in said if "response" in line[1]] == [
        ("warned", "response time of Kelurahan Gambir, due 2026-11-02T08:00:00Z", "KEL"),
        ("breached", "response time of Kelurahan Gambir, due 2026-11-02T08:00:00Z", "KEL"),
        (
            "escalated",
            "step 1: Asisten Sekretaris Kota is told that the response time of Kelurahan Gambir ran out",
            "ASKO",
        ),
        (
            "escalated",
            "step 2: Sekretaris Kota is told that the response time of Kelurahan Gambir ran out",
            "SEKO",
        ),
        ("escalated", "step 3: Inspektur is told that the response time of Kelurahan Gambir ran out", "INSP"),
        ("reminded", "reminder 1 to Inspektur: the response time of Kelurahan Gambir ran out", "INSP"),
        ("reminded", "reminder 2 to Gubernur: the response time of Kelurahan Gambir ran out", "GUB"),
    ]


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        ([(Reject(note="Pujian."), officer(DESK))], ("closed", "outcome rejected: Pujian.", "KEL reporter")),
        ([(Withdraw(note="Sudah."), REPORTER)], ("withdrawn", "outcome withdrawn: Sudah.", "KEL reporter")),
        (
            [(Merge(parent=PARENT, note="Sama."), LURAH)],
            ("merged", "it follows JK2611010009 from here on: Sama.", "reporter"),
        ),
        ([(Follow(follower=FOLLOWER), SERVICE)], ("followed", "JK2611030007 follows it from here on", "")),
        (
            [(Merge(parent=PARENT), LURAH), (Separate(note="Lain."), LURAH)],
            ("separated", "it no longer follows JK2611010009: Lain.", "KEL reporter"),
        ),
        (
            [
                (Merge(parent=PARENT), LURAH),
                (HearParent(parent=PARENT, news=ParentNews.RESOLVED, moment=MONDAY), SERVICE),
            ],
            ("parent_resolved", "JK2611010009, which it follows, was found done", "reporter"),
        ),
        (
            [
                (Merge(parent=PARENT), LURAH),
                (HearParent(parent=PARENT, news=ParentNews.RESOLVED, moment=MONDAY), SERVICE),
                (HearParent(parent=PARENT, news=ParentNews.REOPENED, moment=MONDAY), SERVICE),
            ],
            ("parent_reopened", "JK2611010009, which it follows, is worked on again", "reporter"),
        ),
        (
            [(ReportUndelivered(about=1, reason="ditolak"), SERVICE)],
            ("not_delivered", "the notice about event 1 could not be delivered: ditolak", "DESK"),
        ),
        (
            [(AdoptCalendar(calendar=CALENDAR, reason="Libur."), SERVICE)],
            ("calendar_adopted", "moves nothing that runs: Libur.", ""),
        ),
        (
            [(CorrectReporter(name="Siti"), SERVICE)],
            ("reporter_corrected", "the reporter's name and contact were corrected", ""),
        ),
        (
            [(RestrictProcessing(), SERVICE)],
            ("processing_restricted", "for the complaint only", ""),
        ),
        (
            [(RestrictProcessing(restricted=False), SERVICE)],
            ("processing_restricted", "no longer restricted", ""),
        ),
        (
            [(ErasePerson(), SERVICE)],
            ("person_erased", "everything personal was erased at the reporter's request", ""),
        ),
    ],
)
def test_other_events(steps: list[tuple[AnyCommand, Actor]], line: Line) -> None:
    assert after(*steps)[-1] == line


def test_the_desk_is_told_once_that_a_notice_did_not_arrive() -> None:
    """Were the desk's own letter lost too, telling the desk again would never end."""
    said = after(
        (ReportUndelivered(about=1, reason="ditolak"), SERVICE),
        (ReportUndelivered(about=2, reason="ditolak"), SERVICE),
    )
    assert [to for _, _, to in said] == ["KEL reporter", "DESK", ""]


def test_a_refusal_left_behind_is_told() -> None:
    life = Life()
    order = instruction(DONE, LURAH, "left")
    with pytest.raises(Refused) as refused:
        life.complaint.handle(order, life.now)
    life.keep(life.complaint.refuse(order, refused.value, life.now))
    assert entry(life.events[-1]).detail.startswith("complete: WRONG_STATE: complete is not possible while")
    assert life.complaint.refuse(order, refused.value, life.now) == []


def test_a_long_note_is_cut_in_the_timeline_and_kept_in_the_event() -> None:
    life = Life()
    life.send(Accept(note="a" * 900), LURAH)
    assert len(entry(life.events[-1]).detail) == LONGEST_DETAIL
    assert life.events[-1].body.note == "a" * 900  # type: ignore[union-attr]


def test_the_receipt_and_the_view_say_where_it_stands() -> None:
    life = Life()
    said = receipt(life.complaint)
    assert (said.number, said.unit, said.access_code) == ("JK2611020001", "KEL", "KODE-1234")
    assert said.due_at == MONDAY + 6 * DAY
    now = view(life.complaint, "complaint-1")
    assert now.next_due_at == MONDAY + 6 * HOUR
    assert now.waits_for == (
        "Kelurahan Gambir must take it up. A warning about the response time goes to Kelurahan Gambir "
        "at 2026-11-02 13:00:00 WIB."
    )
    life.pass_time(5 * HOUR)
    assert view(life.complaint, "x").waits_for.endswith(
        "The response time of Kelurahan Gambir ends at 2026-11-02 15:00:00 WIB."
    )
    life.pass_time(HOUR)
    assert view(life.complaint, "x").waits_for.endswith(
        "Step 2 of the ladder, Sekretaris Kota, is told at 2026-11-03 15:00:00 WIB."
    )
    life.send(Accept(), LURAH)
    life.pass_time(30 * DAY)
    assert view(life.complaint, "x").waits_for.startswith(
        "Kelurahan Gambir must complete it. Gubernur is reminded at 2026-12-"
    )
    life.send(DONE, LURAH)
    assert view(life.complaint, "x").waits_for.startswith("Biro Pemerintahan must validate it.")
    life.send(Validate(accepted=False), officer(BIRO))
    assert view(life.complaint, "x").waits_for.startswith("Kelurahan Gambir must work on it again.")
    life.send(Ask(question="?!"), LURAH)
    assert view(life.complaint, "x").waits_for.startswith("The reporter must answer. It is closed at")
    life.send(Withdraw(), REPORTER)
    assert view(life.complaint, "x").waits_for == "Nothing: closed as withdrawn."
