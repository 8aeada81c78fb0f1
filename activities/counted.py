"""What activities count for operators: kinds and channels, nothing that leads to a complaint or a person."""

from datetime import UTC, datetime

from prometheus_client import Counter, Histogram

from activities.contracts import Record

INTAKE = Counter("tuntas_intake", "Complaints that came in.", ["channel"])
EVENTS = Counter("tuntas_events", "Events that were recorded.", ["event"])
LAG = Histogram(
    "tuntas_delivery_lag_seconds",
    "From the making of a message to its going out.",
    ["medium"],
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 6 * 3600, 24 * 3600),
)


def count_recorded(what: Record) -> None:
    """Events that were recorded now; an attempt that broke off after recording may count twice."""
    if what.opening:
        INTAKE.labels(what.opening.intake.channel).inc()
    for event in what.events:
        EVENTS.labels(event.body.event).inc()


def count_delivered(medium: str, created_at: datetime) -> None:
    """A message that went out now."""
    LAG.labels(medium).observe(max(0.0, (datetime.now(UTC) - created_at).total_seconds()))
