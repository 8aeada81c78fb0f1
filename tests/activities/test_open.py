"""A complaint that comes in gets its number and its place on record together, once."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from activities.contracts import Open
from activities.record import Recording
from domain.commands import Accept
from domain.complaint import Complaint
from domain.draft import Draft
from domain.intake import complaint_id
from domain.standing import standing
from domain.view import view
from jakarta.load import load_jakarta
from notify.media import Routes
from notify.templates import Templates
from store.complaints import Reads, Recorder, Register
from store.database import Database
from store.lives import Lives
from store.messages import Messages
from tests.city import KELURAHAN, instruction, officer, opening

AT = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)


@pytest.fixture
def recording(engine: Database) -> Recording:
    names = {unit.code: unit.name for unit in load_jakarta().units()}
    return Recording(
        Register(engine), Recorder(engine), names, Templates(None), Routes.load("mailbox://", None, {})
    )


def arriving() -> Open:
    opened = opening(reference=uuid4().hex)
    identity = complaint_id(opened.intake.channel, opened.intake.reference)
    return Open(complaint_id=identity, first_run_id="run-1", opening=opened, at=AT)


async def test_it_gets_a_number_an_event_and_its_letters(recording: Recording, engine: Database) -> None:
    asked = arriving()
    opened = await recording.open(asked)
    view = await Reads(engine).by_number(opened.number)
    assert view is not None
    assert (view.id, view.seq, view.opened_at) == (asked.complaint_id, 1, AT)
    assert [event.body.event for event in opened.events] == ["received"]
    letters = await Messages(engine).of(asked.complaint_id)
    assert letters
    assert {letter.key for letter in letters if letter.state == "sent"} == set(opened.told)


async def test_a_second_try_later_says_what_the_first_recorded(
    recording: Recording, engine: Database
) -> None:
    asked = arriving()
    first = await recording.open(asked)
    later = await recording.open(asked.model_copy(update={"at": AT + timedelta(minutes=1)}))
    assert (later.number, later.events) == (first.number, first.events)
    life = await Lives(engine).of(first.number)
    assert life is not None
    assert life.events == list(first.events)


async def test_a_try_that_died_after_the_number_goes_on_with_it(
    recording: Recording, engine: Database
) -> None:
    asked = arriving()
    intake = asked.opening.intake
    given = await Register(engine).number(
        asked.complaint_id, asked.first_run_id, intake.channel, intake.reference, AT
    )
    assert (await recording.open(asked)).number == given.number


async def test_what_another_workflow_began_is_left_as_it_is(recording: Recording, engine: Database) -> None:
    asked = arriving()
    first = await recording.open(asked)
    draft = Draft(Complaint.blank(asked.opening))
    draft.take(first.events)
    order = instruction(Accept(), officer(KELURAHAN), uuid4().hex)
    events = draft.complaint.handle(order, AT)
    draft.take(events)
    await Recorder(engine).record(
        view(draft.complaint, asked.complaint_id), events, [], None, standing(draft.complaint, events)
    )
    again = await recording.open(asked.model_copy(update={"first_run_id": "run-2"}))
    assert again.events == ()
    assert again.existing is not None
    assert (again.number, again.existing.status) == (first.number, draft.complaint.status)
