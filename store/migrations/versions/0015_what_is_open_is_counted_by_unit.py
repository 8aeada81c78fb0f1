"""What is being handled is counted by unit from one index; queues, requests and a month's history have theirs."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

BANDS = (
    "ARRAY[(likeness >> 48 & 65535)::int, (likeness >> 32 & 65535 | 65536)::int,"
    " (likeness >> 16 & 65535 | 131072)::int, (likeness & 65535 | 196608)::int]"
)
HANDLED = "closed_at IS NULL AND status <> 'RESOLVED'"


def upgrade() -> None:
    """Goes forward."""
    op.execute(
        "CREATE INDEX ix_complaint_handled ON complaint (unit, next_due_at, number)"
        f" INCLUDE (ward, status, opened_at, policy, hops, escalation_level) WHERE {HANDLED}"
    )
    op.execute(
        f"CREATE INDEX ix_complaint_ews ON complaint (unit, next_due_at) WHERE {HANDLED} AND ews_until IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX ix_complaint_to_validate ON complaint (validator, next_due_at, number)"
        " WHERE status = 'AWAITING_VALIDATION'"
    )
    op.execute("CREATE INDEX ix_complaint_closed_at ON complaint (closed_at) WHERE closed_at IS NOT NULL")
    op.execute("CREATE INDEX ix_event_breached ON event (at) WHERE event = 'breached'")
    op.execute("CREATE INDEX ix_attachment_use_completed ON attachment_use (at) WHERE purpose = 'completed'")
    op.execute(
        f"CREATE INDEX ix_attachment_bands ON attachment USING gin (({BANDS})) WHERE likeness IS NOT NULL"
    )
