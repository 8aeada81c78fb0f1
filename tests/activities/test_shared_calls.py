"""Calls that are made once for all who ask at the same time."""

import asyncio

import pytest

from activities.shared_calls import SharedCalls


class Slow:
    """A call that ends when it is let; some fail."""

    def __init__(self, *failing: int) -> None:
        self.made: list[tuple[str, int]] = []
        self.let = asyncio.Semaphore(0)
        self._failing = failing

    async def __call__(self, key: str, argument: int) -> None:
        self.made.append((key, argument))
        number = len(self.made)
        await self.let.acquire()
        if number in self._failing:
            raise ConnectionError(f"call {number}")


async def asked(calls: SharedCalls[int], *arguments: int, key: str = "ASKO") -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(calls(key, argument)) for argument in arguments]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


def let(slow: Slow, many: int) -> None:
    for _ in range(many):
        slow.let.release()


async def test_one_is_under_way_and_one_more_serves_all_who_came_meanwhile() -> None:
    slow = Slow()
    calls = SharedCalls(slow)
    first = await asked(calls, 0)
    others = await asked(calls, *range(1, 1000))
    let(slow, 2)
    await asyncio.gather(*first, *others)
    assert slow.made == [("ASKO", 0), ("ASKO", 1)]


async def test_a_call_that_had_begun_does_not_count_for_who_asks_later() -> None:
    slow = Slow()
    calls = SharedCalls(slow)
    [first] = await asked(calls, 0)
    [later] = await asked(calls, 1)
    let(slow, 1)
    await first
    assert not later.done()
    let(slow, 1)
    await later
    assert slow.made == [("ASKO", 0), ("ASKO", 1)]


async def test_keys_do_not_wait_for_each_other() -> None:
    slow = Slow()
    calls = SharedCalls(slow)
    tasks = [*await asked(calls, 0), *await asked(calls, 0, key="SEKO")]
    assert slow.made == [("ASKO", 0), ("SEKO", 0)]
    let(slow, 2)
    await asyncio.gather(*tasks)


async def test_who_shared_a_call_that_failed_is_told_and_nobody_else() -> None:
    slow = Slow(2)
    calls = SharedCalls(slow)
    first = await asked(calls, 0)
    sharing = await asked(calls, 1, 2)
    let(slow, 2)
    outcomes = await asyncio.gather(*first, *sharing, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["None", "call 2", "call 2"]
    again = await asked(calls, 3)
    let(slow, 1)
    await asyncio.gather(*again)
    assert slow.made[-1] == ("ASKO", 3)


async def test_who_gives_up_takes_the_call_from_nobody() -> None:
    slow = Slow()
    calls = SharedCalls(slow)
    first, second, third = *await asked(calls, 0), *await asked(calls, 1, 2)
    second.cancel()
    let(slow, 2)
    await asyncio.gather(first, third)
    with pytest.raises(asyncio.CancelledError):
        await second
    assert len(slow.made) == 2
