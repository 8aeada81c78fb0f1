"""Timeouts and retry policies of every activity, in one place, with their reasons."""

from datetime import timedelta

from temporalio.common import RetryPolicy

from activities.contracts import UNDELIVERABLE

RECORD_ATTEMPT = timedelta(seconds=10)
"""A transaction takes milliseconds; one that takes this long is stuck and is tried again."""

RECORD_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=10),
)
"""For ever: what has been accepted must be recorded, however long the database is away."""

DELIVERY_ATTEMPT = timedelta(seconds=60)
"""A mail server that has not answered within this time is tried again later."""

GIVING_UP = timedelta(minutes=10)
"""A signal to each of at most some ten thousand complaints."""

HEARTBEAT = timedelta(seconds=30)

PERSON_ATTEMPT = timedelta(minutes=2)
"""One complaint: its rows, its files, and the runs of its workflow."""

SEALING_TURNED = timedelta(minutes=2)
"""After a key was turned nobody seals with the old one any more; the vault promises it within a minute."""

RETENTION = timedelta(hours=6)
"""Some ten thousand complaints in a night."""

ALERTS = timedelta(minutes=30)
"""At most two hundred letters, each within its 45 seconds, mostly far faster."""

ALERTS_RETRY = RetryPolicy(maximum_attempts=2)
"""The schedule comes again in five minutes anyway."""

REPORT_MADE = timedelta(minutes=15)
"""Ten seconds or so for a city's month; far more on a machine that is busy."""

REPORT_RETRY = RetryPolicy(initial_interval=timedelta(seconds=10), maximum_interval=timedelta(minutes=10))
"""For ever: a month has to be reported."""

FINDINGS = timedelta(minutes=30)
"""A month of a city: seconds for what is counted, and some minutes for its pictures."""

REPORT_PATIENCE = timedelta(days=2)
"""How long a letter with a report is tried; then a human is shown it."""

DELIVERY_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=10),
    non_retryable_error_types=[UNDELIVERABLE],
)
"""Until the policy's patience (``deliver_within``) ends; then a human is shown it."""
