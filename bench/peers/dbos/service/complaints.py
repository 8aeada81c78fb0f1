"""Complaints as durable workflows of DBOS, behind FastAPI."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from dbos import DBOS, AsyncSQLAlchemyDatasource, DBOSConfig, SetWorkflowID
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy import text

PATIENCE_S = 30.0
NEVER_S = 10 * 365 * 86400.0
DATABASE = os.environ["DATABASE"].replace("postgresql://", "postgresql+psycopg://", 1)
POOL = {"pool_size": 20, "max_overflow": 10, "pool_timeout": 3600}
"""Thousands of workflows may want a connection at a time; half a minute, as usual, would fail the last."""

config: DBOSConfig = {
    "name": "complaints",
    "system_database_url": DATABASE,
    "sys_db_pool_size": 20,
    "application_version": "1",  # a restart goes on with what the version before has begun
    "log_level": "WARNING",
}
DBOS(config=config)
datasource: AsyncSQLAlchemyDatasource


class Opening(BaseModel):
    """A new complaint."""

    reference: str
    due_at: datetime


async def record(reference: str, seq: int, name: str, due_at: float) -> None:
    """An event, its message and the status, in one transaction."""
    session = datasource.sql_session()
    row = {"reference": reference, "seq": seq, "name": name, "due_at": datetime.fromtimestamp(due_at, UTC)}
    if name == "opened":
        insert = "INSERT INTO complaint VALUES (:reference, :name, :seq, :due_at)"
        await session.execute(text(insert), row)
    elif name == "escalated":
        escalate = "INSERT INTO escalation VALUES (:reference, :due_at)"
        await session.execute(text(escalate), row)
        update = "UPDATE complaint SET seq = :seq, escalated = true WHERE reference = :reference"
        await session.execute(text(update), row)
    else:
        update = "UPDATE complaint SET seq = :seq, status = :name WHERE reference = :reference"
        await session.execute(text(update), row)
    await session.execute(text("INSERT INTO event VALUES (:reference, :seq, :name)"), row)
    await session.execute(text("INSERT INTO outbox VALUES (:reference, :seq)"), row)


async def announce(reference: str, seq: int) -> None:
    """Sends the message of an event: here, as for every peer, it is marked as sent."""
    sent = "UPDATE outbox SET sent_at = clock_timestamp() WHERE reference = :reference AND seq = :seq"
    await datasource.sql_session().execute(text(sent), {"reference": reference, "seq": seq})


@DBOS.workflow()
async def complaint(reference: str, due_at: float) -> None:
    """Waits for the next step or for the deadline, until it is closed."""
    seq, name, deadline = 1, "opened", due_at
    while True:
        await datasource.run_tx_step_async(
            {"isolation_level": "READ COMMITTED"}, record, reference, seq, name, due_at
        )
        await DBOS.set_event_async(name, seq)
        await datasource.run_tx_step_async({"isolation_level": "READ COMMITTED"}, announce, reference, seq)
        if name == "closed":
            return
        step = await DBOS.recv_async("step", timeout_seconds=max(0.0, deadline - time.time()))
        seq, name = seq + 1, step or "escalated"
        if step is None:
            deadline = due_at + NEVER_S


@asynccontextmanager
async def running(_: FastAPI) -> AsyncIterator[None]:
    """Starts DBOS with the web server; what was open goes on."""
    global datasource  # noqa: PLW0603 - it can only be made where the event loop runs
    datasource = await AsyncSQLAlchemyDatasource.create(DATABASE, engine_kwargs=POOL)
    DBOS.launch()
    yield
    DBOS.destroy()


app = FastAPI(lifespan=running)


@app.get("/ready")
async def ready() -> str:
    """Whether requests are answered."""
    return "ready"


@app.post("/complaints", status_code=201)
async def open_complaint(opening: Opening) -> None:
    """Starts a workflow, or finds the one with the same reference."""
    with SetWorkflowID(opening.reference):
        await DBOS.start_workflow_async(complaint, opening.reference, opening.due_at.timestamp())
    await _done(opening.reference, "opened")


@app.post("/complaints/{reference}/{step}")
async def act(reference: str, step: str) -> None:
    """Sends a step, once however often it is asked for, and waits until it is on record."""
    await DBOS.send_async(reference, step, "step", idempotency_key=f"{reference}-{step}")
    await _done(reference, step)


async def _done(reference: str, name: str) -> None:
    if await DBOS.get_event_async(reference, name, timeout_seconds=PATIENCE_S) is None:
        raise HTTPException(504, f"{reference} did not answer")
