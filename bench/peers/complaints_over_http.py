"""A service that takes complaints over HTTP, in the few words that our own small services share."""

from datetime import datetime

import httpx

from bench.peers.peer import NoAnswer

TIMEOUT_S = 30.0
CONNECTIONS = 100


class ComplaintsOverHttp:
    """Opens complaints and takes steps; a request may be sent again."""

    def __init__(self, url: str) -> None:
        self._caller = httpx.AsyncClient(
            base_url=url, timeout=TIMEOUT_S, limits=httpx.Limits(max_connections=CONNECTIONS)
        )

    async def open(self, reference: str, due_at: datetime) -> None:
        """Opens one. Raises ``NoAnswer``."""
        await self._post("/complaints", {"reference": reference, "due_at": due_at.isoformat()})

    async def act(self, reference: str, step: str) -> None:
        """Takes a step. Raises ``NoAnswer``."""
        await self._post(f"/complaints/{reference}/{step}", {})

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._caller.aclose()

    async def _post(self, path: str, body: dict[str, str]) -> None:
        try:
            answered = await self._caller.post(path, json=body)
        except httpx.TransportError as failure:
            raise NoAnswer(repr(failure)) from failure
        if answered.status_code >= 500:  # noqa: PLR2004 - the server's fault
            raise NoAnswer(f"{answered.status_code} {answered.text[:200]}")
        answered.raise_for_status()
