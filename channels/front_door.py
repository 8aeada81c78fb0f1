"""The one way in: checks an intake against the city, routes it, freezes the policy and starts it."""

from collections.abc import Callable
from datetime import UTC, datetime
from secrets import choice

from domain.intake import Intake, Opening
from domain.jurisdiction import Jurisdiction
from domain.view import Receipt
from durable.complaints import Complaints

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that cannot be mistaken for one another when read aloud."""

CODE_LENGTH = 10
"""About 10^15 codes: beyond guessing, still dictated over a telephone."""


class FrontDoor:
    """Takes complaints in for a city under a policy. Safe to call again with the same reference."""

    def __init__(
        self,
        jurisdiction: Jurisdiction,
        complaints: Complaints,
        policy: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._jurisdiction = jurisdiction
        self._complaints = complaints
        self._policy = policy
        self._clock = clock

    async def submit(self, intake: Intake) -> Receipt:
        """Starts the complaint, or finds it. Raises ``Refused`` for an unknown channel or category."""
        return await self._complaints.open(self.opening(intake))

    def opening(self, intake: Intake) -> Opening:
        """The intake with the facts of the city that are frozen with it."""
        city = self._jurisdiction
        channel, category = city.channel(intake.channel), city.category(intake.category)
        found = city.find_ward(intake.point)
        return Opening(
            intake=intake,
            found=found,
            kelurahan=city.unit_of_ward(found.ward) if found.ward else None,
            desk=city.unit(channel.desk),
            validators=tuple(city.validators()),
            policy=city.policy(self._policy, category.code, self._clock()),
            access_code=access_code(),
            last_resort=city.last_resort(),
        )


def access_code() -> str:
    """A new secret by which a reporter follows a complaint, in two groups of five."""
    letters = "".join(choice(ALPHABET) for _ in range(CODE_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"
