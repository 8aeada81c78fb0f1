"""The row says who has to validate, and until when an EWS is asked for: pages list complaints by both."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward; rows from before get both with their next event."""
    op.add_column("complaint", sa.Column("validator", sa.String(), nullable=True))
    op.add_column("complaint", sa.Column("ews_until", sa.DateTime(timezone=True), nullable=True))
