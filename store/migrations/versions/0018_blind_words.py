"""Complaints are found by their words, which stand there as keyed digests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward; complaints that were recorded before get their words from what is sealed (``store.words``)."""
    op.add_column("complaint", sa.Column("words", postgresql.TSVECTOR(), nullable=True))
    op.create_index(
        "ix_complaint_words",
        "complaint",
        ["words"],
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},
    )
