"""What strikes about how complaints are handled, and what the Inspectorate says about it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ONLY_ADDED_TO = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tuntas_app') THEN
        REVOKE UPDATE, DELETE ON judgement FROM tuntas_app;
        REVOKE DELETE ON finding FROM tuntas_app;
    END IF;
END $$
"""


def upgrade() -> None:
    """Goes forward; the next look fills it."""
    op.create_table(
        "finding",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("numbers", JSONB(), nullable=False),
        sa.Column("facts", JSONB(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("gone_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index("ix_finding_month_rule", "finding", ["month", "rule"])
    op.create_index("ix_finding_unit", "finding", ["unit"])
    op.create_table(
        "judgement",
        sa.Column("finding", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("facts", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("finding", "seq", name=op.f("pk_judgement")),
        sa.ForeignKeyConstraint(["finding"], ["finding.id"], name=op.f("fk_judgement_finding")),
    )
    op.execute(ONLY_ADDED_TO)
