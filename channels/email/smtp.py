"""Mail by SMTP (RFC 5321): a mail is answered with 250 only when it is in the database."""

import asyncio
import logging
from typing import ClassVar

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from channels.email.inbox import MailStore, keep
from channels.email.sound import BIGGEST

PATIENCE_S = 60.0
"""How long a silent client may hold a connection."""

MOST_RECIPIENTS = 100

NOBODY = {None, "", "<>"}
"""How aiosmtpd writes the empty sender of a bounce."""


MOST_CONNECTIONS = 100
"""At once: a mail on its way is held in memory, 25 MB at the most."""


class _Protocol(SMTP):
    """aiosmtpd's, with room for the long lines that some senders write in spite of the standard.

    A connection beyond ``MOST_CONNECTIONS`` is answered with 421: the sender comes again.
    """

    line_length_limit: ClassVar[int] = 64 * 1024  # type: ignore[misc] # an instance may not change it

    def __init__(self, listener: "MailListener", connected: set[SMTP]) -> None:
        super().__init__(
            listener, data_size_limit=BIGGEST, hostname="tuntas", ident="Tuntas", timeout=PATIENCE_S
        )
        self._connected = connected

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Lets it in, if there is room."""
        if len(self._connected) < MOST_CONNECTIONS:
            self._connected.add(self)
            super().connection_made(transport)
        elif isinstance(transport, asyncio.WriteTransport):
            transport.write(b"421 4.7.0 Too many connections; try again later.\r\n")
            transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Makes room. One that was not let in leaves nothing behind."""
        if self in self._connected:
            self._connected.discard(self)
            super().connection_lost(error)


class MailListener:
    """Listens for mail. Takes it for our own addresses only, or for all when none are named."""

    def __init__(self, store: MailStore, own: frozenset[str] = frozenset()) -> None:
        self._store = store
        self._own = own
        self._connected: set[SMTP] = set()
        self._server: asyncio.Server | None = None
        # Its log lines name senders and recipients.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)

    async def start(self, host: str, port: int) -> int:
        """Listens; the port, which was chosen by the system if it was 0. Raises ``OSError`` when taken."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Protocol(self, self._connected), host, port
        )
        chosen: int = self._server.sockets[0].getsockname()[1]
        return chosen

    async def stop(self) -> None:
        """Takes no more."""
        if self._server:
            self._server.close()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Whether mail for an address is taken here: we carry nothing on to others."""
        del server, session
        if self._own and address.strip().lower() not in self._own:
            return "550 5.1.1 Mail for this address is not taken here."
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients."
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keeps the mail, then says so."""
        del server, session
        raw = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        try:
            await keep(self._store, raw, "smtp", from_nobody=envelope.mail_from in NOBODY)
        except Exception as error:  # noqa: BLE001 - whatever it is, the sender must try again
            structlog.get_logger("mail").warning("mail_not_kept", error=type(error).__name__)
            return "451 4.3.0 The mail cannot be kept now; try again later."
        return "250 2.0.0 The mail is kept."
