"""Streams end when they should, and one poller asks for all of them, only while somebody listens."""

import asyncio
from collections.abc import Sequence

from domain.organisation import Unit, UnitKind
from domain.scope import Scope, scope_of
from store.changes import Change
from tests.city import ASISTEN_KOTA, DINAS, KELURAHAN, SEKDA, UNITS
from web.live import Live, stream
from web.remembered import Remembered


class Source:
    """Says what a test puts in."""

    def __init__(self) -> None:
        self.asked = 0
        self.changes: list[Change] = []
        self.away = False

    async def next(self) -> Sequence[Change]:
        self.asked += 1
        if self.away:
            raise ConnectionError
        changes, self.changes = self.changes, []
        return changes


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


def asisten() -> Scope:
    return scope_of(Unit(code=ASISTEN_KOTA.code, name="A", kind=UnitKind.ASISTEN), UNITS)


def test_a_scope_is_what_the_ladders_say() -> None:
    scope = asisten()
    assert scope.sees(KELURAHAN.code)
    assert scope.moves(KELURAHAN.code)
    assert not scope.sees(DINAS.code)
    sekda = scope_of(Unit(code=SEKDA.code, name="S", kind=UnitKind.SEKDA, parent="GUB"), UNITS)
    assert (sekda.sees(KELURAHAN.code), sekda.moves(KELURAHAN.code)) == (True, False)
    assert sekda.steps[DINAS.code] == 2
    governor = scope_of(Unit(code="GUB", name="G", kind=UnitKind.HEAD), UNITS)
    assert (governor.sees(DINAS.code), governor.moves(DINAS.code)) == (True, False)
    mayor = scope_of(
        Unit(code="WALI", name="W", kind=UnitKind.HEAD, parent="GUB"),
        [*UNITS, Unit(code="SEKO", name="S", kind=UnitKind.SEKRETARIS, parent="WALI")],
    )
    assert (mayor.sees(KELURAHAN.code), mayor.sees(DINAS.code), mayor.moves(KELURAHAN.code)) == (
        True,
        False,
        False,
    )


async def test_a_stream_tells_of_its_scope_and_of_what_left_it() -> None:
    source = Source()
    live = Live(lambda: source, every_s=0.01)
    lines = stream(live, asisten(), yes)
    assert b"event: live" in await anext(lines)
    source.changes = [Change(DINAS.code, None)]
    told = asyncio.ensure_future(anext(lines))
    while source.changes:  # noqa: ASYNC110 - the source has no event for it
        await asyncio.sleep(0.01)
    assert not told.done()
    source.changes = [Change(DINAS.code, KELURAHAN.code)]
    assert b"event: changed" in await told
    assert live.version == 2
    await lines.aclose()  # type: ignore[attr-defined]
    assert (live.listeners, live.polls) == (0, False)


async def test_a_database_that_is_away_is_said_and_its_return_too() -> None:
    source = Source()
    source.away = True
    lines = stream(Live(lambda: source, every_s=0.01), asisten(), yes)
    await anext(lines)
    assert b"event: away" in await anext(lines)
    source.away = False
    while b"event: changed" not in (said := await anext(lines)):
        assert b"event: away" in said


async def test_a_stream_ends_with_the_session_and_with_the_server() -> None:
    source = Source()
    lines = stream(Live(lambda: source, every_s=0.01), asisten(), no, still_here_s=0.01)
    assert [one async for one in lines][-1].startswith(b"event: over")
    live = Live(lambda: source, every_s=0.01)
    open_one = stream(live, asisten(), yes)
    await anext(open_one)
    rest = asyncio.ensure_future(_rest(open_one))
    await asyncio.sleep(0)
    live.end()
    assert await rest == [b"event: away\ndata: away\n\n"]
    assert live.listeners == 0


async def _rest(lines: object) -> list[bytes]:
    return [one async for one in lines]  # type: ignore[attr-defined]


async def test_many_ask_at_once_and_one_question_is_asked() -> None:
    asked: list[str] = []

    async def ask(key: str) -> int:
        asked.append(key)
        await asyncio.sleep(0)
        return len(asked)

    now = [0.0]
    kept: Remembered[str, int] = Remembered(ask, fresh_s=1, stale_s=10, timer=lambda: now[0])
    assert await asyncio.gather(*(kept.of("a") for _ in range(20))) == [1] * 20
    now[0] = 2.0
    assert await kept.of("a") == 1
    await asyncio.sleep(0.01)
    assert await kept.of("a") == 2
    now[0] = 100.0
    assert await kept.of("a") == 3
