"""An SMTP server that behaves badly: hangs, answers 4xx, closes in mid-message or before its answer."""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from email import message_from_bytes


class BadMailServer:
    """Asks ``how`` before each mail: take, hang, defer, close_in_middle or close_after."""

    def __init__(self, how: Callable[[], str]) -> None:
        self._how = how
        self.taken: Counter[str] = Counter()
        """How often each mail was received whole, by recipient and subject."""
        self.behaved: Counter[str] = Counter()
        self.hold = asyncio.Event()
        """Set: mails that hang are answered at last."""
        self.holding = 0
        self.port = 0

    async def start(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, family=socket.AF_INET)
        self.port = server.sockets[0].getsockname()[1]
        self._server = server

    async def stop(self) -> None:
        self.hold.set()
        self._server.close()

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.port}?from=tuntas@contoh.id&to={{to}}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        await say("220 bad.contoh.id")
        to = ""
        while line := (await reader.readline()).decode(errors="replace").strip():
            verb = line.split(" ")[0].upper()
            if verb == "RCPT":
                to = line
            if verb == "QUIT":
                await say("221 bye")
                return
            if verb != "DATA":
                await say("250 OK")
                continue
            how = self._how()
            self.behaved[how] += 1
            if how == "defer":
                await say("451 try again later")
                continue
            await say("354 go on")
            if how == "close_in_middle":
                await reader.read(200)
                return
            body = await reader.readuntil(b"\r\n.\r\n")
            self.taken[f"{to} {message_from_bytes(body)['subject']}"] += 1
            if how == "close_after":
                return
            if how == "hang":
                self.holding += 1
                await self.hold.wait()
            await say("250 OK")


if __name__ == "__main__":
    raise SystemExit("This is a part of tests.faults.bad_mail and tests.faults.duplicate_delivery.")
