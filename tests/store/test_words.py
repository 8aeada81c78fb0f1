"""Complaints are found by words that nobody can read in the database."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, text, update

from domain.channel_view import OwnFilter
from domain.events import PersonErased, ProcessingRestricted
from domain.intake import complaint_id
from domain.public_facts import RequestFilter
from domain.scope import Scope
from domain.search import Search, understood
from domain.standing import standing
from domain.status import Status
from domain.view import view
from store.bulk import BulkRecorder
from store.bulk import Life as Whole
from store.channel_reads import ChannelReads
from store.complaints import Reads, Recorder, Register
from store.coordination import Coordination, Wanted
from store.database import Database
from store.engine import transaction
from store.inbox import Inbox, InboxFilter
from store.public_reads import PublicReads
from store.search import MOST_COUNTED, conditions_of, counted, rows_where
from store.tables import ComplaintRow
from store.words import Words
from tests.city import KELURAHAN, MONDAY, Life, opening
from tests.statements import statements_sent
from tests.store.conftest import a_database

pytestmark = pytest.mark.servers

MULTIPLY = text("""
INSERT INTO complaint (id, first_run_id, number, channel, reference, registered_at, opened_at, unit, status,
                       seq, words)
SELECT 'many-' || n, 'many', 'JK25' || n, 'jaki', 'many-' || n, now(), now(), :unit, 'CLOSED', 1,
       array_to_tsvector(ARRAY(SELECT substr(md5((n % size)::text), 1, 16) FROM unnest(ARRAY[
           2, 3, 5, 11, 23, 47, 97, 197, 397, 797, 1597, 3203]) AS size))
  FROM generate_series(1, :many) AS n
""")


@pytest.fixture(scope="module")
async def words_database(owner_url: str) -> AsyncIterator[Database]:
    async with a_database(owner_url) as database:
        yield database


class Recorded:
    """A complaint that is in the database."""

    def __init__(self, database: Database, **intake: Any) -> None:
        self.database = database
        self.start = opening(reference=uuid4().hex, **intake)
        self.id = complaint_id(self.start.intake.channel, self.start.intake.reference)
        self.life = Life(self.start)

    @property
    def number(self) -> str:
        return self.life.complaint.number

    async def register(self) -> None:
        said = self.start.intake
        given = await Register(self.database).number(self.id, "run", said.channel, said.reference, MONDAY)
        self.life.complaint.number = given.number

    async def record(self, first: int = 1) -> None:
        events = self.life.events[first - 1 :]
        now, stands = view(self.life.complaint, self.id), standing(self.life.complaint, events)
        await Recorder(self.database).record(now, events, [], self.start if first == 1 else None, stands)

    async def happens(self, body: Any) -> None:
        """An event about the person, as the aggregate would decide it."""
        last = self.life.events[-1]
        self.life.keep(
            [last.model_copy(update={"seq": last.seq + 1, "command_id": uuid4().hex, "body": body})]
        )
        await self.record(first=last.seq + 1)

    async def words(self) -> str | None:
        async with transaction(self.database) as connection:
            query = select(ComplaintRow.words).where(ComplaintRow.id == self.id)
            return (await connection.execute(query)).scalar_one()


async def recorded(database: Database, **intake: Any) -> Recorded:
    made = Recorded(database, **intake)
    await made.register()
    await made.record()
    return made


async def held(database: Database, typed: str) -> set[str]:
    """What the unit that holds them finds."""
    which = InboxFilter(search=understood(typed))
    rows = await Inbox(database).page(KELURAHAN.code, which, None, 100)
    assert len(rows) == await Inbox(database).count(KELURAHAN.code, which)
    return {row.number for row in rows}


@pytest.mark.parametrize(
    ("said", "typed", "found"),
    [
        ("Jalan berlubang dekat pasar", "lubang", True),
        ("Lubang-lubang dekat pasar", "berlubang", True),
        ("Warga membuang sampah", "pembuangan", True),
        ("Sampahnya menumpuk", "SAMPAH", True),
        ("Kebanjiran sejak pagi", "banjir", True),
        ("Gang di RT.05/RW.02", "rw 02", True),
        ("Jalan berlubang dekat pasar", "lubang di pasar", True),
        ("Jalan berlubang dekat pasar", "lubang sekolah", False),
        ("Jalan berlubang dekat pasar", "lub", False),
        # The stemmer that ships with PostgreSQL takes the t away as well; nobody is promised more.
        ("Saluran menutup", "tutup", False),
    ],
)
async def test_words_are_found_in_other_forms_as_the_stemmer_has_it(
    words_database: Database, said: str, typed: str, found: bool
) -> None:
    mark = f"t{uuid4().hex[:8]}"
    one = await recorded(words_database, text=f"{said} {mark}")
    assert (one.number in await held(words_database, f"{typed} {mark}")) is found


async def test_the_place_in_words_is_found_too(words_database: Database) -> None:
    one = await recorded(words_database, place="Gang Kelinci 9")
    assert one.number in await held(words_database, "kelinci lubang")


async def test_numbers_and_days_are_found(words_database: Database) -> None:
    one, other = await recorded(words_database), await recorded(words_database)
    assert await held(words_database, f"jk {one.number[2:8]} {one.number[8:]}") == {one.number}
    assert {one.number, other.number} <= await held(words_database, "jk261102")
    assert await held(words_database, "jk261103") == set()
    assert one.number in await held(words_database, "2 november 2026")
    assert await held(words_database, "3 november 2026") == set()
    assert one.number in await held(words_database, f"{one.number} lubang")
    assert await held(words_database, f"{one.number} pohon") == set()


async def test_no_word_can_be_read_in_the_row_and_an_empty_search_is_none(words_database: Database) -> None:
    one = await recorded(words_database, text="Zulaikhaplant menumpuk", place="Tempatplant")
    async with transaction(words_database) as connection:
        query = text("SELECT complaint::text FROM complaint WHERE id = :id")
        row = (await connection.execute(query, {"id": one.id})).scalar_one().casefold()
    assert not [word for word in ("zulaikha", "menumpuk", "tumpuk", "tempatplant") if word in row]
    kept = (await one.words() or "").split()
    assert len(kept) == 3
    assert all(len(word) == len("'0123456789abcdef'") for word in kept)
    assert await conditions_of(words_database, Search()) == []


async def test_an_erased_person_is_not_found_and_stays_so(words_database: Database) -> None:
    one = await recorded(words_database, text="Kataerased di jalan")
    assert await held(words_database, "kataerased") == {one.number}
    await one.happens(PersonErased())
    assert await one.words() is None
    assert await held(words_database, "kataerased") == set()
    await Words(words_database).fill()
    assert await one.words() is None


async def test_what_may_not_be_processed_is_found_by_its_unit_and_by_nobody_else(
    words_database: Database,
) -> None:
    one = await recorded(words_database, text="Katarestricted di jalan", public=True)
    public = RequestFilter(search=understood("katarestricted"))
    assert [each.number for each in await PublicReads(words_database).requests(public)] == [one.number]
    assert await PublicReads(words_database).count(public) == 1
    await one.happens(ProcessingRestricted(restricted=True))
    assert await PublicReads(words_database).requests(public) == []
    assert await held(words_database, "katarestricted") == {one.number}


async def test_private_ones_are_found_by_those_who_may_read_them_only(words_database: Database) -> None:
    one = await recorded(words_database, text="Katapribadi di jalan")
    search = understood("katapribadi")
    assert await PublicReads(words_database).requests(RequestFilter(search=search)) == []
    assert await Inbox(words_database).page("KEL2", InboxFilter(search=search), None, 10) == []
    for channel, found in (("jaki", 1), ("lapor", 0)):
        own = await ChannelReads(words_database).own(channel, OwnFilter(search=search), None, 10)
        assert len(own) == found
    units = frozenset({"KEL"})
    for scope, found in (
        (Scope("ASKO", units, {"KEL": 1}), 1),
        (Scope("ASKO-2", frozenset({"KEL2"}), {"KEL2": 1}), 0),
        (Scope("HEAD", units, {}), 0),
    ):
        reads, wanted = Coordination(words_database), Wanted(search=search)
        assert len(await reads.page(scope, wanted, MONDAY, {})) == found, scope.code
        assert await reads.count(scope, wanted, MONDAY, {}) == found, scope.code
    seen = await Coordination(words_database).page(Scope("HEAD", units, {}), Wanted(), MONDAY, {})
    assert one.number in {each.number for each in seen}, "a head sees where it stands"


async def test_an_inbox_is_searched_in_what_is_closed_too(words_database: Database) -> None:
    one = await recorded(words_database, text="Kataclosed di jalan")
    async with transaction(words_database) as connection:
        closed = update(ComplaintRow).where(ComplaintRow.id == one.id).values(status=Status.CLOSED)
        await connection.execute(closed)
    assert await held(words_database, "kataclosed") == {one.number}
    assert one.number not in await held(words_database, "2026-11-02"), "a day alone leaves the list as it is"
    narrowed = InboxFilter(search=understood("kataclosed"), status=Status.WAITING)
    assert await Inbox(words_database).page(KELURAHAN.code, narrowed, None, 10) == []


async def test_an_opening_takes_one_query_more_and_what_happens_later_none(words_database: Database) -> None:
    one = Recorded(words_database)
    await one.register()
    await recorded(words_database)  # keys of the index are at hand then
    with statements_sent(words_database) as said:
        await one.record()
    assert len([statement for statement in said if "to_tsvector" in statement]) == 1
    assert [statement.split()[0] for statement in said if "data_key" not in statement] == ["SELECT", "WITH"]
    with statements_sent(words_database) as said:
        await one.happens(ProcessingRestricted(restricted=False))
    assert not [statement for statement in said if "to_tsvector" in statement]


async def test_what_older_code_recorded_gets_the_same_words(words_database: Database) -> None:
    many = [await recorded(words_database, text=f"Katalama nomor {place}") for place in range(3)]
    before = [await one.words() for one in many]
    async with transaction(words_database) as connection:
        mine = ComplaintRow.id.in_([one.id for one in many])
        await connection.execute(update(ComplaintRow).where(mine).values(words=None))
    with statements_sent(words_database) as said:
        assert await Words(words_database).fill() == 3
    assert len(said) <= 5, "a portion, its keys, its lexemes, its update; and nothing is left"
    assert [await one.words() for one in many] == before
    assert await Words(words_database).fill() == 0


async def test_one_that_was_tampered_with_hinders_no_other(words_database: Database) -> None:
    tampered, whole = [await recorded(words_database, text=f"Katautuh nomor {place}") for place in range(2)]
    before = await whole.words()
    async with transaction(words_database) as connection:
        row = ComplaintRow.__table__.c
        both = update(ComplaintRow).where(row.id.in_([tampered.id, whole.id])).values(words=None)
        kept = await connection.scalar(select(row.sealed).where(row.id == tampered.id))
        assert kept
        await connection.execute(both)
        changed = update(ComplaintRow).where(row.id == tampered.id)
        await connection.execute(changed.values(sealed=kept[:-1] + bytes([kept[-1] ^ 1])))
    await Words(words_database).fill()
    assert await whole.words() == before
    assert await tampered.words() is None
    async with transaction(words_database) as connection:
        await connection.execute(changed.values(sealed=kept))


async def test_what_is_written_in_bulk_has_the_same_words_from_one_query(words_database: Database) -> None:
    singly = await recorded(words_database, text="Katabulk di jalan")
    lives = []
    for place in range(5):
        made = Recorded(words_database, text="Katabulk di jalan")
        made.life.complaint.number = f"JK99010{place}0001"
        stands = standing(made.life.complaint, made.life.events)
        lives.append((made, Whole(made.start, made.life.complaint, [(made.life.events, stands)])))
    with statements_sent(words_database) as said:
        await BulkRecorder(words_database).record(life for _, life in lives)
    assert len([statement for statement in said if "to_tsvector" in statement]) == 1
    assert {await made.words() for made, _ in lives} == {await singly.words()}


async def test_counting_ends(words_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.search.MOST_COUNTED", 2)
    for _ in range(4):
        await recorded(words_database)
    async with transaction(words_database) as connection:
        assert (await connection.execute(counted(rows_where()))).scalar_one() == 3
    assert MOST_COUNTED > 2


async def test_the_command_line_finds_words(words_database: Database) -> None:
    one = await recorded(words_database, text="Kataperintah di jalan")
    found = await Reads(words_database).find(search=understood("kataperintah"))
    assert [each.number for each in found] == [one.number]


async def test_the_index_is_used_when_there_are_many(owner_url: str) -> None:
    async with a_database(owner_url) as database:
        one = await recorded(database, text="Katajarang di jalan")
        await _multiplied(database, 20_000)
        (condition,) = await conditions_of(database, understood("katajarang"))
        query = rows_where(ComplaintRow.unit == KELURAHAN.code, condition)
        async with transaction(database) as connection:
            compiled = query.compile(database.sync_engine)
            explained = await connection.exec_driver_sql(f"EXPLAIN {compiled}", compiled.params)
            plan = "\n".join(explained.scalars())
        assert "ix_complaint_words" in plan, plan
        assert await held(database, "katajarang") == {one.number}


async def _multiplied(database: Database, many: int) -> None:
    """So many complaints with other words, some frequent and some not, without what stands behind them."""
    async with transaction(database) as connection:
        await connection.execute(MULTIPLY, {"many": many, "unit": KELURAHAN.code})
        await connection.execute(text("ANALYZE complaint"))


async def test_days_beside_the_box_narrow_as_well(words_database: Database) -> None:
    one = await recorded(words_database, text="Katahari di jalan")
    for first, last, found in (
        (date(2026, 11, 2), None, True),
        (None, date(2026, 11, 2), True),
        (date(2026, 11, 3), None, False),
        (None, date(2026, 11, 1), False),
    ):
        which = InboxFilter(search=understood("katahari", first, last))
        rows = await Inbox(words_database).page(KELURAHAN.code, which, None, 10)
        assert (one.number in {row.number for row in rows}) is found
