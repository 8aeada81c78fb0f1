"""The web server: keeps the status column and the record, and leaves the sending to Celery."""

import os
from datetime import datetime

from fastapi import FastAPI, HTTPException
from psycopg import Connection
from psycopg_pool import ConnectionPool
from pydantic import BaseModel
from tasks import app as celery
from tasks import deliver

ORDER = ("opened", "accepted", "progress_noted", "completed", "validated", "rated", "closed")
POOL = 20

app = FastAPI()
pool = ConnectionPool(os.environ["DATABASE"], min_size=2, max_size=POOL, open=True)


class Opening(BaseModel):
    """A new complaint."""

    reference: str
    due_at: datetime


@app.get("/ready")
def ready() -> str:
    """Whether a worker listens."""
    if not celery.control.ping(timeout=1.0):
        raise HTTPException(503, "no worker")
    return "ready"


@app.post("/complaints", status_code=201)
def open_complaint(opening: Opening) -> None:
    """Takes a complaint, once however often it is sent."""
    insert = "INSERT INTO complaint VALUES (%s, 'opened', 1, %s) ON CONFLICT DO NOTHING RETURNING 1"
    with pool.connection() as connection:
        if not connection.execute(insert, [opening.reference, opening.due_at]).fetchone():
            return
        _record(connection, opening.reference, 1, "opened")
    deliver.delay(opening.reference, 1)


@app.post("/complaints/{reference}/{step}")
def act(reference: str, step: str) -> None:
    """Takes the next step; one that was taken already is well."""
    read = "SELECT status, seq FROM complaint WHERE reference = %s FOR UPDATE"
    with pool.connection() as connection:
        found = connection.execute(read, [reference]).fetchone()
        if not found or step not in ORDER or ORDER.index(step) > ORDER.index(found[0]) + 1:
            raise HTTPException(409, f"{step} may not come now")
        if ORDER.index(step) <= ORDER.index(found[0]):
            return
        seq = found[1] + 1
        update = "UPDATE complaint SET status = %s, seq = %s WHERE reference = %s"
        connection.execute(update, [step, seq, reference])
        _record(connection, reference, seq, step)
    deliver.delay(reference, seq)


def _record(connection: Connection, reference: str, seq: int, name: str) -> None:
    connection.execute("INSERT INTO event (reference, seq, name) VALUES (%s, %s, %s)", [reference, seq, name])
    connection.execute("INSERT INTO outbox (reference, seq) VALUES (%s, %s)", [reference, seq])
