"""What ``starter.py up`` does, without its screens."""

import asyncio
import sys

from runtime.settings import load_settings
from runtime.stack import Stack
from runtime.start_failed import StartFailed

WORKER = [sys.executable, "-m", "tests.runtime.stand_in_worker"]


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main() -> None:
    async with Stack(load_settings(), worker_command=WORKER, say=say) as stack:
        say("ready")
        if "--busy" in sys.argv:
            await asyncio.sleep(3600)
        await stack.serve_until_stopped()
        say("stopping")
    say("stopped")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except StartFailed as error:
        sys.exit(str(error))
