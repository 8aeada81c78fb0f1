"""A right of a person over personal data, seen through: decided, then carried out, within 72 hours."""

from contextlib import suppress
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.contracts import (
    FORGET_PERSON,
    NOTE_REQUEST,
    TELL_COMPLAINT,
    TURN_KEYS,
    NoteRequest,
    TellComplaint,
)
from domain.person import WARN_BEFORE, Decision, PersonRequest, RequestState, Right
from durable import timeouts
from durable.contract import DECIDE, PERSON_REQUEST


@workflow.defn(name=PERSON_REQUEST)
class PersonRequestWorkflow:
    """Waits for the decision, and shows when time runs short; then changes or erases what was asked."""

    @workflow.init
    def __init__(self, request: PersonRequest) -> None:
        self._request = request
        self._decision: Decision | None = None
        self._state = RequestState.ASKED
        self._late = False

    @workflow.run
    async def run(self, request: PersonRequest) -> RequestState:
        """How it ended: done or refused."""
        await self._note(RequestState.ASKED)
        await self._wait_for_decision()
        if self._decision and not self._decision.granted:
            await self._note(RequestState.REFUSED)
        else:
            await self._note(RequestState.GRANTED)
            await self._carry_out()
            self._late = self._late or workflow.now() > request.due_at
            await self._note(RequestState.DONE)
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._state

    @workflow.update(name=DECIDE)
    def decide(self, decision: Decision) -> RequestState:
        """An officer has seen that it comes from the person, or that it does not."""
        self._decision = decision
        return RequestState.GRANTED if decision.granted else RequestState.REFUSED

    @decide.validator
    def _may_decide(self, decision: Decision) -> None:
        del decision
        if self._decision is not None:
            raise ApplicationError(
                "This request was decided already.", type="ALREADY_DONE", non_retryable=True
            )

    async def _wait_for_decision(self) -> None:
        """Nobody decides for an officer; but who looks sees that it is urgent, and then that it is late."""
        due_at = self._request.due_at
        for moment, word in ((due_at - WARN_BEFORE, "urgent"), (due_at, "late")):
            await self._decided_by(moment, word)
            if self._decision is None:
                self._late = word == "late"
                await self._note(RequestState.ASKED)
        await workflow.wait_condition(lambda: self._decision is not None)

    async def _decided_by(self, moment: datetime, word: str) -> None:
        left = moment - workflow.now()
        if self._decision is None and left.total_seconds() > 0:
            with suppress(TimeoutError):
                await workflow.wait_condition(
                    lambda: self._decision is not None, timeout=left, timeout_summary=f"{word} if undecided"
                )

    async def _carry_out(self) -> None:
        """Erasing needs a new key first, and time for everybody to seal with it."""
        request = self._request
        if request.command is None:
            return
        erases = request.right is Right.ERASE
        if erases:
            for number in request.numbers:
                await self._run(TURN_KEYS, number)
            await workflow.sleep(timeouts.SEALING_TURNED, summary="until everybody seals with the new key")
        for number in request.numbers:
            await self._run(TELL_COMPLAINT, number)
        for number in request.numbers if erases else ():
            await self._run(FORGET_PERSON, number)

    async def _run(self, activity: str, number: str) -> None:
        await workflow.execute_activity(
            activity,
            TellComplaint(request=self._request, number=number),
            start_to_close_timeout=timeouts.PERSON_ATTEMPT,
            retry_policy=timeouts.RECORD_RETRY,
            summary=number,
        )

    async def _note(self, state: RequestState) -> None:
        self._state = state
        late = ", late" if self._late else ""
        workflow.set_current_details(
            f"**{self._request.right}** {state}{late}, due {self._request.due_at:%Y-%m-%d %H:%M} UTC"
        )
        done = state in {RequestState.DONE, RequestState.REFUSED}
        await workflow.execute_activity(
            NOTE_REQUEST,
            NoteRequest(
                request=self._request,
                state=state,
                decision=self._decision,
                late=self._late,
                done_at=workflow.now() if done else None,
            ),
            start_to_close_timeout=timeouts.RECORD_ATTEMPT,
            retry_policy=timeouts.RECORD_RETRY,
            summary=state,
        )
