"""One made-up complaint, driven through the aggregate as its workflow would drive it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from domain.commands import Actor, AnyCommand, Instruction
from domain.complaint import Complaint
from domain.events import Event, Received
from domain.intake import Intake, Opening
from domain.refusal import Refused
from domain.standing import Standing, standing

VIA = "synthetic"


class Lived(NamedTuple):
    """A life as it is to be kept: each step is events that were decided together, and where they led."""

    opening: Opening
    complaint: Complaint
    steps: tuple[tuple[tuple[Event, ...], Standing], ...]

    @property
    def events(self) -> list[Event]:
        """Everything that happened, in order."""
        return [event for events, _ in self.steps for event in events]

    def again(self, number: str, intake: Intake, access_code: str) -> "Lived":
        """The same life of another complaint, which differs in its number and in what was handed in."""
        opening = self.opening.model_copy(update={"intake": intake, "access_code": access_code})
        complaint = self.complaint.model_copy(
            update={"opening": opening, "number": number, "point": intake.point}
        )
        (first, *others), stands = self.steps[0]
        body = first.body.model_copy(update={"number": number}) if isinstance(first.body, Received) else None
        renamed = first.model_copy(update={"body": body or first.body})
        return Lived(opening, complaint, (((renamed, *others), stands), *self.steps[1:]))


class Life:
    """Lets time pass and sends commands; deadlines fire at their own moments; at ``end`` it stops."""

    def __init__(self, opening: Opening, number: str, at: datetime, end: datetime) -> None:
        self.complaint = Complaint.blank(opening)
        self.now = at
        self._opening = opening
        self._end = end
        self._steps: list[tuple[tuple[Event, ...], Standing]] = []
        self._sent = 0
        self._keep(self.complaint.open(number, at))

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens: it is closed, or its time is up."""
        return self.complaint.is_over or self.now >= self._end

    def wait(self, span: timedelta) -> bool:
        """Lets time pass; False when that was the end of it."""
        until = min(self.now + span, self._end)
        while (due := self.complaint.next_deadline()) and due.due_at <= until:
            self.now = max(self.now, due.due_at)
            self._keep(self.complaint.expire(due, self.now))
        self.now = until
        return not self.is_over

    def send(self, command: AnyCommand, actor: Actor) -> bool:
        """Somebody acts now; False when it is refused, which leaves no trace."""
        self._sent += 1
        order = Instruction(id=f"s{self._sent}", actor=actor, via=VIA, command=command)
        try:
            self._keep(self.complaint.handle(order, self.now))
        except Refused:
            return False
        return True

    def lived(self) -> Lived:
        """What it was."""
        return Lived(self._opening, self.complaint, tuple(self._steps))

    def _keep(self, events: list[Event]) -> None:
        for event in events:
            self.complaint.apply(event)
        if events:
            self._steps.append((tuple(events), standing(self.complaint, events)))
