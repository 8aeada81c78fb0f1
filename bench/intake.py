"""What handing in over HTTP costs: 1,000 submissions from 20 clients at once, half of them sent twice.

``python -m bench.intake``. Everything is real: the stack with its worker and web server, on a data folder of
its own. Prints p50 and p99 for first submissions and for repeats; fails on a 5xx or a second complaint.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
from rich.console import Console
from rich.table import Table

from domain.channel_key import Scope
from store.channel_keys import ChannelKeys
from store.engine import open_engine

COMPLAINTS, CLIENTS = 1000, 20
TIMEOUT_S = 60.0


class Timed(NamedTuple):
    """One request: what was answered, and after how many seconds."""

    status: int
    number: str
    seconds: float


class Client:
    """One client: sends its share, every second one again as if the answer had been lost."""

    def __init__(self, caller: httpx.AsyncClient, seed: int) -> None:
        self._caller = caller
        self._chance = Random(seed)  # noqa: S311 - where a pothole is
        self.first: list[Timed] = []
        self.repeated: list[Timed] = []

    async def send(self, count: int) -> None:
        """Sends so many complaints, one after the other."""
        for place in range(count):
            body = self._complaint()
            self.first.append(await self._post(body))
            if place % 2:
                self.repeated.append(await self._post(body))

    async def _post(self, body: dict[str, Any]) -> Timed:
        began = time.perf_counter()
        answered = await self._caller.post("/api/v1/complaints", json=body)
        seconds = time.perf_counter() - began
        number = answered.json().get("number", "") if answered.status_code < 300 else ""  # noqa: PLR2004
        return Timed(answered.status_code, number, seconds)

    def _complaint(self) -> dict[str, Any]:
        return {
            "reference": str(uuid4()),
            "category": "jalan-berlubang",
            "text": "Lubang di depan sekolah.",
            "point": {
                "latitude": self._chance.uniform(-6.30, -6.12),
                "longitude": self._chance.uniform(106.75, 106.92),
            },
        }


async def main() -> None:
    """Starts the stack, sends, and tells what came of it."""
    from commandline.stack import stack  # noqa: PLC0415 - reads the data folder that is set below

    async with stack("dki-2025") as running:
        engine = open_engine(running.database_url, pool_size=1)
        made = await ChannelKeys(engine).add("jaki", "bench", (Scope.SUBMIT,), datetime.now(UTC))
        await engine.dispose()
        headers = {"Authorization": f"Bearer {made.secret}"}
        async with httpx.AsyncClient(
            base_url=running.web or "",
            headers=headers,
            timeout=TIMEOUT_S,
            limits=httpx.Limits(max_connections=CLIENTS),
        ) as caller:
            clients = [Client(caller, seed) for seed in range(CLIENTS)]
            began = time.perf_counter()
            await asyncio.gather(*(client.send(COMPLAINTS // CLIENTS) for client in clients))
            took = time.perf_counter() - began
    first = [one for client in clients for one in client.first]
    repeated = [one for client in clients for one in client.repeated]
    _tell(first, repeated, took)
    sys.exit(0 if _went_well(first, repeated) else 1)


def _went_well(first: Sequence[Timed], repeated: Sequence[Timed]) -> bool:
    begun = {one.number for one in first}
    return (
        {one.status for one in first} == {201}
        and {one.status for one in repeated} == {200}
        and len(begun) == COMPLAINTS
        and begun >= {one.number for one in repeated}
    )


def _tell(first: Sequence[Timed], repeated: Sequence[Timed], took: float) -> None:
    every = [*first, *repeated]
    numbers = {one.number for one in every if one.number}
    failed = sum(one.status >= 500 for one in every)  # noqa: PLR2004
    title = (
        f"{len(every)} requests of {CLIENTS} clients in {took:.1f} s ({len(every) / took:.0f} a second): "
        f"{len(numbers)} complaints, {failed} answers of 5xx"
    )
    table = Table(title=title, title_justify="left")
    for column in ("", "requests", "p50 ms", "p99 ms"):
        table.add_column(column, justify="left" if not column else "right")
    for name, some in (("first", first), ("sent again", repeated)):
        cuts = statistics.quantiles([one.seconds * 1000 for one in some], n=100)
        table.add_row(name, str(len(some)), f"{cuts[49]:.0f}", f"{cuts[98]:.0f}")
    Console().print(table)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["TUNTAS_HOME"] = home
        asyncio.run(main())
