"""A real server that hears the whole mail and says nothing, or refuses it: only the first is not known."""

import asyncio

import pytest

from notify.letter import Letter
from notify.media import NotNow, Route, Unconfirmed, send
from tests.faults.bad_mail_server import BadMailServer


@pytest.mark.parametrize(
    ("how", "raised", "taken"), [("close_after", Unconfirmed, 1), ("defer", NotNow, 0), ("take", None, 1)]
)
async def test_only_a_mail_whose_answer_was_lost_is_of_unknown_fate(
    how: str, raised: type[Exception] | None, taken: int
) -> None:
    server = BadMailServer(lambda: how)
    await server.start()
    route = Route("mailto", (server.url.replace("{to}", "warga%40contoh.id"),))
    if raised:
        with pytest.raises(raised):
            await send(route, Letter("Perihal", "Isi"))
    else:
        await send(route, Letter("Perihal", "Isi"))
    assert sum(server.taken.values()) == taken
    await server.stop()


async def test_a_server_that_is_not_there_took_nothing() -> None:
    with pytest.raises(NotNow):
        await send(Route("mailto", ("mailto://127.0.0.1:9?from=a@b.id&to=c@d.id",)), Letter("P", "I"))


async def test_threads_do_not_mix_their_fates_up() -> None:
    hows = iter(["close_after", "take", "defer"] * 4)
    server = BadMailServer(lambda: next(hows))
    await server.start()
    route = Route("mailto", (server.url.replace("{to}", "warga%40contoh.id"),))
    came = await asyncio.gather(
        *(send(route, Letter(f"P{number}", "I")) for number in range(12)), return_exceptions=True
    )
    assert (
        sorted(type(one).__name__ for one in came) == ["NoneType"] * 4 + ["NotNow"] * 4 + ["Unconfirmed"] * 4
    )
    await server.stop()
