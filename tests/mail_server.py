"""A real SMTP server for tests: it keeps what it takes, and answers what it is told to."""

import asyncio
from email import message_from_bytes
from email.message import Message
from urllib.parse import quote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from notify.media import Route
from runtime.free_port import free_port


class MailServer:
    """Takes mail on a free port of this machine."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.answer = "250 OK"
        self.delay_s = 0.0
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """What aiosmtpd calls for each mail."""
        await asyncio.sleep(self.delay_s)
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content))
        return self.answer

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        """The Apprise URL of this server; {to} stands for the address."""
        return f"mailto://127.0.0.1:{self._controller.port}?from=tuntas@contoh.id&to={{to}}"

    def route(self, address: str) -> Route:
        return Route("mailto", (self.url.replace("{to}", quote(address, safe="")),))
