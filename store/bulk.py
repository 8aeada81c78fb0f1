"""Whole lives of complaints written at once: what a recorder keeps, by COPY, with keys made in bulk.

For complaints that were made up (``synthetic``): nobody is told of them, and no workflow watches them.
"""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any, NamedTuple
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.complaint import Complaint
from domain.events import Event
from domain.intake import Opening, complaint_id
from domain.standing import ClockStanding, Standing
from domain.view import view
from runtime.key_ring import KEY_BYTES, KeyWrapper
from store.attachments import use_rows
from store.audit import chained
from store.complaints import Recorder, standing
from store.database import Database
from store.engine import transaction
from store.events import sealed_events
from store.personal import personal_of
from store.standings import changed, clock_row, standing_rows
from store.tables import ComplaintRow, DayCounterRow
from store.vault import INDEX, DataKey, Vault
from store.words import blind_words, words_of

FIRST_RUN = "synthetic"
"""Stands where a real complaint has the id of its workflow's first run."""

PREFIX = "sintetis"
"""How the reference of one begins; the seed and the day follow."""

TABLES = ("data_key", "complaint", "event", "audit", "standing", "clock_standing", "attachment_use")


class Life(NamedTuple):
    """One complaint from its opening on. Each step: events decided together, and where they led."""

    opening: Opening
    complaint: Complaint
    steps: Sequence[tuple[Sequence[Event], Standing]]


class BulkRecorder:
    """Writes lives, many in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = Database(database.sync_engine)
        self._vault = _NewOwners(database, database.vault.ring)
        self._database.vault = self._vault

    async def record(self, lives: Iterable[Life]) -> int:
        """Keeps them all or none; returns how many there were."""
        rows: dict[str, list[Mapping[str, Any]]] = {table: [] for table in TABLES}
        made = list(lives)
        said = [words_of(personal_of(life.opening.intake)) for life in made]
        for life, words in zip(made, await blind_words(self._database, said), strict=True):
            await self._add(life, words, rows)
        rows["data_key"] = self._vault.taken()
        async with transaction(self._database) as connection:
            for table in TABLES:
                await _copy(connection, table, rows[table])
        return len(rows["complaint"])

    async def _add(self, life: Life, words: str, rows: dict[str, list[Mapping[str, Any]]]) -> None:
        intake = life.opening.intake
        identity = complaint_id(intake.channel, intake.reference)
        events = [event for step, _ in life.steps for event in step]
        now = view(life.complaint, identity)
        sealed = await sealed_events(self._vault, identity, events)
        rows["event"] += sealed
        rows["audit"] += chained(sealed, None)
        rows["attachment_use"] += use_rows(identity, events, life.opening)
        rows["complaint"].append(
            {
                "id": identity,
                "first_run_id": FIRST_RUN,
                "number": now.number,
                "channel": intake.channel,
                "reference": intake.reference,
                "registered_at": now.opened_at,
                **await Recorder(self._database).facts(identity, life.opening, words),
                **standing(now, events),
            }
        )
        clocks: dict[str, ClockStanding] = {}
        for step, stands in life.steps:
            rows["standing"] += standing_rows(identity, step, stands)
            new = changed(clocks, stands)
            rows["clock_standing"] += [clock_row(identity, step[-1].seq, step[-1].at, one) for one in new]
            clocks |= {one.clock: one for one in new}


class MadeUp:
    """What is there already of complaints that were made up, and numbers for new ones."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def real(self) -> int:
        """How many complaints there are that were not made up."""
        query = select(func.count()).where(ComplaintRow.first_run_id != FIRST_RUN)
        async with transaction(self._database) as connection:
            return await connection.scalar(query) or 0

    async def days(self, seed: int, year: int) -> set[date]:
        """The days of a year that were made with a seed."""
        start = f"{PREFIX}-{seed}-"
        query = (
            select(func.substr(ComplaintRow.reference, len(start) + 1, 10))
            .where(ComplaintRow.reference.startswith(f"{start}{year}", autoescape=True))
            .distinct()
        )
        async with transaction(self._database) as connection:
            return {date.fromisoformat(day) for day in (await connection.execute(query)).scalars()}

    async def take_numbers(self, day: date, many: int) -> int:
        """So many numbers of a day; the first of them."""
        statement = (
            insert(DayCounterRow)
            .values(day=day, last=many)
            .on_conflict_do_update(
                index_elements=[DayCounterRow.day], set_={"last": DayCounterRow.last + many}
            )
            .returning(DayCounterRow.last)
        )
        async with transaction(self._database) as connection:
            last: int = (await connection.execute(statement)).scalar_one()
        return last - many + 1


class _NewOwners(Vault):
    """A vault for owners that are all new: their keys are made in memory, and written with what they seal."""

    def __init__(self, database: Database, ring: KeyWrapper) -> None:
        super().__init__(database, ring)
        self._new: dict[str, DataKey] = {}
        self._rows: list[Mapping[str, Any]] = []

    def taken(self) -> list[Mapping[str, Any]]:
        """The rows of the keys that were made since this was asked last."""
        rows, self._rows, self._new = self._rows, [], {}
        return rows

    async def _current(self, owner: str) -> DataKey:
        if owner == INDEX:
            return await super()._current(owner)
        if owner not in self._new:
            identity, secret = uuid4(), secrets.token_bytes(KEY_BYTES)
            wrapped = await self.ring.wrap(secret, identity.bytes)
            self._new[owner] = DataKey(identity, AESGCM(secret), secret)
            self._rows.append(
                {
                    "id": identity,
                    "owner": owner,
                    "generation": 1,
                    "wrapped": wrapped.blob,
                    "wrapped_by": wrapped.by,
                }
            )
        return self._new[owner]


async def _copy(connection: AsyncConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    names = list(rows[0])
    driver: Any = (await connection.get_raw_connection()).driver_connection
    async with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy,
    ):
        for row in rows:
            await copy.write_row([_plain(row[name]) for name in names])


def _plain(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value)
    return value.value if isinstance(value, Enum) else value
