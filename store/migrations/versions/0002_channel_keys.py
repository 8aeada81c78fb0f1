"""Keys of channels; what others may read of a complaint, and when it last changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

LAST_CHANGE = """
UPDATE complaint SET updated_at = told.at
FROM (SELECT complaint_id, max(at) AS at FROM event GROUP BY complaint_id) AS told
WHERE told.complaint_id = complaint.id
"""


def upgrade() -> None:
    """Goes forward; data is never dropped, so there is no way back."""
    op.create_table(
        "channel_key",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_key")),
        sa.UniqueConstraint("hash", name=op.f("uq_channel_key_hash")),
    )
    op.create_index("ix_channel_key_channel", "channel_key", ["channel"])
    op.add_column("complaint", sa.Column("is_public", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("complaint", sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(LAST_CHANGE)
    op.create_index("ix_complaint_updated_at", "complaint", ["updated_at"])
    op.create_index(
        "ix_complaint_channel_registered_at_number", "complaint", ["channel", "registered_at", "number"]
    )
    op.create_index("ix_event_at", "event", ["at"])
