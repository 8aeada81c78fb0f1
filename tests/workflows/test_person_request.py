"""Rights of the person on real servers: after an erasure nothing can be read, and the case goes on."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import ActivityEnvironment
from temporalio.worker import Worker

from activities.person import Rights
from domain.commands import REPORTER, Accept, Complete, Progress, Withdraw
from domain.intake import complaint_id
from domain.person import Decision, PersonRequest, RequestState, Right
from domain.refusal import Refused
from domain.timeline import ERASED
from durable import timeouts
from durable.complaints import Complaints
from durable.persons import PersonRequests, delete_ended_runs, running_since, tell
from runtime.stack import Stack
from store.complaints import Reads
from store.contents import Contents
from store.database import Database
from store.engine import transaction
from store.messages import Messages
from store.persons import Persons
from store.tables import ComplaintRow, DataKeyRow
from tests.city import KELURAHAN, PHOTO, instruction, officer, opening
from tests.program import until
from tests.workflows.test_weeks import skipping

pytestmark = pytest.mark.servers
LURAH = officer(KELURAHAN)
SECRET = "Rahasiasekali"


class Person:
    """Somebody with one complaint, and what can be asked about it."""

    def __init__(self, complaints: Complaints, client: Client, engine: Database) -> None:
        self.complaints, self.client, self.engine = complaints, client, engine
        self.contact = f"{uuid4().hex}@contoh.id"
        self.start = opening(
            reference=uuid4().hex,
            text=f"{SECRET} di rumah saya.",
            place=f"Rumah {SECRET}",
            reporter={"name": SECRET, "contact": self.contact},
            public=True,
        )
        self.id = complaint_id("jaki", self.start.intake.reference)
        self.requests = PersonRequests(client, "complaints")
        self.persons = Persons(engine)
        self.number = ""

    async def complain(self) -> None:
        self.number = (await self.complaints.open(self.start)).number
        await self.complaints.perform(self.id, instruction(Accept(note=SECRET), LURAH, "accept"))

    async def ask(self, right: Right, **more: str) -> PersonRequest:
        request = PersonRequest.model_validate(
            {
                "id": uuid4().hex,
                "right": right,
                "numbers": (self.number,),
                "asked_at": datetime.now(UTC),
                **more,
            }
        )
        await self.requests.ask(request)
        return request

    async def have(self, right: Right, **more: str) -> None:
        request = await self.ask(right, **more)
        await self.requests.decide(request.id, Decision(granted=True, by="o-x", at=datetime.now(UTC)))
        state = await self.client.get_workflow_handle(f"person-{request.id}").result()
        assert state == RequestState.DONE

    async def is_gone(self) -> bool:
        """Whether Temporal has deleted the workflow; it does so half a minute after it was asked to."""
        try:
            await self.client.get_workflow_handle(self.id).describe()
        except RPCError as failure:
            return failure.status is RPCStatusCode.NOT_FOUND
        return False

    async def check_forgotten(self) -> None:
        assert await self.persons.find(contact=self.contact) == []
        assert SECRET not in str(await self.persons.everything(self.number))
        for message in await Messages(self.engine).of(self.id):
            assert message.contact is None
            assert SECRET not in message.body
        timeline = {entry.event: entry.detail for entry in await Reads(self.engine).timeline(self.id)}
        assert timeline["accepted"] == timeline["received"] == ERASED
        async with transaction(self.engine) as connection:
            query = select(DataKeyRow.generation).where(
                DataKeyRow.owner == self.id, DataKeyRow.wrapped.is_not(None)
            )
            assert len((await connection.execute(query)).all()) == 1, "only the new key is left"


@pytest.fixture
async def person(
    complaints: Complaints, client: Client, engine: Database, monkeypatch: pytest.MonkeyPatch
) -> Person:
    monkeypatch.setattr(timeouts, "SEALING_TURNED", timedelta(seconds=1))
    person = Person(complaints, client, engine)
    await person.complain()
    return person


async def test_an_open_complaint_is_erased_and_goes_on(person: Person) -> None:
    handle = person.client.get_workflow_handle(person.id)
    first = (await handle.describe()).run_id
    before = await handle.fetch_history()
    await person.have(Right.ERASE)
    await person.check_forgotten()
    assert (await handle.describe()).run_id != first
    started = before.events[0].workflow_execution_started_event_attributes
    with pytest.raises(ValueError, match="erased"):
        # A copy of the old history, from a backup say, has lost its key.
        await person.client.data_converter.decode(list(started.input.payloads))
    assert SECRET not in str(await person.complaints.timeline(person.id))
    order = Complete(note="Selesai.", evidence=(PHOTO,))
    await person.complaints.perform(person.id, instruction(order, LURAH, "complete"))
    assert (await Reads(person.engine).timeline(person.id))[-1].detail.endswith("Selesai.")
    again = await person.complaints.open(person.start)
    assert again.number == person.number, "the same reference makes no second complaint"


async def test_a_closed_complaint_is_erased_and_still_counted(person: Person) -> None:
    await person.complaints.perform(person.id, instruction(Withdraw(note=SECRET), REPORTER, "withdraw"))
    handle = person.client.get_workflow_handle(person.id)
    await handle.result()
    await person.have(Right.ERASE)
    await person.check_forgotten()
    await until(person.is_gone, 90)
    found = await Reads(person.engine).by_number(person.number)
    assert found is not None
    assert (found.status, found.category, found.ward) == ("CLOSED", "jalan-rusak", "31.71.01.1001")
    timeline = [entry.event for entry in await Reads(person.engine).timeline(person.id)]
    assert timeline == ["received", "accepted", "withdrawn", "person_erased"]
    again = await person.complaints.open(person.start)
    assert again.number == person.number, "the same reference makes no second complaint"


async def test_a_correction_reaches_row_index_and_workflow(person: Person) -> None:
    contact = f"{uuid4().hex}@contoh.id"
    await person.have(Right.CORRECT, name="Siti Aminah", contact=contact)
    assert await person.persons.find(contact=person.contact) == []
    (held,) = await person.persons.find(contact=f" {contact.upper()}", name="siti  aminah")
    assert held.number == person.number
    told = await person.persons.everything(person.number)
    assert (told["name"], told["contact"]) == ("Siti Aminah", contact)
    assert SECRET in told["text"]
    await person.complaints.perform(person.id, instruction(Progress(note="Mulai."), LURAH, "go"))
    assert {one.contact for one in await Messages(person.engine).of(person.id) if one.contact} == {contact}


async def test_what_is_restricted_is_not_public_until_it_is_lifted(person: Person) -> None:
    from domain.public_facts import RequestFilter
    from store.public_reads import PublicReads

    async def seen() -> str | None:
        (one,) = await PublicReads(person.engine).requests(RequestFilter(numbers=(person.number,)))
        return one.text

    assert SECRET in str(await seen())
    await person.have(Right.RESTRICT)
    assert await seen() is None
    await person.have(Right.RELEASE)
    assert SECRET in str(await seen())


async def test_a_request_is_decided_once_and_a_refusal_changes_nothing(person: Person) -> None:
    request = await person.ask(Right.ERASE)
    no = Decision(granted=False, by="o-x", at=datetime.now(UTC), reason="Bukan pelapornya.")
    assert await person.requests.decide(request.id, no) == RequestState.REFUSED
    await person.client.get_workflow_handle(f"person-{request.id}").result()
    with pytest.raises(Refused):
        await person.requests.decide(request.id, no)
    (kept,) = [one for one in await person.persons.requests() if one.id == request.id]
    assert (kept.state, kept.decided_by, kept.reason) == ("refused", "o-x", "Bukan pelapornya.")
    assert SECRET in str(await person.persons.everything(person.number))
    with pytest.raises(Refused, match="no such request"):
        await person.requests.decide("nothing", no)


async def test_after_72_hours_an_undecided_request_is_late(engine: Database) -> None:
    async with skipping(engine) as (environment, complaints):
        person = Person(complaints, environment.client, engine)
        await person.complain()
        asked = await environment.get_current_time()
        request = PersonRequest(
            id=uuid4().hex, right=Right.RESTRICT, numbers=(person.number,), asked_at=asked
        )
        await person.requests.ask(request)

        async def kept() -> tuple[RequestState, bool]:
            (one,) = [one for one in await person.persons.requests() if one.id == request.id]
            return one.state, one.late

        await environment.sleep(timedelta(hours=71))
        assert await kept() == (RequestState.ASKED, False)
        await environment.sleep(timedelta(hours=1, minutes=1))
        assert await kept() == (RequestState.ASKED, True)
        await person.requests.decide(request.id, Decision(granted=True, by="o-x", at=asked))
        await environment.client.get_workflow_handle(f"person-{request.id}").result()
        assert await kept() == (RequestState.DONE, True)


async def test_what_is_past_its_retention_is_erased(person: Person, servers: Stack, worker: Worker) -> None:
    await person.complaints.perform(person.id, instruction(Withdraw(), REPORTER, "withdraw"))
    await person.client.get_workflow_handle(person.id).result()
    old = datetime.now(UTC) - timedelta(days=3000)
    async with transaction(person.engine) as connection:
        await connection.execute(
            update(ComplaintRow).where(ComplaintRow.id == person.id).values(closed_at=old)
        )
    contents = Contents.at(None, servers.home / "files")
    rights = Rights(person.persons, contents, (tell, running_since, delete_ended_runs), timedelta(days=2000))
    assert await ActivityEnvironment(client=person.client).run(rights.erase_old) == 1
    await person.check_forgotten()
    assert await ActivityEnvironment(client=person.client).run(rights.erase_old) == 0
