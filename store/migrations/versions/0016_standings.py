"""Where a complaint stood after each event: what the reports of any month are counted from."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ONLY_ADDED_TO = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tuntas_app') THEN
        REVOKE UPDATE, DELETE ON standing, clock_standing FROM tuntas_app;
    END IF;
END $$
"""


def upgrade() -> None:
    """Goes forward; complaints that were recorded before get their standings from their events."""
    op.create_table(
        "standing",
        sa.Column("complaint_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("coordinator", sa.String(), nullable=True),
        sa.Column("ward", sa.String(), nullable=True),
        sa.Column("hops", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("complaint_id", "seq", name=op.f("pk_standing")),
    )
    op.create_table(
        "clock_standing",
        sa.Column("complaint_id", sa.String(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("coordinator", sa.String(), nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("breached_at", MOMENT, nullable=True),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_as", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("complaint_id", "clock", "seq", name=op.f("pk_clock_standing")),
    )
    op.create_table(
        "report",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_report")),
    )
    op.add_column("digest", sa.Column("kind", sa.String(), server_default="digest", nullable=False))
    op.execute(ONLY_ADDED_TO)
