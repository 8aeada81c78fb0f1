"""A message that names a complaint: the reporter's answer, if it comes from the reporter."""

import re
from contextlib import suppress
from typing import NamedTuple, Protocol

from channels.legible import legible
from channels.number import access_codes_in
from domain.commands import REPORTER, SERVICE, AnyCommand, Instruction, Reply, ReportUndelivered
from domain.refusal import Refused
from domain.text import LONGEST_NOTE
from domain.view import ComplaintView
from durable.complaints import Complaints

MOST_CODES = 3
"""Access codes, and marks, tried of one message: nobody gets many guesses."""


class Sender(NamedTuple):
    """What a message says of its sender.

    ``contact`` is one that somebody vouches for, as a messenger does for a telephone number, and counts for
    complaints of ``channel`` (None: of any). Nobody vouches for an address in From. ``marks`` are those of
    our letters that came back with it.
    """

    contact: str | None = None
    channel: str | None = None
    marks: tuple[str, ...] = ()


class Known(Protocol):
    """What must be known of complaints to tell a reporter from a stranger; ``store`` answers."""

    async def by_number(self, number: str) -> ComplaintView | None:
        """The complaint with this number."""
        ...

    async def is_access_code(self, number: str, access_code: str) -> bool:
        """Whether this is the code that its reporter was given."""
        ...

    async def is_reply_mark(self, complaint_id: str, mark: str) -> bool:
        """Whether this is the mark that letters to its reporter carry."""
        ...

    async def is_contact(self, number: str, contact: str) -> bool:
        """Whether its reporter gave this address or telephone number."""
        ...


class NotTaken(Exception):
    """The message did not become a reply; a human must read it. The message says why, and quotes nothing."""


class Replies:
    """Hands replies to complaints."""

    def __init__(self, complaints: Complaints, known: Known) -> None:
        self._complaints = complaints
        self._known = known

    async def hand_in(self, number: str, text: str, sender: Sender, via: str, identity: str) -> None:
        """Gives the complaint the reporter's answer. The same ``identity`` twice is one answer.

        The sender must be known as the reporter, or write the access code, which is taken out of the text.
        Raises ``NotTaken`` when a human must read it, ``NoAnswer`` when nobody answered.
        """
        found = await self._known.by_number(number)
        if found is None:
            raise NotTaken("no complaint has this number")
        code = await self._access_code(number, text)
        if code is None and not await self._is_reporter(found, sender):
            raise NotTaken("its sender is not the reporter of this complaint, as far as we know")
        said = re.sub(re.escape(code), "", text, flags=re.IGNORECASE) if code else text
        answer = legible(said, LONGEST_NOTE)
        if not answer:
            raise NotTaken("it says nothing")
        order = Instruction[AnyCommand](id=identity, actor=REPORTER, via=via, command=Reply(answer=answer))
        try:
            await self._complaints.perform(found.id, order)
        except Refused as refused:
            raise NotTaken(f"the complaint did not take it as a reply ({refused.code})") from refused

    async def not_arrived(self, complaint_id: str, seq: int, reason: str) -> None:
        """Tells a complaint, if it is still open, that a message about one of its events came back."""
        command = ReportUndelivered(about=seq, reason=reason)
        order = Instruction[AnyCommand](id=f"bounced/{seq}", actor=SERVICE, via="email", command=command)
        with suppress(Refused):
            await self._complaints.perform_later(complaint_id, order)

    async def _is_reporter(self, found: ComplaintView, sender: Sender) -> bool:
        """By a mark of our letters, or by a contact that the channel vouches for."""
        for mark in sender.marks[:MOST_CODES]:
            if await self._known.is_reply_mark(found.id, mark):
                return True
        if sender.contact is None or sender.channel not in {None, found.channel}:
            return False
        return await self._known.is_contact(found.number, sender.contact)

    async def _access_code(self, number: str, text: str) -> str | None:
        for code in access_codes_in(text)[:MOST_CODES]:
            if await self._known.is_access_code(number, code):
                return code
        return None
