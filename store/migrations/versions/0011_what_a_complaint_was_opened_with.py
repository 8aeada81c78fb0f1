"""What a complaint was opened with is kept, sealed, so that a workflow that was lost can be started again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward; data is never dropped, so there is no way back."""
    op.add_column("complaint", sa.Column("opening", sa.LargeBinary(), nullable=True))
