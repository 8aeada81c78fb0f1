"""What a decision would lead to, worked out beside the complaint: nothing counts before it is on record."""

from collections.abc import Sequence

from domain.complaint import Complaint
from domain.errands import Errand, errands
from domain.events import Event
from domain.notices import Notice, notices


class Draft:
    """A complaint with events taken in, and what follows from them for others."""

    def __init__(self, complaint: Complaint) -> None:
        # Shallow is enough: ``Complaint.apply`` replaces what it changes and changes nothing in place.
        self.complaint = complaint.model_copy()
        self.events: list[Event] = []
        self.notices: list[Notice] = []
        self.errands: list[Errand] = []

    def take(self, events: Sequence[Event]) -> None:
        """Takes events in, in their order. Raises ``ValueError`` when one does not follow the last."""
        for event in events:
            self.complaint.apply(event)
            self.events.append(event)
            self.notices += notices(event, self.complaint)
            self.errands += errands(event, self.complaint)
