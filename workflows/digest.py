"""The digest of one supervisor: the first notice goes out at once, what comes after it together.

The notices themselves wait in the outbox of the database; complaints only say that there is something.
"""

from contextlib import suppress
from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError

from activities.contracts import GIVE_DIGEST_UP, SEND_DIGEST, SendDigest
from durable import timeouts
from durable.contract import DIGEST, WAKE, DigestStart


@workflow.defn(name=DIGEST)
class DigestWorkflow:
    """Sends letters to one supervisor for as long as there is something to say, then ends."""

    @workflow.init
    def __init__(self, start: DigestStart) -> None:
        self._start = start
        self._waiting = start.waiting
        self._letters = start.letters
        self._notices = start.notices

    @workflow.signal(name=WAKE)
    def wake(self) -> None:
        """Something is pending for this supervisor."""
        self._waiting = True

    @workflow.run
    async def run(self, start: DigestStart) -> int:
        """Returns how many notices went out."""
        if start.not_before:
            await self._rest_until(start.not_before)
        while self._waiting:
            self._waiting = False
            await self._send()
            await self._rest_until(start.rule.every.after(workflow.now(), start.rule.calendar))
        return self._notices

    async def _send(self) -> None:
        self._letters += 1
        info = workflow.info()
        what = SendDigest(
            digest_id=f"{info.workflow_id}/{info.first_execution_run_id}/{self._letters}",
            recipient=self._start.recipient,
        )
        try:
            self._notices += await workflow.execute_activity(
                SEND_DIGEST,
                what,
                result_type=int,
                start_to_close_timeout=timeouts.DELIVERY_ATTEMPT,
                schedule_to_close_timeout=self._start.rule.within,
                retry_policy=timeouts.DELIVERY_RETRY,
                summary=f"letter {self._letters} to {what.recipient}",
            )
        except ActivityError:
            await workflow.execute_activity(
                GIVE_DIGEST_UP,
                what,
                start_to_close_timeout=timeouts.GIVING_UP,
                heartbeat_timeout=timeouts.HEARTBEAT,
                retry_policy=timeouts.RECORD_RETRY,
                summary=f"letter {self._letters} to {what.recipient} is given up",
            )

    async def _rest_until(self, moment: datetime) -> None:
        """No letter before this moment, however many notices come in; a flood of them continues as new."""
        workflow.set_current_details(
            f"{self._letters} letters with {self._notices} notices so far; "
            f"the next one not before {moment:%Y-%m-%dT%H:%M:%SZ}"
        )
        left = moment - workflow.now()
        with suppress(TimeoutError):
            await workflow.wait_condition(
                workflow.info().is_continue_as_new_suggested,
                timeout=left,
                timeout_summary=f"next letter to {self._start.recipient}",
            )
            workflow.continue_as_new(self._handover(moment))

    def _handover(self, moment: datetime) -> DigestStart:
        return DigestStart(
            recipient=self._start.recipient,
            rule=self._start.rule,
            waiting=self._waiting,
            not_before=moment,
            letters=self._letters,
            notices=self._notices,
        )
