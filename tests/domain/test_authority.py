"""The authority table, row by row: who may do what, in which state (DESIGN rules 2, 3 and 6)."""

from datetime import timedelta

import pytest

from domain.commands import (
    AUTHORITY,
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
    Party,
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
from domain.refusal import RefusalCode, Refused
from domain.status import Status
from tests.city import (
    ASISTEN_SEKDA,
    BIRO,
    CALENDAR,
    DESK,
    DINAS,
    FOLLOWER,
    INSPEKTUR,
    MONDAY,
    OTHER_DINAS,
    PARENT,
    PHOTO,
    SUDIN,
    Life,
    officer,
    opening,
)

HOLDER, STRANGER = officer(DINAS), Actor(code="o-x", unit="ELSEWHERE")
ACTORS = {
    Party.HOLDER: HOLDER,
    Party.DESK: officer(DESK),
    Party.COORDINATOR: officer(ASISTEN_SEKDA),
    Party.VALIDATOR: officer(BIRO),
    Party.REPORTER: REPORTER,
    Party.SERVICE: SERVICE,
}
COMMANDS: dict[str, AnyCommand] = {
    "accept": Accept(),
    "coordinate": Coordinate(to=OTHER_DINAS),
    "dispose": Dispose(to=SUDIN),
    "hand_back": HandBack(reason=HandBackReason.NOT_OUR_AUTHORITY),
    "reassign": Reassign(to=OTHER_DINAS),
    "progress": Progress(note="Material dipesan."),
    "complete": Complete(note="Selesai.", evidence=(PHOTO,)),
    "validate": Validate(accepted=True),
    "ask": Ask(question="Lubang yang mana?"),
    "reply": Reply(answer="Yang di depan SD."),
    "request_ews": RequestEws(until=MONDAY + timedelta(days=20), note="Menunggu aspal."),
    "decide_ews": DecideEws(granted=True),
    "escalate": Escalate(note="Perlu alat berat."),
    "reject": Reject(note="Ini ucapan terima kasih."),
    "rate": Rate(score=4),
    "reopen": Reopen(note="Masih berlubang."),
    "merge": Merge(parent=PARENT),
    "separate": Separate(note="Lain lokasi."),
    "follow": Follow(follower=FOLLOWER),
    "hear_parent": HearParent(parent=PARENT, news=ParentNews.ENDED, moment=MONDAY),
    "report_undelivered": ReportUndelivered(about=1, reason="Ditolak."),
    "adopt_calendar": AdoptCalendar(calendar=CALENDAR, reason="Keputusan baru."),
    "correct_reporter": CorrectReporter(name="Siti"),
    "restrict_processing": RestrictProcessing(),
    "erase_person": ErasePerson(),
    "withdraw": Withdraw(),
    "close": Close(),
}


def life_in(status: Status) -> Life:
    """A complaint held by DINAS that has come to a state by lawful commands only."""
    life = Life(opening(direct=False))
    desk, biro = officer(DESK), officer(BIRO)
    if status is Status.COORDINATION:
        life.send(Reassign(to=OTHER_DINAS), desk)
        life.send(Coordinate(to=DINAS), officer(OTHER_DINAS))
        return life
    life.send(Reassign(to=DINAS), desk)
    if status is Status.WAITING:
        return life
    life.send(Accept(), HOLDER)
    if status is Status.IN_PROGRESS:
        return life
    if status in {Status.AWAITING_REPORTER, Status.FOLLOWING}:
        life.send(COMMANDS["ask" if status is Status.AWAITING_REPORTER else "merge"], HOLDER)
        return life
    life.send(COMMANDS["complete"], HOLDER)
    if status is Status.AWAITING_VALIDATION:
        return life
    life.send(Validate(accepted=status is not Status.FOLLOW_UP_REJECTED), biro)
    if status is Status.CLOSED:
        life.send(Close(), REPORTER)
    assert life.complaint.status is status
    return life


STATES = [status for status in Status if status is not Status.DISPOSITION]


@pytest.mark.parametrize("party", [*Party, None])
@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize("kind", AUTHORITY)
def test_row_of_the_authority_table(kind: str, status: Status, party: Party | None) -> None:
    life, rule = life_in(status), AUTHORITY[kind]
    if kind == "decide_ews" and status in rule.states:
        life.send(COMMANDS["request_ews"], HOLDER)
    actor = ACTORS[party] if party else STRANGER
    allowed = status in rule.states and party in rule.by
    if allowed:
        said = life.send(COMMANDS[kind], actor)
        assert said or (kind == "hear_parent" and status is not Status.FOLLOWING), "news for somebody else"
        return
    before = life.complaint.model_copy(deep=True)
    with pytest.raises(Refused) as refusal:
        life.send(COMMANDS[kind], actor)
    assert refusal.value.code is (
        RefusalCode.WRONG_STATE if status not in rule.states else RefusalCode.NOT_YOURS
    )
    assert life.complaint == before


def test_every_command_has_a_row() -> None:
    assert set(COMMANDS) == set(AUTHORITY)


def test_the_sub_unit_takes_up_what_was_disposed_to_it() -> None:
    life = life_in(Status.WAITING)
    statuses = []
    for command, actor in ((Dispose(to=SUDIN), HOLDER), (Accept(), officer(SUDIN))):
        life.send(command, actor)
        statuses.append(life.complaint.status)
    assert statuses == [Status.DISPOSITION, Status.IN_PROGRESS]


def test_the_inspektur_supervises_and_moves_nothing() -> None:
    with pytest.raises(Refused, match="for the coordinator or desk"):
        life_in(Status.WAITING).send(Reassign(to=OTHER_DINAS), officer(INSPEKTUR))


def test_a_refusal_tells_what_is_possible_and_who_holds_it() -> None:
    with pytest.raises(Refused, match=r"possible in FOLLOW_UP_REJECTED, IN_PROGRESS\."):
        life_in(Status.WAITING).send(Progress(note="x"), HOLDER)
    with pytest.raises(Refused, match=r"held by Dinas Bina Marga \(DIN\)"):
        life_in(Status.WAITING).send(Accept(), STRANGER)
