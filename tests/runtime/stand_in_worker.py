"""A worker that hosts one workflow, started by the stack as the real one is."""

import asyncio
import os
import signal
import sys
from datetime import timedelta

from temporalio import workflow
from temporalio.worker import Worker

from runtime.settings import load_settings
from runtime.temporal_client import connect
from runtime.worker_process import announce_ready


@workflow.defn(sandboxed=False)
class WaitForWord:
    def __init__(self) -> None:
        self._word = ""

    @workflow.run
    async def run(self) -> str:
        await workflow.wait_condition(lambda: bool(self._word))
        return self._word

    @workflow.signal
    def say(self, word: str) -> None:
        self._word = word


async def main() -> None:
    if "STAND_IN_FAILS" in os.environ:
        sys.exit("the stand-in was told to fail")
    settings = load_settings()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Worker(
        await connect(settings),
        task_queue=settings.task_queue,
        workflows=[WaitForWord],
        # Else the first task after a restart waits ten seconds for the worker that was.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
    ):
        announce_ready()
        await stop.wait()
    sys.stdout.write("stopped in order\n")


if __name__ == "__main__":
    asyncio.run(main())
