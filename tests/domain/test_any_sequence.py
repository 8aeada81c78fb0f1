"""In no sequence of commands and passing deadlines does a complaint get lost (stateful property test)."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.clocks import ClockKind
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
    Dispose,
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
    RequestEws,
    Separate,
    Validate,
    Withdraw,
)
from domain.complaint import Complaint
from domain.events import Completed, Escalated, EwsGranted, Followed, FollowUpRejected, Received, Validated
from domain.refusal import Refused
from tests.city import (
    ASISTEN_KOTA,
    ASISTEN_SEKDA,
    FOLLOWER,
    INSPEKTORAT,
    MONDAY,
    PARENT,
    PHOTO,
    SEKDA,
    UNITS,
    Life,
    officer,
    opening,
)

ACTORS = [
    REPORTER,
    SERVICE,
    *(officer(unit) for unit in (*UNITS, INSPEKTORAT, ASISTEN_KOTA, ASISTEN_SEKDA, SEKDA)),
]
actors = st.sampled_from(ACTORS)
units = st.sampled_from(UNITS)
commands: st.SearchStrategy[AnyCommand] = st.one_of(
    st.just(Accept()),
    st.builds(Coordinate, to=units),
    st.builds(Dispose, to=units),
    st.builds(
        HandBack, reason=st.sampled_from(HandBackReason), to=st.none() | units, fallback=st.none() | units
    ),
    st.builds(Reassign, to=units),
    st.just(Progress(note="Dikerjakan.")),
    st.sampled_from([Complete(note="Selesai.", evidence=(PHOTO,)), Complete(note="Selesai.")]),
    st.builds(Validate, accepted=st.booleans()),
    st.just(Ask(question="Di mana?")),
    st.just(Reply(answer="Di sini.")),
    st.builds(
        RequestEws,
        until=st.integers(min_value=0, max_value=60).map(lambda days: MONDAY + timedelta(days=days)),
        note=st.just("Sulit."),
    ),
    st.builds(DecideEws, granted=st.booleans()),
    st.just(Escalate(note="Tolong.")),
    st.just(Reject(note="Bukan pengaduan.")),
    st.builds(Rate, score=st.integers(min_value=1, max_value=5)),
    st.just(Reopen(note="Belum.")),
    st.just(Merge(parent=PARENT)),
    st.just(Separate(note="Lain.")),
    st.just(Follow(follower=FOLLOWER)),
    st.builds(
        HearParent,
        parent=st.sampled_from([PARENT, FOLLOWER]),
        news=st.sampled_from(ParentNews),
        moment=st.just(MONDAY + timedelta(hours=30)),
    ),
    st.just(Withdraw()),
    st.just(Close()),
)


class AnySequence(RuleBasedStateMachine):
    """Random people send random commands while time passes."""

    @initialize(direct=st.booleans())
    def arrive(self, direct: bool) -> None:
        self.life = Life(opening(direct=direct))
        self.due = self.life.complaint.clocks[ClockKind.RESOLUTION].due_at

    @rule(command=commands, actor=actors)
    def anyone_asks_anything(self, command: AnyCommand, actor: Actor) -> None:
        self._ask(command, actor)

    @rule(command=commands)
    def the_one_who_may_asks(self, command: AnyCommand) -> None:
        """Tries each person in turn, so that long lawful lives are reached as well."""
        for actor in ACTORS:
            if self._ask(command, actor):
                return

    @rule(minutes=st.integers(min_value=1, max_value=30 * 24 * 60))
    def time_passes(self, minutes: int) -> None:
        self.life.pass_time(timedelta(minutes=minutes))

    @rule()
    def the_worker_is_replaced(self) -> None:
        """State survives being written out and read back, as on continue-as-new."""
        self.life.complaint = Complaint.model_validate_json(self.life.complaint.model_dump_json())

    def _ask(self, command: AnyCommand, actor: Actor) -> bool:
        before = self.life.complaint.model_dump_json()
        try:
            return bool(self.life.send(command, actor))
        except Refused:
            assert self.life.complaint.model_dump_json() == before, "a refusal changed something"
            return False

    @invariant()
    def no_event_is_lost(self) -> None:
        assert [event.seq for event in self.life.events] == list(range(1, self.life.complaint.seq + 1))
        assert sum(isinstance(event.body, Received) for event in self.life.events) == 1

    @invariant()
    def events_alone_tell_the_whole_state(self) -> None:
        again = Complaint.blank(self.life.complaint.opening)
        for event in self.life.events:
            again.apply(event)
        assert again == self.life.complaint

    @invariant()
    def the_resolution_clock_never_restarts(self) -> None:
        """Its end moves by the pauses on its ledger and by a granted EWS, and by nothing else."""
        clock, granted = self.life.complaint.clocks[ClockKind.RESOLUTION], None
        for event in self.life.events:
            if isinstance(event.body, EwsGranted):
                granted = event
        assert clock.started_at == self.life.events[0].at
        if granted is None:
            assert clock.due_at == self.due + clock.stood
        else:
            assert isinstance(granted.body, EwsGranted)
            since = [pause for pause in clock.pauses if pause.until and pause.until > granted.at]
            stood = sum((pause.until - pause.since for pause in since if pause.until), timedelta())
            assert clock.due_at == granted.body.until + stood

    @invariant()
    def one_question_stops_the_clock_for_each_holder(self) -> None:
        pauses = self.life.complaint.clocks[ClockKind.RESOLUTION].pauses
        asked = [pause.by for pause in pauses if pause.by != PARENT.number]
        assert len(asked) == len(set(asked)), "a holder, or a reopening, stopped it twice"

    @invariant()
    def it_ends_once_and_last(self) -> None:
        """After the end it may only decline to be followed."""
        names = [event.body.event for event in self.life.events if not isinstance(event.body, Followed)]
        ends = [number for number, event in enumerate(names) if event in {"closed", "withdrawn"}]
        assert ends == ([len(names) - 1] if self.life.complaint.is_over else [])

    @invariant()
    def nobody_validates_their_own_work(self) -> None:
        completed_by = None
        for event in self.life.events:
            if isinstance(event.body, Completed):
                completed_by = event.body.unit.code
            if isinstance(event.body, Validated | FollowUpRejected):
                assert event.by.unit not in {None, completed_by}

    @invariant()
    def while_open_something_is_always_due(self) -> None:
        assert (self.life.complaint.next_deadline() is None) == self.life.complaint.is_over

    @invariant()
    def no_step_of_the_ladder_is_taken_twice_for_one_breach(self) -> None:
        steps: dict[ClockKind, int] = {}
        for event in self.life.events:
            if event.body.event == "breached":
                steps[event.body.clock] = 0
            if isinstance(event.body, Escalated):
                assert event.body.step == steps[event.body.clock] + 1
                steps[event.body.clock] = event.body.step


AnySequence.TestCase.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
TestAnySequence = AnySequence.TestCase
