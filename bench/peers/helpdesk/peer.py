"""django-helpdesk: tickets over its REST API, mail for each follow-up, ``escalate_tickets`` from cron."""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg

from bench.peers.peer import NoAnswer
from bench.peers.place import Place
from bench.peers.record import Queries, Record
from bench.peers.steps import ESCALATED, OPENED
from runtime.free_port import LOOPBACK, free_port

SERVICE = Path(__file__).parent / "service"
WORKERS = "3"
TIMEOUT_S = 35.0
CONNECTIONS = 100
ESCALATE_AFTER = timedelta(days=1)
"""A queue counts in whole days from the opening; a ticket is dated back to have the deadline wanted."""

NEW_STATUS = {"completed": 3, "closed": 4}
"""Resolved and closed; the other steps leave a ticket as it is."""

QUERIES = Queries(
    # Its follow-ups and letters have no numbers of their own: they are counted in the order of writing.
    events="SELECT t.title, row_number() OVER (PARTITION BY t.id ORDER BY f.id)::int, "
    "CASE WHEN f.title IN ('Ticket Opened', 'Ticket Escalated') THEN f.title ELSE f.comment END "
    "FROM helpdesk_followup f JOIN helpdesk_ticket t ON t.id = f.ticket_id WHERE t.title LIKE %s",
    messages="SELECT t.title, row_number() OVER (PARTITION BY t.id ORDER BY o.id)::int "
    "FROM outbox o JOIN helpdesk_ticket t ON t.id = o.ticket WHERE t.title LIKE %s",
    escalations="SELECT t.title, t.created + interval '1 day', f.date FROM helpdesk_followup f "
    "JOIN helpdesk_ticket t ON t.id = f.ticket_id WHERE f.title = 'Ticket Escalated' AND t.title LIKE %s",
    pending="SELECT 0 WHERE %s::text IS NOT NULL",  # a letter goes out while the request waits
    names={"Ticket Opened": OPENED, "Ticket Escalated": ESCALATED},
)


class Helpdesk:
    """A Django project in ``service/`` with django-helpdesk as it comes, behind gunicorn."""

    name = "helpdesk"
    escalated: tuple[str, ...] = (OPENED, ESCALATED)
    patience_s = 90.0

    def __init__(self, say: Callable[[str], None]) -> None:
        self.messages: Mapping[str, int] = {}
        self._place = Place(self.name, say)
        self._port = free_port()
        self._token = secrets.token_hex(20)
        self._secret = secrets.token_hex(20)
        self._caller: httpx.AsyncClient | None = None
        self._tickets: dict[str, int] = {}

    @property
    def record(self) -> Record:
        """Its database."""
        return Record(self._place.address, QUERIES)

    @property
    def processes(self) -> list[int]:
        """PostgreSQL, gunicorn and what stands for cron."""
        return self._place.processes

    def clear(self) -> None:
        """Forget all data."""
        self._place.clear()

    async def start(self) -> None:
        """Start everything; a new database gets its tables, templates of letters, a queue and an officer."""
        if await self._place.start():
            python = str(self._place.bin / "python")
            await self._place.once(python, str(SERVICE / "prepare.py"), **self._variables)
        await self._serve()
        self._caller = httpx.AsyncClient(
            base_url=f"http://{LOOPBACK}:{self._port}/helpdesk/api",
            headers={"Authorization": f"Token {self._token}"},
            timeout=TIMEOUT_S,
            limits=httpx.Limits(max_connections=CONNECTIONS),
        )

    async def stop(self) -> None:
        """End everything."""
        if self._caller:
            await self._caller.aclose()
        await self._place.stop()

    async def open(self, reference: str, due_at: datetime) -> None:
        """Post a ticket. The API knows no reference: asked again, it makes another ticket."""
        said = {
            "queue": 1,
            "title": reference,
            "description": "Lubang di depan SD.",
            "submitter_email": "pelapor@example.org",
            "priority": 3,
        }
        made = await self._post("/tickets/", said)
        self._tickets[reference] = int(made["id"])
        if due_at < datetime.now(UTC) + ESCALATE_AFTER:
            await self._date_back(int(made["id"]), due_at - ESCALATE_AFTER)

    async def act(self, reference: str, step: str) -> None:
        """Post a public follow-up, which is mailed to the reporter."""
        said: dict[str, Any] = {"ticket": self._tickets[reference], "comment": step, "public": True}
        if step in NEW_STATUS:
            said["new_status"] = NEW_STATUS[step]
        await self._post("/followups/", said)

    async def kill(self) -> None:
        """Kill gunicorn and a job that is running; start both again."""
        self._place.kill("gunicorn", "cron")
        await self._serve()

    @property
    def _variables(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "city_settings",
            "PYTHONPATH": str(SERVICE),
            "DATABASE_HOST": str(self._place.socket),
            "DATABASE_NAME": self.name,
            "TOKEN": self._token,
            "SECRET": self._secret,
        }

    async def _serve(self) -> None:
        where = ("-w", WORKERS, "-b", f"{LOOPBACK}:{self._port}", "--log-level", "warning")
        gunicorn = str(self._place.bin / "gunicorn")
        await self._place.run("gunicorn", gunicorn, *where, "city_wsgi:application", **self._variables)
        python = str(self._place.bin / "python")
        await self._place.run("cron", python, str(SERVICE / "every_minute.py"), **self._variables)
        await self._place.answers(f"http://{LOOPBACK}:{self._port}/helpdesk/api/")

    async def _date_back(self, ticket: int, created: datetime) -> None:
        update = "UPDATE helpdesk_ticket SET created = %s WHERE id = %s"
        async with await psycopg.AsyncConnection.connect(self._place.address, autocommit=True) as connection:
            await connection.execute(update, [created, ticket])

    async def _post(self, path: str, said: dict[str, Any]) -> dict[str, Any]:
        assert self._caller is not None, "it does not run"
        try:
            answered = await self._caller.post(path, json=said)
        except httpx.TransportError as failure:
            raise NoAnswer(repr(failure)) from failure
        if answered.status_code >= 500:  # noqa: PLR2004 - the server's fault
            raise NoAnswer(f"{answered.status_code} {answered.text[:200]}")
        answered.raise_for_status()
        made: dict[str, Any] = answered.json()
        return made
