"""What a reporter may do, by the access code or through the channel: reply, rate, reopen, withdraw, close."""

from hashlib import sha256
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Header
from pydantic import Field

from channels.http.caller import Used, may
from channels.http.follow_routes import ComplaintAnswer, answer
from channels.http.json_body import JSON_ONLY
from channels.http.problem import documented
from channels.http.reading import ChannelReading
from channels.http.service import Service
from channels.http.submission import Sent
from domain.channel_key import Scope
from domain.channel_view import OwnComplaint
from domain.commands import REPORTER, AnyCommand, Close, Instruction, Rate, Reopen, Reply, Withdraw
from domain.refusal import RefusalCode, Refused
from domain.status import Status
from domain.text import Name, NeededNote, Note
from domain.view import ComplaintView
from durable.complaints import Complaints, NoAnswer

VIA = "http"

router = APIRouter(tags=["act"], dependencies=[JSON_ONLY])

Own = Annotated[OwnComplaint, Depends(may(Scope.ACT))]
CommandId = Annotated[
    Name | None,
    Header(alias="Idempotency-Key", description="The id of the command, if the body has none."),
]
ANSWERS = documented(400, 401, 403, 404, 409, 413, 415, 422, 429, 503)


class SentCommand(Sent):
    """``id`` makes sending it again safe: the same command with the same id is carried out once."""

    id: Name | None = None


class SentReply(SentCommand):
    """The answer to the question."""

    answer: NeededNote


class SentRating(SentCommand):
    """1 (not at all content) to 5 (very)."""

    score: int = Field(ge=1, le=5)
    note: Note = ""


class SentReopening(SentCommand):
    """Why it is not done."""

    note: NeededNote


class SentNote(SentCommand):
    """A word about it, if there is one to say."""

    note: Note = ""


@router.post("/complaints/{number}/reply", responses=ANSWERS)
async def reply(service: Used, own: Own, sent: SentReply, header: CommandId = None) -> ComplaintAnswer:
    """Answers the question that the complaint waits for."""
    return await _perform(service, own, Reply(answer=sent.answer), sent.id or header)


@router.post("/complaints/{number}/rate", responses=ANSWERS)
async def rate(service: Used, own: Own, sent: SentRating, header: CommandId = None) -> ComplaintAnswer:
    """Says how content the reporter is, once it is resolved."""
    return await _perform(service, own, Rate(score=sent.score, note=sent.note), sent.id or header)


@router.post("/complaints/{number}/reopen", responses=ANSWERS)
async def reopen(service: Used, own: Own, sent: SentReopening, header: CommandId = None) -> ComplaintAnswer:
    """Says that it is not done: once, within the time for feedback."""
    return await _perform(service, own, Reopen(note=sent.note), sent.id or header)


@router.post("/complaints/{number}/withdraw", responses=ANSWERS)
async def withdraw(
    service: Used, own: Own, sent: SentNote | None = None, header: CommandId = None
) -> ComplaintAnswer:
    """Takes the complaint back, at any time before its completion."""
    sent = sent or SentNote()
    return await _perform(service, own, Withdraw(note=sent.note), sent.id or header)


@router.post("/complaints/{number}/close", responses=ANSWERS)
async def close(
    service: Used, own: Own, sent: SentNote | None = None, header: CommandId = None
) -> ComplaintAnswer:
    """Says that the reporter is content, so that nobody waits for the end of the time for feedback."""
    sent = sent or SentNote()
    return await _perform(service, own, Close(note=sent.note), sent.id or header)


async def act(
    complaints: Complaints, reads: ChannelReading, own: OwnComplaint, instruction: Instruction[AnyCommand]
) -> ComplaintView:
    """Carries out a reporter's command. Raises ``Refused`` or ``NoAnswer``.

    The engine forgets a complaint when it closes, and may do so while it is asked; ours is on record, so what
    it then calls unknown is closed.
    """
    try:
        return await complaints.perform(own.standing.id, instruction)
    except Refused as error:
        if error.code is not RefusalCode.UNKNOWN_NUMBER:
            raise
    now = await reads.one(own.standing.number)
    if now is None or now.standing.status is not Status.CLOSED:
        raise NoAnswer("The complaint could not be asked. Ask again: nothing is taken twice.")
    raise Refused(RefusalCode.WRONG_STATE, "The complaint is CLOSED; nothing more can be done to it.")


def by_reporter(command: AnyCommand, identity: str, via: str = VIA) -> Instruction[AnyCommand]:
    """A command as the reporter sends it."""
    return Instruction[AnyCommand](id=identity, actor=REPORTER, via=via, command=command)


def command_id(space: str, identity: str | None) -> str:
    """The id of a command in a space of its own: a reporter's can never stand in for an officer's."""
    if identity is None:
        return f"{VIA}-{uuid4()}"
    return f"{VIA}-{sha256(f'{space}:{identity}'.encode()).hexdigest()[:40]}"


async def _perform(
    service: Service, own: OwnComplaint, command: AnyCommand, identity: str | None
) -> ComplaintAnswer:
    order = by_reporter(command, command_id(command.kind, identity))
    now = await act(service.complaints, service.own, own, order)
    return answer(service, own.model_copy(update={"updated_at": service.clock()}), now)
