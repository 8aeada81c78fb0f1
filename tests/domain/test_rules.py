"""The rules of DESIGN section 3, each by name, on the aggregate alone."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.clocks import ClockKind, ClockState, Stage
from domain.commands import (
    REPORTER,
    SERVICE,
    Accept,
    AdoptCalendar,
    AnyCommand,
    Ask,
    Close,
    Complete,
    Coordinate,
    DecideEws,
    Dispose,
    Escalate,
    HandBack,
    HandBackReason,
    Progress,
    Rate,
    Reassign,
    Reject,
    Reopen,
    Reply,
    RequestEws,
    Validate,
    Withdraw,
)
from domain.events import Called, Completed, Escalated, HopLimitReached, Moved, Reminded
from domain.notices import notices
from domain.organisation import Supervisor, Unit
from domain.outlook import Duty, outlook
from domain.place import FoundBy, Point, WardFound
from domain.policy import ClockRule, Span, SpanUnit
from domain.refusal import RefusalCode, Refused
from domain.status import Outcome, Status
from domain.timeline import entry
from domain.view import receipt, view
from tests.city import (
    ASISTEN_KOTA,
    BIRO,
    BUMD,
    CALENDAR,
    DESK,
    DINAS,
    GOVERNOR,
    INSPEKTORAT,
    INSPEKTUR,
    KECAMATAN,
    KELURAHAN,
    MONDAY,
    NEIGHBOUR,
    OTHER_DINAS,
    PHOTO,
    POLICY,
    SEKDA,
    SEKRETARIS,
    SUDIN,
    VERTICAL,
    Life,
    instruction,
    officer,
    opening,
)

LURAH = officer(KELURAHAN)
DONE = Complete(note="Lubang ditutup.", evidence=(PHOTO,))
NOT_OURS = HandBackReason.NOT_OUR_AUTHORITY


def refusal(life: Life, command: AnyCommand, actor: Unit | Supervisor) -> Refused:
    with pytest.raises(Refused) as refused:
        life.send(command, officer(actor))
    return refused.value


def clock(life: Life, kind: ClockKind) -> ClockState:
    return life.complaint.clocks[kind].state


# -- rule 1: direct and indirect path -------------------------------------------------------------


def test_direct_path_reaches_the_kelurahan_of_the_ward() -> None:
    life = Life()
    assert life.complaint.holder == KELURAHAN
    assert life.complaint.found.ward == "31.71.01.1001"


def test_indirect_path_reaches_the_desk_of_the_channel() -> None:
    life = Life(opening(direct=False))
    assert life.complaint.holder == DESK
    assert life.complaint.found.found_by is FoundBy.NO_POINT


def test_a_point_too_coarse_to_trust_reaches_the_desk() -> None:
    trusted, coarse = Life(opening(accuracy_metres=250)), Life(opening(accuracy_metres=251))
    assert trusted.complaint.holder == KELURAHAN
    assert coarse.complaint.holder == DESK
    assert coarse.complaint.found == WardFound(ward=None, found_by=FoundBy.TOO_COARSE)


# -- rule 2: what the holding unit may do -----------------------------------------------------------


def test_coordination_is_between_units_of_equal_rank() -> None:
    life = Life()
    assert refusal(life, Coordinate(to=DINAS), KELURAHAN).code is RefusalCode.WRONG_TARGET
    assert refusal(life, Coordinate(to=KELURAHAN), KELURAHAN).code is RefusalCode.WRONG_TARGET
    assert life.send(Coordinate(to=NEIGHBOUR), LURAH) == ["coordinated"]
    assert (life.complaint.status, life.complaint.holder) == (Status.COORDINATION, NEIGHBOUR)


def test_a_bumd_is_of_equal_rank_with_an_agency() -> None:
    life = Life(opening(direct=False))
    life.send(Reassign(to=DINAS), officer(DESK))
    life.send(Coordinate(to=BUMD), officer(DINAS))
    assert life.complaint.holder == BUMD


def test_disposition_is_to_an_own_sub_unit() -> None:
    life = Life(opening(direct=False))
    life.send(Reassign(to=OTHER_DINAS), officer(DESK))
    assert refusal(life, Dispose(to=SUDIN), OTHER_DINAS).code is RefusalCode.WRONG_TARGET
    life.send(Coordinate(to=DINAS), officer(OTHER_DINAS))
    assert life.send(Dispose(to=SUDIN), officer(DINAS)) == ["disposed", "hop_limit_reached"]


def test_a_kelurahan_hands_back_to_its_kecamatan() -> None:
    life = Life()
    life.send(HandBack(reason=NOT_OURS, fallback=KECAMATAN), LURAH)
    assert (life.complaint.holder, life.complaint.status) == (KECAMATAN, Status.WAITING)


def test_a_fallback_that_is_not_the_own_kecamatan_is_not_believed() -> None:
    life = Life()
    life.send(HandBack(reason=NOT_OURS, fallback=DINAS), LURAH)
    assert life.complaint.holder == DESK


def test_an_agency_hands_back_to_the_desk() -> None:
    life = Life(opening(direct=False))
    life.send(Reassign(to=DINAS), officer(DESK))
    life.send(HandBack(reason=NOT_OURS), officer(DINAS))
    assert life.complaint.holder == DESK


def test_a_hand_back_with_a_better_unit_goes_there() -> None:
    life = Life()
    life.send(HandBack(reason=NOT_OURS, to=DINAS, fallback=KECAMATAN), LURAH)
    assert life.complaint.holder == DINAS


def test_a_hand_back_with_a_better_location_is_routed_anew() -> None:
    life, there = Life(), Point(latitude=-6.18, longitude=106.81)
    found = WardFound(ward="31.71.01.1002", found_by=FoundBy.BOUNDARY)
    life.send(HandBack(reason=HandBackReason.WRONG_LOCATION, to=NEIGHBOUR, point=there, found=found), LURAH)
    assert (life.complaint.holder, life.complaint.found, life.complaint.point) == (NEIGHBOUR, found, there)


def test_a_complaint_never_goes_to_a_body_that_does_not_handle_complaints() -> None:
    life = Life(opening(direct=False))
    assert refusal(life, Reassign(to=INSPEKTORAT), DESK).code is RefusalCode.WRONG_TARGET


def test_progress_may_come_with_photos() -> None:
    life = Life()
    life.send(Accept(), LURAH)
    assert life.send(Progress(note="Aspal datang besok.", photos=(PHOTO,)), LURAH) == ["progress_noted"]


# -- rule 3: hops -----------------------------------------------------------------------------------


def test_after_three_hops_only_the_coordinator_may_move_it_and_is_told() -> None:
    life = Life()
    life.send(Coordinate(to=NEIGHBOUR), LURAH)
    life.send(Coordinate(to=KELURAHAN), officer(NEIGHBOUR))
    assert life.send(Coordinate(to=NEIGHBOUR), LURAH) == ["coordinated", "hop_limit_reached"]
    told = life.events[-1].body
    assert isinstance(told, HopLimitReached)
    assert told.to == ASISTEN_KOTA
    assert refusal(life, Coordinate(to=KELURAHAN), NEIGHBOUR).code is RefusalCode.HOP_LIMIT
    assert refusal(life, HandBack(reason=NOT_OURS), NEIGHBOUR).code is RefusalCode.HOP_LIMIT
    assert refusal(life, Reassign(to=DINAS), DESK).code is RefusalCode.HOP_LIMIT
    assert life.send(Reassign(to=DINAS), officer(SEKRETARIS)) == ["reassigned"]
    assert life.complaint.hops == 4
    assert life.send(Accept(), officer(DINAS)) == ["accepted"]


def test_a_hop_restarts_the_response_clock_and_never_the_resolution_clock() -> None:
    life = Life()
    due = life.complaint.clocks[ClockKind.RESOLUTION].due_at
    life.pass_time(timedelta(hours=5))
    life.send(Coordinate(to=NEIGHBOUR), LURAH)
    assert life.complaint.clocks[ClockKind.RESOLUTION].due_at == due
    assert life.complaint.clocks[ClockKind.RESPONSE].due_at == MONDAY + timedelta(hours=11)


# -- rule 4: clocks -----------------------------------------------------------------------------------


def test_a_warning_comes_before_each_breach() -> None:
    life = Life()
    assert life.pass_time(timedelta(hours=4)) == ["warned"]
    assert clock(life, ClockKind.RESPONSE) is ClockState.WARNED
    assert life.pass_time(timedelta(hours=2) - timedelta(seconds=1)) == []
    assert life.pass_time(timedelta(seconds=1)) == ["breached", "escalated"]


def test_the_response_clock_is_met_by_taking_the_complaint_up_in_time() -> None:
    life = Life()
    life.pass_time(timedelta(hours=6) - timedelta(microseconds=1))
    life.send(Accept(), LURAH)
    assert clock(life, ClockKind.RESPONSE) is ClockState.MET
    assert life.pass_time(timedelta(days=4)) == []


def test_a_late_response_stays_on_the_record() -> None:
    life = Life()
    life.pass_time(timedelta(hours=7))
    life.send(Accept(), LURAH)
    assert clock(life, ClockKind.RESPONSE) is ClockState.MISSED


def test_validation_has_one_working_day() -> None:
    life = Life(at=datetime(2026, 11, 6, 8, 0, tzinfo=UTC))
    life.send(Accept(), LURAH)
    life.send(DONE, LURAH)
    # Friday 6 November 15.00 WIB; the same hour of the next working day is Monday 9 November.
    assert life.complaint.clocks[ClockKind.VALIDATION].due_at == datetime(2026, 11, 9, 8, 0, tzinfo=UTC)


def test_without_the_reporters_word_a_resolved_complaint_closes_after_ten_working_days() -> None:
    life = Life()
    for command, actor in ((Accept(), LURAH), (DONE, LURAH), (Validate(accepted=True), officer(BIRO))):
        life.send(command, actor)
    assert life.pass_time(timedelta(days=14) - timedelta(seconds=1)) == []
    assert life.pass_time(timedelta(seconds=1)) == ["closed"]
    assert life.complaint.outcome is Outcome.RESOLVED


# -- rule 5: the ladder --------------------------------------------------------------------------------


def steps(life: Life, kind: ClockKind) -> list[tuple[int, Supervisor, timedelta]]:
    return [
        (event.body.step, event.body.to, event.at - life.complaint.clocks[kind].due_at)
        for event in life.events
        if isinstance(event.body, Escalated) and event.body.clock is kind
    ]


def test_the_ladder_climbs_at_0_24_and_72_hours_each_step_once() -> None:
    life = Life()
    life.send(Accept(), LURAH)
    life.pass_time(timedelta(days=60))
    assert steps(life, ClockKind.RESOLUTION) == [
        (1, ASISTEN_KOTA, timedelta()),
        (2, SEKRETARIS, timedelta(hours=24)),
        (3, INSPEKTUR, timedelta(hours=72)),
    ]
    assert life.complaint.escalation_level == 3


def test_a_bumd_answers_to_the_sekda_and_then_the_inspektur() -> None:
    life = Life(opening(direct=False))
    life.send(Reassign(to=BUMD), officer(DESK))
    life.pass_time(timedelta(days=3))
    assert [(step, to) for step, to, _ in steps(life, ClockKind.RESPONSE)] == [(1, SEKDA), (2, INSPEKTUR)]


def test_a_new_holder_has_a_ladder_of_its_own_and_the_old_breach_is_not_repeated() -> None:
    life = Life()
    life.pass_time(timedelta(hours=6))
    life.send(Reassign(to=NEIGHBOUR), officer(ASISTEN_KOTA))
    assert life.pass_time(timedelta(hours=6)) == ["warned", "breached", "escalated"]


def test_an_overdue_complaint_is_recalled_every_week_for_ever() -> None:
    life = Life()
    life.send(Accept(), LURAH)
    life.pass_time(timedelta(days=6, hours=72))
    assert life.pass_time(timedelta(days=28)) == ["reminded"] * 4


def test_a_breach_of_the_validation_climbs_the_validators_ladder() -> None:
    life = Life()
    life.send(Accept(), LURAH)
    life.send(DONE, LURAH)
    life.pass_time(timedelta(days=1))
    assert [(step, to.code) for step, to, _ in steps(life, ClockKind.VALIDATION)] == [(1, "ASDA")]


# -- rule 6: completion and validation ------------------------------------------------------------------


def test_a_completion_needs_evidence() -> None:
    life = Life()
    life.send(Accept(), LURAH)
    assert refusal(life, Complete(note="Selesai."), KELURAHAN).code is RefusalCode.NO_EVIDENCE


def test_a_completion_by_the_usual_validator_goes_to_another() -> None:
    life = Life(opening(direct=False))
    life.send(Reassign(to=BIRO), officer(DESK))
    life.send(Accept(), officer(BIRO))
    life.send(DONE, officer(BIRO))
    completed = life.events[-1].body
    assert isinstance(completed, Completed)
    assert completed.validator == INSPEKTORAT
    assert refusal(life, Validate(accepted=True), BIRO).code is RefusalCode.NOT_YOURS


def test_a_rejected_completion_goes_back_as_often_as_it_takes_and_the_clock_has_gone_on() -> None:
    life = Life()
    due = life.complaint.clocks[ClockKind.RESOLUTION].due_at
    life.send(Accept(), LURAH)
    for _ in range(5):
        life.send(DONE, LURAH)
        assert clock(life, ClockKind.RESOLUTION) is ClockState.HELD
        life.send(Validate(accepted=False, note="Foto lama."), officer(BIRO))
        assert life.complaint.status is Status.FOLLOW_UP_REJECTED
        assert life.complaint.clocks[ClockKind.RESOLUTION].due_at == due
    life.send(DONE, LURAH)
    life.pass_time(timedelta(days=7))
    names = life.send(Validate(accepted=False), officer(BIRO)) + life.pass_time(timedelta())
    assert names == ["follow_up_rejected", "warned", "breached", "escalated", "escalated"][: len(names)]
    assert "breached" in names


def test_the_time_the_validator_takes_is_not_the_units() -> None:
    life = Life()
    life.send(Accept(), LURAH)
    life.pass_time(timedelta(days=4))
    life.send(DONE, LURAH)
    life.pass_time(timedelta(days=10))
    life.send(Validate(accepted=True), officer(BIRO))
    assert clock(life, ClockKind.RESOLUTION) is ClockState.MET
    assert clock(life, ClockKind.VALIDATION) is ClockState.MISSED


# -- rule 7: the reporter ---------------------------------------------------------------------------------


def test_the_reporter_may_withdraw_before_completion() -> None:
    life = Life()
    life.send(Accept(), LURAH)
    assert life.send(Withdraw(), REPORTER) == ["withdrawn"]
    assert (life.complaint.status, life.complaint.outcome) == (Status.CLOSED, Outcome.WITHDRAWN)
    assert life.complaint.next_deadline() is None
    assert {clock.state for clock in life.complaint.clocks.values()} == {ClockState.MET, ClockState.STOPPED}


def test_the_content_reporter_need_not_wait_for_the_window_to_end() -> None:
    life = Life()
    for command, actor in ((Accept(), LURAH), (DONE, LURAH), (Validate(accepted=True), officer(BIRO))):
        life.send(command, actor)
    assert life.send(Close(), REPORTER) == ["closed"]


# -- rule 9: the record -----------------------------------------------------------------------------------


def test_the_same_command_id_twice_is_the_same_command() -> None:
    life = Life()
    assert life.send(Accept(), LURAH, "once") == ["accepted"]
    assert life.send(Accept(), LURAH, "once") == []


def test_what_was_refused_without_an_answer_is_on_the_record() -> None:
    life = Life()
    asked = instruction(DONE, officer(DINAS), "x")
    with pytest.raises(Refused) as refused:
        life.complaint.handle(asked, life.now)
    assert life.keep(life.complaint.refuse(asked, refused.value, life.now)) == ["command_refused"]
    assert life.keep(life.complaint.refuse(asked, refused.value, life.now)) == []


def test_events_out_of_order_are_never_applied() -> None:
    life = Life()
    with pytest.raises(ValueError, match="event 1 does not follow event 1"):
        life.complaint.apply(life.events[0])


def test_a_deadline_that_is_not_next_or_not_due_does_nothing() -> None:
    life = Life()
    due = life.complaint.next_deadline()
    assert due is not None
    assert due.stage is Stage.WARNING
    assert life.complaint.expire(due, due.due_at - timedelta(microseconds=1)) == []
    later = due.model_copy(update={"stage": Stage.BREACH})
    assert life.complaint.expire(later, due.due_at) == []


def test_opening_twice_is_opening_once() -> None:
    life = Life()
    assert life.complaint.open("JK0", life.now) == []
    assert life.complaint.number == "JK2611020001"


def test_each_move_names_sender_and_target() -> None:
    life = Life()
    life.send(Coordinate(to=NEIGHBOUR, note="Di seberang jalan."), LURAH)
    moved = life.events[-1].body
    assert isinstance(moved, Moved)
    assert (moved.sender, moved.to, moved.hops) == (KELURAHAN, NEIGHBOUR, 1)


# -- rule 4 and 7: the reporter is asked, replies, rates, reopens ------------------------------------------

ASK = Ask(question="Lubang yang mana?")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def resolved() -> Life:
    life = Life()
    for command, actor in ((Accept(), LURAH), (DONE, LURAH), (Validate(accepted=True), officer(BIRO))):
        life.send(command, actor)
    return life


def test_while_the_reporter_is_asked_the_clock_stands_still_and_the_ledger_says_how_long() -> None:
    life = Life()
    due = life.complaint.clocks[ClockKind.RESOLUTION].due_at
    life.pass_time(HOUR)
    life.send(ASK, LURAH)
    assert clock(life, ClockKind.RESPONSE) is ClockState.MET
    assert clock(life, ClockKind.RESOLUTION) is ClockState.PAUSED
    assert life.pass_time(10 * DAY) == []
    life.send(Reply(answer="Di depan SD."), REPORTER)
    resolution = life.complaint.clocks[ClockKind.RESOLUTION]
    assert (resolution.due_at - due, resolution.stood) == (10 * DAY, 10 * DAY)
    (pause,) = resolution.pauses
    assert (pause.why, pause.by) == ("the reporter is asked", "KEL")
    assert (pause.since, pause.until) == (MONDAY + HOUR, MONDAY + HOUR + 10 * DAY)


def test_at_most_one_question_stops_the_clock_per_holder() -> None:
    life = Life()
    for expected in (ClockState.PAUSED, ClockState.RUNNING):
        life.send(ASK, LURAH)
        assert clock(life, ClockKind.RESOLUTION) is expected
        life.send(Reply(answer="Di sini."), REPORTER)
    life.send(Coordinate(to=NEIGHBOUR), LURAH)
    life.send(ASK, officer(NEIGHBOUR))
    assert clock(life, ClockKind.RESOLUTION) is ClockState.PAUSED


def test_without_a_reply_it_is_closed_after_ten_working_days() -> None:
    life = Life()
    life.send(ASK, LURAH)
    assert life.pass_time(14 * DAY - HOUR) == []
    assert life.pass_time(HOUR) == ["closed"]
    assert life.complaint.outcome is Outcome.NO_REPLY


def test_a_complaint_that_is_moved_while_the_reporter_is_asked_goes_on() -> None:
    life = Life()
    life.send(ASK, LURAH)
    life.pass_time(DAY)
    life.send(Reassign(to=DINAS), officer(ASISTEN_KOTA))
    assert clock(life, ClockKind.RESOLUTION) is ClockState.RUNNING
    assert clock(life, ClockKind.REPLY) is ClockState.MET
    assert life.complaint.clocks[ClockKind.RESOLUTION].stood == DAY


def test_the_reporter_rates_once() -> None:
    life = resolved()
    assert life.send(Rate(score=2, note="Lama."), REPORTER) == ["rated"]
    with pytest.raises(Refused) as refused:
        life.send(Rate(score=5), REPORTER)
    assert refused.value.code is RefusalCode.ALREADY_DONE
    assert life.complaint.score == 2


def test_the_reporter_reopens_once_and_the_citizens_clock_is_not_begun_anew() -> None:
    life = resolved()
    due = life.complaint.clocks[ClockKind.RESOLUTION].due_at
    life.pass_time(5 * DAY)
    assert life.send(Reopen(note="Masih berlubang."), REPORTER) == ["reopened"]
    assert life.complaint.status is Status.WAITING
    resolution = life.complaint.clocks[ClockKind.RESOLUTION]
    assert (resolution.started_at, resolution.due_at) == (MONDAY, due + 5 * DAY)
    assert life.complaint.clocks[ClockKind.RESPONSE].started_at == life.now
    for command, actor in ((Accept(), LURAH), (DONE, LURAH), (Validate(accepted=True), officer(BIRO))):
        life.send(command, actor)
    with pytest.raises(Refused) as refused:
        life.send(Reopen(note="Lagi."), REPORTER)
    assert refused.value.code is RefusalCode.ALREADY_DONE


def test_a_breach_before_reopening_stays_a_breach() -> None:
    life = Life()
    life.send(Accept(), LURAH)
    life.pass_time(7 * DAY)
    for command, actor in ((DONE, LURAH), (Validate(accepted=True), officer(BIRO))):
        life.send(command, actor)
    assert clock(life, ClockKind.RESOLUTION) is ClockState.MISSED
    life.send(Reopen(note="Belum."), REPORTER)
    assert clock(life, ClockKind.RESOLUTION) is ClockState.BREACHED


# -- EWS, rejection, escalation by hand, vertical agencies ---------------------------------------------


def ews(days: int) -> RequestEws:
    return RequestEws(until=MONDAY + days * DAY, note="Menunggu aspal.")


def test_an_ews_needs_the_coordinators_word_and_moves_the_deadline() -> None:
    life = Life()
    life.send(Accept(), LURAH)
    life.pass_time(5 * DAY)
    life.send(ews(20), LURAH)
    assert refusal(life, ews(21), KELURAHAN).code is RefusalCode.ALREADY_DONE
    assert refusal(life, DecideEws(granted=True), INSPEKTUR).code is RefusalCode.NOT_YOURS
    assert life.send(DecideEws(granted=True), officer(ASISTEN_KOTA)) == ["ews_granted"]
    assert life.complaint.clocks[ClockKind.RESOLUTION].due_at == MONDAY + 20 * DAY
    assert life.pass_time(14 * DAY) == ["warned"], "it warns again before the new end"


def test_an_ews_that_is_refused_changes_nothing() -> None:
    life = Life()
    due = life.complaint.clocks[ClockKind.RESOLUTION].due_at
    life.send(Accept(), LURAH)
    life.send(ews(20), LURAH)
    assert life.send(DecideEws(granted=False), officer(SEKRETARIS)) == ["ews_refused"]
    assert life.complaint.clocks[ClockKind.RESOLUTION].due_at == due
    assert refusal(life, DecideEws(granted=True), SEKRETARIS).code is RefusalCode.WRONG_STATE


def test_an_ews_comes_before_the_deadline_and_ends_after_it() -> None:
    life = Life()
    life.send(Accept(), LURAH)
    assert refusal(life, ews(6), KELURAHAN).code is RefusalCode.BAD_INPUT
    life.send(ews(7), LURAH)
    life.pass_time(6 * DAY)
    assert refusal(life, DecideEws(granted=True), ASISTEN_KOTA).code is RefusalCode.TOO_LATE
    life.send(DecideEws(granted=False), officer(ASISTEN_KOTA))
    life.pass_time(HOUR)
    assert refusal(life, ews(20), KELURAHAN).code is RefusalCode.TOO_LATE


def test_an_ews_can_be_asked_for_up_to_the_very_moment_of_the_deadline() -> None:
    life = Life()
    life.send(Accept(), LURAH)
    life.now = life.complaint.clocks[ClockKind.RESOLUTION].due_at
    assert life.send(ews(9), LURAH) == ["ews_requested"]


def test_what_is_no_complaint_is_ended_by_the_desk_with_a_reason() -> None:
    life = Life()
    assert refusal(life, Reject(note="Pujian."), KELURAHAN).code is RefusalCode.NOT_YOURS
    assert life.send(Reject(note="Pujian."), officer(DESK)) == ["closed"]
    assert life.complaint.outcome is Outcome.REJECTED


def test_a_supervisor_can_be_called_by_hand_each_time_one_rung_higher() -> None:
    life = Life()
    for rung in (ASISTEN_KOTA, SEKRETARIS, INSPEKTUR, INSPEKTUR):
        life.send(Escalate(note="Perlu alat berat."), LURAH)
        called = life.events[-1].body
        assert isinstance(called, Called)
        assert called.to == rung
    assert life.complaint.escalation_level == 3


def test_a_vertical_agency_answers_to_the_response_clock_only() -> None:
    life = Life(opening(direct=False))
    life.send(Reassign(to=VERTICAL), officer(DESK))
    assert life.pass_time(DAY - HOUR) == ["warned", "breached", "escalated"]
    life.send(Accept(), officer(VERTICAL))
    assert life.pass_time(12 * DAY - HOUR) == [], (
        "the citizen's clock ended on day 6, without a breach of theirs"
    )
    assert life.pass_time(2 * HOUR) == ["reminded"]


def test_what_the_engine_did_late_says_by_how_much() -> None:
    life = Life()
    due = life.complaint.next_deadline()
    assert due is not None
    life.keep(life.complaint.expire(due, due.due_at + 3 * HOUR))
    breach = life.complaint.next_deadline()
    assert breach is not None
    life.keep(life.complaint.expire(breach, breach.due_at + 2 * HOUR))
    assert entry(life.events[-1]).detail.endswith("(done 7200 s late, because the service was down)")
    assert "late" not in entry(life.events[0]).detail


# -- a new holiday reaches open complaints ----------------------------------------------------------------


def test_a_new_holiday_moves_what_is_counted_in_office_time_and_has_not_passed() -> None:
    life = Life()
    life.send(Accept(), LURAH)
    life.send(DONE, LURAH)
    before = life.complaint.clocks[ClockKind.VALIDATION].due_at
    resolution = life.complaint.clocks[ClockKind.RESOLUTION].due_at
    holiday = CALENDAR.model_copy(update={"closed": (date(2026, 11, 3),)})
    life.send(AdoptCalendar(calendar=holiday, reason="Libur baru."), SERVICE)
    assert life.complaint.clocks[ClockKind.VALIDATION].due_at == before + DAY
    assert life.complaint.clocks[ClockKind.RESOLUTION].due_at == resolution, "calendar days know no holidays"
    assert entry(life.events[-1]).detail == "moves validation to 2026-11-04T02:00:00Z: Libur baru."
    assert life.pass_time(2 * DAY - HOUR * 2) == ["warned"]
    life.pass_time(HOUR * 2)
    assert clock(life, ClockKind.VALIDATION) is ClockState.BREACHED
    assert life.complaint.recounted(CALENDAR) == (), "what has passed stays passed"


def test_a_new_calendar_holds_for_clocks_that_start_later() -> None:
    life = Life()
    holiday = CALENDAR.model_copy(update={"closed": (date(2026, 11, 3),)})
    life.send(AdoptCalendar(calendar=holiday, reason="Libur baru."), SERVICE)
    life.send(Accept(), LURAH)
    life.send(DONE, LURAH)
    assert life.complaint.clocks[ClockKind.VALIDATION].due_at == MONDAY + 2 * DAY


# -- who is told when there is nobody left to tell ----------------------------------------------------


def test_nobody_took_it_climbs_the_ladder() -> None:
    life = Life()
    life.pass_time(6 * HOUR + 3 * DAY)
    told = [event.body.to.code for event in life.events if isinstance(event.body, Escalated)]
    assert told == ["ASKO", "SEKO", "INSP"]


def test_the_top_of_the_ladder_has_no_supervisor_so_the_last_resort_is_reminded() -> None:
    life = Life()
    life.pass_time(6 * HOUR + 3 * DAY + 14 * DAY)
    reminded = [
        event.body.to.code
        for event in life.events
        if isinstance(event.body, Reminded) and event.body.to and event.body.clock is ClockKind.RESPONSE
    ]
    assert reminded == ["INSP", "GUB"]


def test_a_unit_without_a_ladder_answers_to_the_last_resort() -> None:
    alone = KELURAHAN.model_copy(update={"ladder": ()})
    life = Life(opening().model_copy(update={"kelurahan": alone}))
    life.pass_time(6 * HOUR)
    assert isinstance(life.events[-1].body, Escalated)
    assert life.events[-1].body.to.code == "GUB"
    life.pass_time(7 * DAY)
    assert {
        event.body.to.code for event in life.events if isinstance(event.body, Reminded) and event.body.to
    } == {"GUB"}


def test_who_is_told_next_is_who_is_told_then() -> None:
    """What was announced as the next step is what happens at that moment, on the whole way up."""
    life, unit = Life(), ""
    for _ in range(14):
        coming = outlook(life.complaint).next
        assert coming is not None
        life.pass_time(coming.at - life.now)
        told = [notice.to for notice in notices(life.events[-1], life.complaint)]
        names = {"ASKO": ASISTEN_KOTA, "SEKO": SEKRETARIS, "INSP": INSPEKTUR, "GUB": GOVERNOR}
        unit = names[told[-1]].name if told[-1] in names else KELURAHAN.name
        assert unit in {coming.to, ASISTEN_KOTA.name}, "a breach and the first step come at one moment"


def test_the_ledger_of_pauses_is_shown_with_its_sum() -> None:
    life = Life()
    life.send(Ask(question="Di mana?"), LURAH)
    life.pass_time(HOUR)
    life.send(Reply(answer="Di sini."), REPORTER)
    shown = {one.kind: one for one in view(life.complaint, "x").deadlines}[ClockKind.RESOLUTION]
    assert (shown.paused_seconds, len(shown.pauses)) == (3600, 1)
    assert (shown.pauses[0].by, shown.pauses[0].why) == ("KEL", "the reporter is asked")
    assert receipt(life.complaint).ward == "31.71.01.1001"


def test_calling_without_a_supervisor_is_refused_with_a_sentence() -> None:
    life = Life(opening().model_copy(update={"kelurahan": KELURAHAN.model_copy(update={"ladder": ()})}))
    life.send(Accept(), LURAH)
    with pytest.raises(Refused, match="Kelurahan Gambir has no supervisor to call") as refused:
        life.send(Escalate(note="Tolong."), LURAH)
    assert refused.value.code is RefusalCode.WRONG_TARGET


def test_what_happens_next_names_the_moment_and_the_one_who_is_told() -> None:
    life = Life()
    coming = outlook(life.complaint)
    assert (coming.duty, coming.who) == (Duty.TAKE_UP, "Kelurahan Gambir")
    assert coming.next is not None
    assert (coming.next.stage, coming.next.at, coming.next.to) == (
        Stage.WARNING,
        MONDAY + 4 * HOUR,
        "Kelurahan Gambir",
    )
    life.pass_time(6 * HOUR)
    coming = outlook(life.complaint)
    assert coming.next is not None
    assert (coming.next.stage, coming.next.step, coming.next.to) == (Stage.ESCALATION, 2, "Sekretaris Kota")
    life.send(Accept(), LURAH)
    life.send(DONE, LURAH)
    assert outlook(life.complaint).who == "Biro Pemerintahan"
    life.send(Validate(accepted=True), officer(BIRO))
    coming = outlook(life.complaint)
    assert coming.next is not None
    assert (coming.duty, coming.who, coming.next.closes) == (Duty.SPEAK, "reporter", True)
    assert coming.next.to == "reporter"
    assert "It is closed at" in view(life.complaint, "x").waits_for
    clocks = {deadline.kind: deadline for deadline in view(life.complaint, "x").deadlines}
    assert clocks[ClockKind.RESOLUTION].next is None
    assert clocks[ClockKind.FEEDBACK].next == coming.next


def test_a_paused_clock_in_office_time_is_recounted_with_its_pauses() -> None:
    working = ClockRule(limit=Span(amount=5, unit=SpanUnit.WORKING_DAYS))
    life = Life(opening(policy=POLICY.model_copy(update={"resolution": working})))
    life.send(Ask(question="Di mana?"), LURAH)
    life.pass_time(HOUR)
    life.send(Reply(answer="Di sini."), REPORTER)
    before = life.complaint.clocks[ClockKind.RESOLUTION].due_at
    holiday = CALENDAR.model_copy(update={"closed": (date(2026, 11, 4),)})
    life.send(AdoptCalendar(calendar=holiday, reason="Libur baru."), SERVICE)
    after = life.complaint.clocks[ClockKind.RESOLUTION].due_at
    assert (before, after) == (MONDAY + 7 * DAY + HOUR, MONDAY + 8 * DAY + HOUR)


def test_the_validators_clock_tells_the_validator_and_those_above_it() -> None:
    life = Life()
    life.send(Accept(), LURAH)
    life.send(DONE, LURAH)
    coming = outlook(life.complaint).next
    assert coming is not None
    assert (coming.clock, coming.to) == (ClockKind.VALIDATION, "Biro Pemerintahan")
    life.pass_time(DAY + HOUR)
    coming = outlook(life.complaint).next
    assert coming is not None
    assert (coming.stage, coming.to) == (Stage.ESCALATION, "Sekda")
