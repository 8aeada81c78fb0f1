"""What Celery does: sends messages, and looks every few seconds for complaints that are late."""

import os

import psycopg
from celery import Celery
from celery.signals import worker_process_init

LOOK_EVERY_S = 10.0
BATCH = 100

app = Celery("tasks", broker=os.environ["BROKER"])
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,  # all tasks may run twice
    task_reject_on_worker_lost=True,
    broker_connection_retry_on_startup=True,
    beat_schedule={
        # A look that nobody took before the next one is of no use.
        "late": {"task": "tasks.escalate", "schedule": LOOK_EVERY_S, "options": {"expires": LOOK_EVERY_S}}
    },
)

SENT = "UPDATE outbox SET sent_at = clock_timestamp() WHERE reference = %s AND seq = %s AND sent_at IS NULL"
ESCALATE = """
WITH late AS (
    SELECT reference, seq + 1 AS seq, due_at FROM complaint
    WHERE status <> 'closed' AND NOT escalated AND due_at <= now()
    ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
), marked AS (
    UPDATE complaint c SET seq = late.seq, escalated = true FROM late WHERE c.reference = late.reference
), events AS (
    INSERT INTO event (reference, seq, name) SELECT reference, seq, 'escalated' FROM late
), messages AS (
    INSERT INTO outbox (reference, seq) SELECT reference, seq FROM late
), escalations AS (
    INSERT INTO escalation (reference, due_at) SELECT reference, due_at FROM late
)
SELECT reference, seq FROM late
"""

database: psycopg.Connection


@worker_process_init.connect
def connect(**_: object) -> None:
    """Each of the worker's processes has a connection of its own."""
    global database  # noqa: PLW0603 - a process forks before it may connect
    database = psycopg.connect(os.environ["DATABASE"], autocommit=True)


@app.task
def deliver(reference: str, seq: int) -> None:
    """Sends the message of an event: here, as for every peer, it is marked as sent."""
    database.execute(SENT, [reference, seq])


@app.task
def escalate() -> None:
    """Escalates all that are late, some at a time; each is committed before its message is sent."""
    while late := database.execute(ESCALATE, [BATCH]).fetchall():
        for reference, seq in late:
            deliver.delay(reference, seq)
