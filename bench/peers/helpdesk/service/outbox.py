"""Sends letters into a table, as the mailbox of the others does: no time is spent on a mail server."""

import re
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection

TICKET = re.compile(r"-(\d+)\]")
TABLE = (
    "CREATE TABLE outbox (id bigserial PRIMARY KEY, ticket integer NOT NULL, subject text NOT NULL, "
    "sent_at timestamptz NOT NULL DEFAULT clock_timestamp())"
)


class Outbox(BaseEmailBackend):
    """A letter is a row; the number of the ticket stands in its subject."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Writes them down; returns how many."""
        with connection.cursor() as cursor:
            for message in email_messages:
                found = TICKET.search(message.subject)
                ticket = int(found.group(1)) if found else 0
                cursor.execute(
                    "INSERT INTO outbox (ticket, subject) VALUES (%s, %s)", [ticket, message.subject]
                )
        return len(email_messages)
