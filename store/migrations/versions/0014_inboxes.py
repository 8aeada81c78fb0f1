"""An inbox is read in its order, and counted, from an index of its own: open complaints only."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward. The order is that of ``store.inbox``: what has no end comes last."""
    op.execute(
        "CREATE INDEX ix_complaint_inbox ON complaint "
        "(unit, COALESCE(next_due_at, 'infinity'::timestamptz), number) INCLUDE (next_due_at) "
        "WHERE seq > 0 AND status NOT IN ('RESOLVED', 'CLOSED')"
    )
