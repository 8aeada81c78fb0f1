"""A record in one statement: events, audit trail, read model, standings, outbox and uses of files."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import psycopg
from pydantic_core import to_json
from sqlalchemy import TextClause, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.audit import END, beginning
from store.audit import entry_of
from store.standings import ADD_STANDINGS

EVENT = "complaint_id, seq, at, event, actor, actor_unit, via, command_id, sealed"
MESSAGE = "complaint_id, key, seq, event, audience, recipient, subject, sealed, state, medium, attempts"
USE = "complaint_id, seq, sha256, purpose, unit, at"

KEEP = f"""
WITH RECURSIVE told AS (SELECT CAST(:told AS jsonb) AS it),
new_event AS (
    INSERT INTO event ({EVENT})
    SELECT {EVENT} FROM told, jsonb_populate_recordset(NULL::event, it -> 'events')
    RETURNING *
),
chain AS (
    SELECT (it ->> 'first')::integer - 1 AS seq, coalesce(
        (SELECT hash FROM audit
         WHERE complaint_id = it -> 'now' ->> 'id' AND audit.seq = (it ->> 'first')::integer - 1),
        decode(it ->> 'beginning', 'hex')
    ) AS hash
    FROM told
    UNION ALL
    SELECT said.seq, sha256(convert_to(said.entry || encode(chain.hash, 'hex') || '{END}', 'UTF8'))
    FROM chain, told, jsonb_to_recordset(it -> 'events') AS said (seq integer, entry text)
    WHERE said.seq = chain.seq + 1
),
new_audit AS (
    INSERT INTO audit (complaint_id, seq, at, actor, actor_unit, action, via, content, hash)
    SELECT complaint_id, seq, at, actor, actor_unit, event, via, sha256(sealed), hash
    FROM new_event JOIN chain USING (seq) ORDER BY seq
),
stands AS (
    UPDATE complaint SET %s
    FROM told, jsonb_populate_record(NULL::complaint, it -> 'now') AS said
    WHERE complaint.id = said.id AND complaint.seq < said.seq
),
{ADD_STANDINGS},
new_message AS (
    INSERT INTO message ({MESSAGE}, sent_at)
    SELECT {MESSAGE}, CASE state WHEN 'sent' THEN now() END
    FROM told, jsonb_populate_recordset(NULL::message, it -> 'messages')
    ON CONFLICT DO NOTHING
)
INSERT INTO attachment_use ({USE})
SELECT {USE} FROM told, jsonb_populate_recordset(NULL::attachment_use, it -> 'uses')
ON CONFLICT DO NOTHING
"""  # noqa: S608 - our own names
"""All of it reads what was there before; only the trail waits for the events, so that theirs is the error."""

CLOSED_ONCE = "CASE WHEN said.closed_at IS NOT NULL THEN coalesce(complaint.closed_at, said.closed_at) END"
"""A complaint that is told to be closed again stays closed since when it was."""


class Taken(Exception):
    """Something stands in the place of one of the events. Nothing was kept."""


async def keep(
    connection: AsyncConnection,
    now: Mapping[str, Any],
    events: Sequence[Mapping[str, Any]],
    more: Mapping[str, Any],
) -> None:
    """Keeps rows of ``event`` that follow each other, and what they lead to: all of it, or raises ``Taken``.

    ``now`` is what changes in the row of the complaint, with its id; ``more`` has the rows of ``messages``
    and ``uses``, and what ``told_standings`` gives.
    """
    told = {
        "now": _plain(now),
        "events": [{**_plain(event), "entry": entry_of(event).said()} for event in events],
        "beginning": beginning(now["id"]).hex(),
        **more,
        "messages": [_plain(message) for message in more["messages"]],
    }
    try:
        await connection.execute(_statement(tuple(now)), {"told": to_json(told).decode()})
    except IntegrityError as error:
        if _broken(error) == "pk_event":
            raise Taken from error
        raise


@cache
def _statement(changing: Collection[str]) -> TextClause:
    """There are two: with and without what the complaint was opened with."""
    new = {name: f"said.{name}" for name in changing if name != "id"} | {"closed_at": CLOSED_ONCE}
    return text(KEEP % ", ".join(f"{name} = {value}" for name, value in new.items()))


def _broken(error: IntegrityError) -> str | None:
    """The constraint that would have been broken."""
    return error.orig.diag.constraint_name if isinstance(error.orig, psycopg.IntegrityError) else None


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON that PostgreSQL reads: it has no bytes of its own."""
    return {name: rf"\x{value.hex()}" if isinstance(value, bytes) else value for name, value in row.items()}
