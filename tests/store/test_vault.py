"""The vault on a real PostgreSQL: sealed, opened, rotated, forgotten."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event, select, text

from runtime.key_ring import WrongKeys
from store.database import Database
from store.engine import transaction
from store.migrate import migrate
from store.tables import DataKeyRow
from store.vault import OPENS_FOR, SEALS_FOR, Unreadable, Vault
from tests.keys import a_key_ring

pytestmark = pytest.mark.servers
PLAIN = b"Siti Aminah, Jalan Melati 7"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def owner() -> str:
    return f"complaint-{uuid4().hex}"


@pytest.fixture(scope="module")
async def engine(owner_url: str) -> AsyncIterator[Database]:
    """A database of its own: the shared one has keys that are wrapped by another ring."""
    shared, name = create_engine(owner_url, isolation_level="AUTOCOMMIT"), f"vault_{uuid4().hex}"
    with shared.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    shared.dispose()
    url = shared.url.set(database=name).render_as_string(hide_password=False)
    await asyncio.to_thread(migrate, url)
    database = Database.at(url, a_key_ring())
    yield database
    await database.dispose()


@pytest.fixture
def vault(engine: Database) -> Vault:
    return Vault(engine, a_key_ring())


async def test_what_is_sealed_opens_and_shows_nothing(vault: Vault, owner: str) -> None:
    sealed = await vault.seal(owner, "x", PLAIN)
    assert b"Siti" not in sealed
    assert sealed != await vault.seal(owner, "x", PLAIN), "equal texts do not look equal"
    assert await vault.open("x", [sealed, None, sealed]) == [PLAIN, None, PLAIN]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(plain=st.binary(max_size=2000))
async def test_any_bytes_come_back(engine: Database, plain: bytes) -> None:
    vault = Vault(engine, a_key_ring())
    assert await vault.open_one("x", await vault.seal("complaint-any", "x", plain)) == plain


async def test_what_was_changed_or_moved_is_noticed(vault: Vault, owner: str) -> None:
    sealed = await vault.seal(owner, "event", PLAIN)
    with pytest.raises(Unreadable):
        await vault.open_one("message", sealed)
    for place in (20, 30, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Unreadable):
            await vault.open_one("event", bytes(changed))
    for nothing in (b"", b"\x01short", b"\x02" + sealed[1:]):
        with pytest.raises(Unreadable, match="not something"):
            await vault.open_one("event", nothing)


async def test_two_who_begin_at_once_seal_with_the_same_key(engine: Database, owner: str) -> None:
    vaults = [Vault(engine, a_key_ring()) for _ in range(8)]
    sealed = await asyncio.gather(*(one.seal(owner, "x", PLAIN) for one in vaults))
    assert len({one[1:17] for one in sealed}) == 1
    assert await vaults[0].open("x", sealed) == [PLAIN] * 8


async def test_keys_at_hand_cost_no_query(engine: Database, owner: str) -> None:
    vault, statements = Vault(engine, a_key_ring()), []
    many = [await vault.seal(f"{owner}-{one}", "x", PLAIN) for one in range(5)]
    event.listen(engine.sync_engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    await vault.open("x", many)
    assert statements == []
    await Vault(engine, a_key_ring()).open("x", many)
    assert len([one for one in statements if "data_key" in one]) == 1, "one query for all of them"


async def test_a_ring_is_rotated_without_a_pause(engine: Database, owner: str) -> None:
    before = await Vault(engine, a_key_ring("one")).seal(owner, "x", PLAIN)
    both = Vault(engine, a_key_ring("one", "two"))
    assert await both.open_one("x", before) == PLAIN
    while await both.rewrap(portion=7):
        pass
    assert set(await both.wrapped_by()) == {"two"}
    assert await Vault(engine, a_key_ring("two")).open_one("x", before) == PLAIN
    with pytest.raises(WrongKeys):
        await Vault(engine, a_key_ring("one")).open_one("x", before)
    # The other tests' ring has only the first key.
    while await Vault(engine, a_key_ring("two", "one")).rewrap():
        pass


async def test_a_forgotten_key_opens_nothing_anywhere_after_ten_minutes(engine: Database, owner: str) -> None:
    clock = Clock()
    here, there = Vault(engine, a_key_ring()), Vault(engine, a_key_ring(), clock)
    sealed = await here.seal(owner, "x", PLAIN)
    assert await there.open_one("x", sealed) == PLAIN
    assert await here.forget(owner) == 1
    assert await here.forget(owner) == 0
    assert await here.open_one("x", sealed) is None
    clock.now += OPENS_FOR.total_seconds() + 1
    assert await there.open_one("x", sealed) is None
    with pytest.raises(Unreadable, match="nothing more is sealed"):
        await here.seal(owner, "x", PLAIN)
    async with transaction(engine) as connection:
        (row,) = (
            await connection.execute(select(DataKeyRow.__table__).where(DataKeyRow.owner == owner))
        ).all()
    assert (row.wrapped, row.wrapped_by) == (None, None)
    assert row.forgotten_at is not None


async def test_a_turned_key_is_used_by_everybody_after_a_minute(engine: Database, owner: str) -> None:
    clock = Clock()
    here, there = Vault(engine, a_key_ring()), Vault(engine, a_key_ring(), clock)
    old = await there.seal(owner, "x", PLAIN)
    await here.turn(owner)
    new = await here.seal(owner, "x", PLAIN)
    assert new[1:17] != old[1:17]
    assert (await there.seal(owner, "x", PLAIN))[1:17] == old[1:17]
    clock.now += SEALS_FOR.total_seconds() + 1
    assert (await there.seal(owner, "x", PLAIN))[1:17] == new[1:17]
    assert await here.forget(owner, but_current=True) == 1
    assert await here.open("x", [old, new]) == [None, PLAIN]


async def test_a_blind_index_tells_only_what_is_equal(vault: Vault, engine: Database) -> None:
    one = await vault.index("contact", "siti@contoh.id")
    assert one == await Vault(engine, a_key_ring()).index("contact", "siti@contoh.id")
    assert one != await vault.index("name", "siti@contoh.id")
    assert one != await vault.index("contact", "siti@contoh.co.id")
    async with transaction(engine) as connection:
        kept = await connection.scalar(text("SELECT string_agg(wrapped::text, '') FROM data_key"))
    assert one.hex() not in str(kept)
