"""Rule 8: a duplicate follows its parent, and nobody's complaint disappears in a merge."""

from datetime import timedelta

import pytest

from domain.clocks import ClockKind, ClockState
from domain.commands import (
    REPORTER,
    SERVICE,
    Accept,
    Ask,
    Close,
    Complete,
    Follow,
    HearParent,
    Instruction,
    Merge,
    Other,
    ParentNews,
    Rate,
    Reject,
    Reopen,
    RequestEws,
    Separate,
    Validate,
    Withdraw,
)
from domain.errands import errands
from domain.intake import complaint_id
from domain.refusal import RefusalCode, Refused
from domain.status import Outcome, Status
from domain.timeline import entry
from tests.city import BIRO, DESK, FOLLOWER, KELURAHAN, MONDAY, PARENT, PHOTO, Life, officer, opening

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LURAH = officer(KELURAHAN)
DONE = Complete(note="Selesai.", evidence=(PHOTO,))


def merged() -> Life:
    life = Life()
    life.send(Merge(parent=PARENT), LURAH)
    return life


def hear(life: Life, news: ParentNews, outcome: Outcome | None = None, parent: Other = PARENT) -> list[str]:
    return life.send(HearParent(parent=parent, news=news, outcome=outcome, moment=life.now), SERVICE)


class Pair:
    """A parent and a complaint that follows it; what one has to tell is carried to the other."""

    def __init__(self) -> None:
        self.parent, self.child = Life(opening(reference="P")), Life(opening(reference="C"))
        self.child.complaint.number = "JK2611020002"
        self.lives = {life.complaint.itself.id: life for life in (self.parent, self.child)}
        self.send(self.child, Merge(parent=self.parent.complaint.itself), LURAH)

    def send(self, life: Life, command: object, actor: object) -> None:
        told = len(life.events)
        life.send(command, actor)  # type: ignore[arg-type]
        self._carry(life, told)

    def _carry(self, life: Life, told: int) -> None:
        for event in life.events[told:]:
            for errand in errands(event, life.complaint):
                other = self.lives[errand.to.id]
                before = len(other.events)
                order: Instruction = errand.instruction  # type: ignore[type-arg]
                for _ in range(2):
                    other.keep(other.complaint.handle(order, other.now))
                self._carry(other, before)


def test_a_duplicate_is_resolved_with_its_parent_and_closed_as_duplicate() -> None:
    pair = Pair()
    assert pair.child.complaint.status.value == "FOLLOWING"
    assert pair.parent.complaint.followers == [pair.child.complaint.itself]
    pair.send(pair.parent, Accept(), LURAH)
    pair.send(pair.parent, DONE, LURAH)
    pair.send(pair.parent, Validate(accepted=True), officer(BIRO))
    assert pair.child.complaint.status.value == "RESOLVED"
    pair.send(pair.child, Rate(score=5), REPORTER)
    pair.send(pair.child, Close(), REPORTER)
    assert pair.child.complaint.outcome is Outcome.DUPLICATE
    assert pair.parent.complaint.status is Status.RESOLVED


def test_a_duplicate_is_reopened_with_its_parent() -> None:
    pair = Pair()
    for _ in range(2):
        pair.send(pair.parent, Accept(), LURAH)
        pair.send(pair.parent, DONE, LURAH)
        pair.send(pair.parent, Validate(accepted=True), officer(BIRO))
        assert pair.child.complaint.status.value == "RESOLVED"
        if not pair.parent.complaint.reopened:
            pair.send(pair.parent, Reopen(note="Belum."), REPORTER)
            assert pair.child.complaint.status.value == "FOLLOWING"
    names = [event.body.event for event in pair.child.events]
    assert names == ["received", "merged", "parent_resolved", "parent_reopened", "parent_resolved"]


@pytest.mark.parametrize(
    ("command", "actor", "outcome"),
    [(Reject(note="Pujian."), officer(DESK), "rejected"), (Withdraw(), REPORTER, "withdrawn")],
)
def test_a_duplicate_goes_its_own_way_when_its_parent_ends_without_a_result(
    command: object, actor: object, outcome: str
) -> None:
    pair = Pair()
    pair.send(pair.parent, command, actor)
    child = pair.child.complaint
    assert (child.status, child.parent) == (Status.WAITING, None)
    assert child.clocks[ClockKind.RESPONSE].state is ClockState.RUNNING
    assert f"was closed as {outcome}" in entry(pair.child.events[-1]).detail
    assert (pair.child.events[-1].via, pair.child.events[-1].by) == ("complaint", SERVICE)


def test_a_duplicate_whose_reporter_reopens_it_goes_its_own_way() -> None:
    life = merged()
    hear(life, ParentNews.RESOLVED)
    life.send(Reopen(note="Di tempat saya belum."), REPORTER)
    assert (life.complaint.status, life.complaint.parent) == (Status.WAITING, None)
    assert hear(life, ParentNews.REOPENED) == []


def test_nobody_follows_a_follower_or_what_is_resolved() -> None:
    life = merged()
    life.send(Follow(follower=FOLLOWER), SERVICE)
    assert entry(life.events[-1]).detail == (
        "JK2611030007 may not follow it: JK2611020001 itself follows JK2611010009"
    )
    assert life.complaint.followers == []
    (errand,) = errands(life.events[-1], life.complaint)
    assert (errand.to, errand.instruction.command.kind) == (FOLLOWER, "hear_parent")
    hear(life, ParentNews.RESOLVED)
    life.send(Follow(follower=FOLLOWER), SERVICE)
    assert "is RESOLVED already" in entry(life.events[-1]).detail


def test_a_declined_follower_waits_at_its_holder_again() -> None:
    life = merged()
    assert hear(life, ParentNews.DECLINED) == ["separated"]
    assert life.complaint.status is Status.WAITING
    assert "cannot be followed now" in entry(life.events[-1]).detail


def test_a_parent_that_cannot_be_reached_leaves_nobody_behind() -> None:
    life = merged()
    assert life.keep(life.complaint.orphaned("it is closed", life.now)) == ["separated"]
    assert life.complaint.orphaned("it is closed", life.now) == []
    assert life.events[-1].via == "workflow"
    resolved = merged()
    hear(resolved, ParentNews.RESOLVED)
    assert resolved.complaint.orphaned("it is closed", resolved.now) == [], "it has its answer already"


def test_what_another_complaint_says_is_not_listened_to() -> None:
    life = merged()
    assert hear(life, ParentNews.RESOLVED, parent=FOLLOWER) == []
    life.send(Separate(note="Lain lokasi."), LURAH)
    assert hear(life, ParentNews.RESOLVED) == []
    assert life.complaint.status is Status.WAITING


@pytest.mark.parametrize(
    "parent",
    [Other(number="JK2611020001", id=complaint_id("jaki", "R-1")), FOLLOWER],
    ids=["itself", "its follower"],
)
def test_nobody_follows_itself_or_its_follower(parent: Other) -> None:
    life = Life()
    life.send(Follow(follower=FOLLOWER), SERVICE)
    with pytest.raises(Refused) as refused:
        life.send(Merge(parent=parent), LURAH)
    assert refused.value.code is RefusalCode.WRONG_TARGET


def test_the_citizens_clock_goes_on_while_following_and_nobody_is_escalated_for_it() -> None:
    """The parent's ladder is climbed; the follower's own lateness is recorded and reminded of."""
    life = merged()
    assert life.complaint.clocks[ClockKind.RESPONSE].state is ClockState.MET
    assert life.pass_time(14 * DAY) == ["warned", "breached", "reminded"]
    life.pass_time(DAY)
    hear(life, ParentNews.RESOLVED)
    assert life.complaint.clocks[ClockKind.RESOLUTION].state is ClockState.MISSED


def test_what_was_done_in_time_is_in_time_for_the_follower_though_validated_late() -> None:
    life = merged()
    life.pass_time(7 * DAY)
    assert life.events[-1].body.event == "breached"
    done = MONDAY + 5 * DAY
    life.send(HearParent(parent=PARENT, news=ParentNews.RESOLVED, moment=done), SERVICE)
    assert life.complaint.clocks[ClockKind.RESOLUTION].state is ClockState.MET


def test_a_merge_ends_a_question_and_a_request_for_more_time() -> None:
    asked, late = Life(), Life()
    asked.send(Ask(question="Di mana?"), LURAH)
    asked.pass_time(HOUR)
    asked.send(Merge(parent=PARENT), LURAH)
    clock = asked.complaint.clocks[ClockKind.RESOLUTION]
    assert (clock.is_paused, clock.stood) == (False, HOUR)
    assert asked.complaint.clocks[ClockKind.REPLY].state is ClockState.MET
    late.send(Accept(), LURAH)
    late.send(RequestEws(until=MONDAY + 9 * DAY, note="Sulit."), LURAH)
    late.send(Merge(parent=PARENT), LURAH)
    assert late.complaint.ews is None


def test_errands_are_told_to_each_follower_with_the_moment_of_the_work() -> None:
    life = Life()
    for other in (FOLLOWER, PARENT):
        life.send(Follow(follower=other), SERVICE)
    life.send(Accept(), LURAH)
    life.pass_time(HOUR)
    life.send(DONE, LURAH)
    done = life.now
    life.pass_time(HOUR)
    life.send(Validate(accepted=True), officer(BIRO))
    told = errands(life.events[-1], life.complaint)
    assert [errand.to for errand in told] == [FOLLOWER, PARENT]
    for errand in told:
        command = errand.instruction.command
        assert isinstance(command, HearParent)
        assert (command.news, command.moment, command.parent) == (
            ParentNews.RESOLVED,
            done,
            life.complaint.itself,
        )
