"""What becomes of a messenger's message: with a number it is a reply, otherwise a complaint, each once.

A location that is sent on its own is kept for the desk: joining it to the text before it is not done here.
"""

from hashlib import sha256
from typing import Any, Protocol

from pydantic import ValidationError

from channels.bad_input import sentence
from channels.front_door import FrontDoor
from channels.messaging.posted import Submission
from channels.number import numbers_in
from channels.reply import NotTaken, Replies, Sender
from domain.intake import Intake, Reporter
from domain.refusal import Refused
from domain.text import LONGEST_NAME
from domain.value import Value

OWN_FORM = "generic"
TAKEN, REPLY, FOR_DESK = "taken", "reply", "for_desk"


class Outcome(Value):
    """What a message became. ``access_code`` is told the first time only."""

    id: str
    state: str
    why: str | None = None
    number: str | None = None
    access_code: str | None = None


class Posts(Protocol):
    """Where messages are remembered. Every method raises ``ConnectionError`` when the database is away."""

    async def known(self, source: str, id_hash: str) -> tuple[str, str | None, str | None] | None:
        """State, reason and number of a message that came before."""
        ...

    async def settle(
        self,
        source: str,
        id_hash: str,
        state: str,
        why: str | None,
        number: str | None,
        said: dict[str, Any] | None,
    ) -> None:
        """Remembers what became of a message; ``said`` is kept for the desk."""
        ...

    async def claim_signature(self, key: str) -> bool:
        """Remembers a signed request; False when it was taken before."""
        ...

    async def release_signature(self, key: str) -> None:
        """Forgets a signed request that could not be carried out, so that it may come again."""
        ...


class Conversation:
    """Makes complaints and replies of messages."""

    def __init__(self, door: FrontDoor, replies: Replies, posts: Posts, category: str) -> None:
        self._door = door
        self._replies = replies
        self._posts = posts
        self._category = category

    async def take(self, source: str, channel: str, said: Submission, *, vouched: bool) -> Outcome:
        """What a message becomes, or became when it came before.

        ``vouched``: the messenger itself knows the sender; otherwise the channel only says who it was, and
        may answer for the reporters of its own complaints alone. Raises ``NoAnswer`` or ``ConnectionError``
        when it may come again.
        """
        id_hash = sha256(f"{channel}\0{said.id}".encode(errors="replace")).hexdigest()
        if before := await self._posts.known(source, id_hash):
            state, why, number = before
            return Outcome(id=said.id, state=state, why=why, number=number)
        outcome = await self._become(source, channel, said, id_hash, vouched=vouched)
        kept = said.model_dump(mode="json") if outcome.state == FOR_DESK else None
        await self._posts.settle(source, id_hash, outcome.state, outcome.why, outcome.number, kept)
        return outcome

    async def _become(
        self, source: str, channel: str, said: Submission, id_hash: str, *, vouched: bool
    ) -> Outcome:
        numbers = numbers_in(said.number or "") or numbers_in(said.text)
        if not said.text:
            return Outcome(id=said.id, state=FOR_DESK, why="it has no words")
        if len(numbers) > 1:
            return Outcome(id=said.id, state=FOR_DESK, why="it names more than one complaint")
        try:
            if numbers:
                sender = Sender(contact=said.contact, channel=None if vouched else channel)
                identity = f"{source}/{id_hash[:40]}"
                await self._replies.hand_in(numbers[0], said.text, sender, source, identity)
                return Outcome(id=said.id, state=REPLY, number=numbers[0])
            return await self._complaint(source, channel, said, id_hash)
        except NotTaken as reason:
            return Outcome(id=said.id, state=FOR_DESK, why=str(reason), number=numbers[0])
        except Refused as refused:
            return Outcome(id=said.id, state=FOR_DESK, why=refused.message)
        except ValidationError as error:
            return Outcome(id=said.id, state=FOR_DESK, why=sentence(error))

    async def _complaint(self, source: str, channel: str, said: Submission, id_hash: str) -> Outcome:
        # Messengers that share a channel must not share references.
        reference = said.id if source == OWN_FORM else f"{source}-{said.id}"
        intake = Intake(
            channel=channel,
            reference=reference if len(reference) <= LONGEST_NAME else id_hash,
            category=said.category or self._category,
            text=said.text,
            point=said.point,
            accuracy_metres=said.accuracy_metres,
            place=said.place,
            reporter=Reporter(name=said.name, contact=said.contact),
        )
        receipt = await self._door.submit(intake)
        if receipt.digest not in {"", intake.digest}:
            why = "its id came before with another text"
            return Outcome(id=said.id, state=FOR_DESK, why=why, number=receipt.number)
        return Outcome(id=said.id, state=TAKEN, number=receipt.number, access_code=receipt.access_code)
