"""What handing in over HTTP costs: at a steady rate, and from as many clients as can be served.

``python -m bench.intake``. Everything is real: the stack with its worker and web server, on a data folder of
its own. First 20 submissions a second, sent whether or not those before were answered; then 1,000 from 20
clients at once, half of them sent twice. Prints p50 and p99; fails on a 5xx or a second complaint.
"""

import argparse
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
CONNECTIONS, WARM_UP = 100, 20
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

    async def send_steadily(self, rate: float, seconds: float) -> None:
        """Sends so many a second for so long, each at its moment."""
        began, loop = time.perf_counter(), asyncio.get_running_loop()
        under_way = []
        for number in range(round(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            under_way.append(loop.create_task(self._post(self._complaint())))
        self.first += await asyncio.gather(*under_way)

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


async def main(rate: float, seconds: float) -> None:
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
            limits=httpx.Limits(max_connections=CONNECTIONS),
        ) as caller:
            steady = Client(caller, CLIENTS)
            await Client(caller, CLIENTS + 1).send(WARM_UP)
            await steady.send_steadily(rate, seconds)
            clients = [Client(caller, seed) for seed in range(CLIENTS)]
            began = time.perf_counter()
            await asyncio.gather(*(client.send(COMPLAINTS // CLIENTS) for client in clients))
            took = time.perf_counter() - began
    first = [one for client in clients for one in client.first]
    repeated = [one for client in clients for one in client.repeated]
    _tell({f"steady, {rate:g} a second": steady.first, "first": first, "sent again": repeated}, took)
    sys.exit(0 if _went_well(first, repeated) and {one.status for one in steady.first} == {201} else 1)


def _went_well(first: Sequence[Timed], repeated: Sequence[Timed]) -> bool:
    begun = {one.number for one in first}
    return (
        {one.status for one in first} == {201}
        and {one.status for one in repeated} == {200}
        and len(begun) == COMPLAINTS
        and begun >= {one.number for one in repeated}
    )


def _tell(kinds: dict[str, Sequence[Timed]], took: float) -> None:
    at_once = len(kinds["first"]) + len(kinds["sent again"])
    failed = sum(one.status >= 500 for some in kinds.values() for one in some)  # noqa: PLR2004
    title = (
        f"at once: {at_once} requests of {CLIENTS} clients in {took:.1f} s ({at_once / took:.0f} a second); "
        f"{failed} answers of 5xx"
    )
    table = Table(title=title, title_justify="left")
    for column in ("", "requests", "p50 ms", "p99 ms"):
        table.add_column(column, justify="left" if not column else "right")
    for name, some in kinds.items():
        cuts = statistics.quantiles([one.seconds * 1000 for one in some], n=100)
        table.add_row(name, str(len(some)), f"{cuts[49]:.0f}", f"{cuts[98]:.0f}")
    Console().print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m bench.intake",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rate", type=float, default=20.0, help="steady, a second (default 20)")
    parser.add_argument("--seconds", type=float, default=30.0, help="so long (default 30)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["TUNTAS_HOME"] = home
        asyncio.run(main(asked.rate, asked.seconds))
