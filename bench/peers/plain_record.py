"""The tables of ``plain.sql``, for peers that bring no record of their own."""

from pathlib import Path

import psycopg
from psycopg import sql

from bench.peers.record import Queries

PLAIN = Queries(
    events="SELECT reference, seq, name FROM event WHERE reference LIKE %s",
    messages="SELECT reference, seq FROM outbox WHERE reference LIKE %s",
    escalations="SELECT reference, due_at, at FROM escalation WHERE reference LIKE %s",
    pending="SELECT count(*) FROM outbox WHERE sent_at IS NULL AND reference LIKE %s",
)


def make_tables(address: str) -> None:
    """Makes the tables in a new database."""
    script = (Path(__file__).parent / "plain.sql").read_text()
    with psycopg.connect(address) as connection:
        connection.execute(sql.SQL(script))
