"""The error for a server that does not answer."""

START_ADVICE = "Start the stack with: starter.py up"


class Unreachable(ConnectionError):
    """A server does not answer; the message says which, where, and what to do.

    It is safe to try again later: nothing was sent, or what was sent can be sent again.
    """

    def __init__(self, service: str, address: str, advice: str = START_ADVICE) -> None:
        self.service = service
        self.address = address
        self.advice = advice
        super().__init__(f"{service} is not reachable at {address}. {advice}")

    def __reduce__(self) -> tuple[type["Unreachable"], tuple[str, str, str]]:
        return (Unreachable, (self.service, self.address, self.advice))
