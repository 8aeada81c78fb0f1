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


class _Protocol(SMTP):
    """aiosmtpd's, with room for the long lines that some senders write in spite of the standard."""

    line_length_limit: ClassVar[int] = 64 * 1024  # type: ignore[misc] # an instance may not change it


class MailListener:
    """Listens for mail. Takes it for our own addresses only, or for all when none are named."""

    def __init__(self, store: MailStore, own: frozenset[str] = frozenset()) -> None:
        self._store = store
        self._own = own
        self._server: asyncio.Server | None = None
        # Its log lines name senders and recipients.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)

    async def start(self, host: str, port: int) -> int:
        """Listens; the port, which was chosen by the system if it was 0. Raises ``OSError`` when taken."""
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _Protocol(
                self, data_size_limit=BIGGEST, hostname="tuntas", ident="Tuntas", timeout=PATIENCE_S
            ),
            host,
            port,
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
