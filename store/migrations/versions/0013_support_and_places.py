"""Support for a complaint is counted, and public ones are found by place, ward and category."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward; data is never dropped, so there is no way back."""
    op.create_table(
        "support",
        sa.Column("complaint_id", sa.String(), nullable=False),
        sa.Column("supporter_hash", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name="fk_support_complaint_id"),
        sa.PrimaryKeyConstraint("complaint_id", "supporter_hash", name="pk_support"),
    )
    op.drop_index("ix_complaint_ward", table_name="complaint")
    op.create_index("ix_complaint_ward_opened_at", "complaint", ["ward", "opened_at"])
    op.create_index("ix_complaint_category_opened_at", "complaint", ["category", "opened_at"])
    op.create_index(
        "ix_complaint_public_opened_at", "complaint", ["opened_at"], postgresql_where=sa.text("is_public")
    )
    op.create_index(
        "ix_complaint_point",
        "complaint",
        [sa.text("point(longitude, latitude)")],
        postgresql_using="gist",
        postgresql_where=sa.text("latitude IS NOT NULL"),
    )
