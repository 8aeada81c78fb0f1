"""What pages cost when the database is full: 20 people at once, each page answered by a real server.

``python -m bench.pages --complaints 1000000``. Without ``TUNTAS_HOME`` a stack is started on a data folder of
its own and a made-up year is written into it; with it, what lies there is used. Each person opens a page,
looks at it for a while (``--think``), and opens the next. Prints the median and the 99th percentile of each
page and its size.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple
from uuid import uuid4

import httpx
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from domain.account import Role
from runtime.settings import load_settings
from store.accounts import Accounts
from store.database import Database
from web.doorkeeper import COOKIE

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT_S = 60.0
WARM_UP = 2
"""Times that each page is opened before anything is measured."""


class Page(NamedTuple):
    """A page, who opens it (the code of a unit; None: anybody), and where it is."""

    name: str
    unit: str | None
    address: str


class Seen(NamedTuple):
    """A page was opened: seconds until its last byte, bytes over the wire, and the status."""

    name: str
    seconds: float
    size: int
    status: int


async def busiest(database: Database, kind: str) -> str:
    """The unit of a kind, by the beginning of its code, with most open complaints."""
    query = text(
        "SELECT unit FROM complaint WHERE closed_at IS NULL AND seq > 0 AND unit LIKE :kind "
        "GROUP BY unit ORDER BY count(*) DESC LIMIT 1"
    )
    async with database.connect() as connection:
        return str((await connection.execute(query, {"kind": f"{kind}-%"})).scalar_one())


async def pages_of(database: Database) -> list[Page]:
    """The pages that are measured."""
    kelurahan, agency = await busiest(database, "KEL"), await busiest(database, "SKPD")
    query = text(
        "SELECT number FROM complaint WHERE unit = :unit AND closed_at IS NULL AND status <> 'RESOLVED' "
        "ORDER BY next_due_at LIMIT 1"
    )
    async with database.connect() as connection:
        number = (await connection.execute(query, {"unit": agency})).scalar_one()
    return [
        Page("inbox of a kelurahan", kelurahan, "/office/inbox"),
        Page("inbox of an agency", agency, "/office/inbox"),
        Page("one complaint", agency, f"/office/complaints/{number}"),
        Page("dashboard of the Sekda", "SEKDA", "/office/coordination"),
        Page("map", None, "/public/map.json?days=30"),
        Page("public list", None, "/public?days=30"),
        Page("figures", None, "/figures"),
        Page("first page", None, "/"),
    ]


async def session_of(database: Database, unit: str, officer: str | None = None) -> str:
    """The token of an officer of a unit who has signed in; of its first one, unless another is named."""
    accounts, name, now, password = (
        Accounts(database),
        f"bench-{uuid4().hex[:8]}",
        datetime.now(UTC),
        uuid4().hex,
    )
    await accounts.add(name, password, (Role.OFFICER,), officer or f"o-{unit.lower()}", now)
    await accounts.set_password(name, password, must_change=False)
    found = await accounts.recognise(name, password, now)
    assert found is not None
    return await accounts.sessions.begin(found, now)


class Visitor:
    """Somebody who opens pages, one after the other, and looks at each for a while."""

    def __init__(
        self, url: str, pages: Sequence[Page], tokens: dict[str, str], seed: int, think_s: float
    ) -> None:
        self._chance = Random(seed)  # noqa: S311 - which page is next
        self._pages, self._tokens, self._think_s, self._url = pages, tokens, think_s, url
        self.seen: list[Seen] = []

    async def stay(self, seconds: float) -> None:
        """Opens pages for so long."""
        until = time.perf_counter() + seconds
        async with httpx.AsyncClient(base_url=self._url, timeout=TIMEOUT_S) as browser:
            await asyncio.sleep(self._chance.uniform(0, self._think_s))
            while time.perf_counter() < until:
                self.seen.append(await look(browser, self._chance.choice(self._pages), self._tokens))
                await asyncio.sleep(self._chance.expovariate(1 / self._think_s) if self._think_s else 0)


async def look(browser: httpx.AsyncClient, page: Page, tokens: dict[str, str]) -> Seen:
    """Opens a page."""
    headers = {"Cookie": f"{COOKIE}={tokens[page.unit]}"} if page.unit else {}
    began = time.perf_counter()
    async with browser.stream("GET", page.address, headers=headers) as answered:
        size = sum([len(chunk) async for chunk in answered.aiter_raw()])
    return Seen(page.name, time.perf_counter() - began, size, answered.status_code)


async def measure(url: str, database: Database, asked: argparse.Namespace) -> bool:
    """Lets people visit, and tells; False when a page was not answered."""
    pages = await pages_of(database)
    tokens = {page.unit: await session_of(database, page.unit) for page in pages if page.unit}
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S) as browser:
        for page in pages * WARM_UP:
            await look(browser, page, tokens)
    visitors = [Visitor(url, pages, tokens, seed, asked.think) for seed in range(asked.people)]
    await asyncio.gather(*(visitor.stay(asked.seconds) for visitor in visitors))
    seen = [one for visitor in visitors for one in visitor.seen]
    async with database.connect() as connection:
        count, still_open = (
            await connection.execute(
                text("SELECT count(*), count(*) FILTER (WHERE closed_at IS NULL) FROM complaint")
            )
        ).one()
    title = (
        f"{asked.people} people, {asked.think:g} s a page, {len(seen) / asked.seconds:.1f} pages a second, "
        f"{count} complaints of which {still_open} are open"
    )
    tell(seen, pages, title)
    return all(one.status == 200 for one in seen)  # noqa: PLR2004 - OK


def tell(seen: Sequence[Seen], pages: Sequence[Page], title: str) -> None:
    """Prints a line for each page."""
    table = Table(title=title, title_justify="left")
    for column in ("page", "opened", "p50 ms", "p99 ms", "kB"):
        table.add_column(column, justify="left" if column == "page" else "right")
    for name in (*(page.name for page in pages), "all"):
        some = [one for one in seen if name in {one.name, "all"}]
        if len(some) > 1:
            cuts = statistics.quantiles([one.seconds * 1000 for one in some], n=100)
            size = statistics.median(one.size for one in some) / 1000
            table.add_row(name, str(len(some)), f"{cuts[49]:.0f}", f"{cuts[98]:.0f}", f"{size:.1f}")
    Console(width=100).print(table)


def make_up(complaints: int) -> None:
    """Writes a made-up year into the running stack."""
    year = str(datetime.now(UTC).year)  # pages look at the last days and months
    words = ("synthetic-year", "--year", year, "--complaints", str(complaints))
    subprocess.run([sys.executable, str(ROOT / "starter.py"), *words], check=True)  # noqa: S603 - our own program


async def main(asked: argparse.Namespace) -> bool:
    """Starts the stack, fills it if it is empty, and measures."""
    from commandline.stack import stack  # noqa: PLC0415 - reads the data folder that is set below

    async with stack("dki-2025") as running:
        database = Database.of(load_settings())
        async with database.connect() as connection:
            empty = (await connection.execute(text("SELECT id FROM complaint LIMIT 1"))).first() is None
        if empty:
            await asyncio.to_thread(make_up, asked.complaints)
        went_well = await measure(running.web or "", database, asked)
        await database.dispose()
    return went_well


def asked_for() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.pages",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--complaints", type=int, default=1_000_000, help="how many (default 1000000)")
    parser.add_argument("--people", type=int, default=20, help="how many at once (default 20)")
    parser.add_argument("--think", type=float, default=2.0, help="seconds to look at a page (default 2)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long they stay (default 60)")
    return parser.parse_args()


if __name__ == "__main__":
    words = asked_for()
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("TUNTAS_HOME", home)
        sys.exit(0 if asyncio.run(main(words)) else 1)
