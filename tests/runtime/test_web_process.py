"""The web server as a part of the stack: where it is, that it comes back, and what is said when it cannot."""

import asyncio
import os
import signal
import sys
import time
from http.server import HTTPServer
from threading import Thread

import pytest

from runtime.home import Home
from runtime.settings import Settings
from runtime.stack import Stack, StartFailed, read_stack, stack_status
from runtime.web_process import WebProcess, answers
from tests.runtime.stand_in_web import Alive

pytestmark = pytest.mark.servers
WEB = [sys.executable, "-m", "tests.runtime.stand_in_web"]


async def test_it_is_started_found_and_started_again(settings: Settings) -> None:
    said: list[str] = []
    async with Stack(settings, web_command=WEB, say=said.append) as stack:
        url = stack.web
        assert url is not None
        assert await answers(url)
        status = await stack_status(settings)
        assert status.web is not None
        assert (status.web.address, status.web.ready) == (url, True)
        assert stack.record.web_process is not None
        os.kill(stack.record.web_process.pid, signal.SIGKILL)
        until = time.monotonic() + 20
        while "The web server runs again." not in said:
            assert time.monotonic() < until, said
            await asyncio.sleep(0.05)
        assert stack.web == url
        assert await answers(str(url))
    stopped = read_stack(settings.home)
    assert stopped is not None
    assert (stopped.web, stopped.web_process) == (url, None)
    assert not await answers(str(url))
    async with Stack(settings, web_command=WEB) as again:
        assert again.web == url


async def test_one_that_ends_at_once_says_so(settings: Settings) -> None:
    home = Home(settings.home)
    home.create()
    web = WebProcess(home, [*WEB, "--fail"], dict)
    with pytest.raises(StartFailed, match="ended at once") as caught:
        await web.start()
    assert "told to fail" in str(caught.value)


async def test_another_port_is_taken_when_the_last_one_is_in_use(settings: Settings) -> None:
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = taken.sockets[0].getsockname()[1]
    home = Home(settings.home)
    home.create()
    web = WebProcess(home, WEB, dict, port)
    await web.start()
    assert web.url != f"http://127.0.0.1:{port}"
    assert await answers(web.url)
    await web.stop()
    assert not await answers(web.url)
    taken.close()


async def test_somebody_who_takes_the_port_first_and_answers_too_is_not_taken_for_ours(
    settings: Settings,
) -> None:
    foreign: list[HTTPServer] = []

    def taken_after_it_was_chosen() -> dict[str, str]:
        if not foreign:
            foreign.append(HTTPServer(("127.0.0.1", int(web.url.rpartition(":")[2])), Alive))
            Thread(target=foreign[0].serve_forever, daemon=True).start()
        return {}

    home = Home(settings.home)
    home.create()
    web = WebProcess(home, WEB, taken_after_it_was_chosen)
    await web.start()
    assert foreign[0].server_port != int(web.url.rpartition(":")[2])
    assert await answers(f"http://127.0.0.1:{foreign[0].server_port}")
    assert await answers(web.url)
    await web.stop()
    await asyncio.to_thread(foreign[0].shutdown)
    foreign[0].server_close()
