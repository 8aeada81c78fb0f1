"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


KEPT = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$
"""
"""The record of events and the audit trail can be added to and nothing else."""


def upgrade() -> None:
    """Goes forward; data is never dropped, so there is no way back."""
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("complaint_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_unit", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "complaint",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("first_run_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("access_code_hash", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("reporter_name", sa.String(), nullable=True),
        sa.Column("reporter_contact", sa.String(), nullable=True),
        sa.Column("policy", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("ward", sa.String(), nullable=True),
        sa.Column("ward_found_by", sa.String(), nullable=True),
        sa.Column("hops", sa.Integer(), server_default="0", nullable=False),
        sa.Column("escalation_level", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits_for", sa.String(), nullable=True),
        sa.Column("outlook", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("parent", sa.String(), nullable=True),
        sa.Column("deadlines", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("channel", "reference", name=op.f("uq_complaint_channel_reference")),
        sa.UniqueConstraint("number", name=op.f("uq_complaint_number")),
    )
    op.create_index(
        "ix_complaint_next_due_at",
        "complaint",
        ["next_due_at"],
        unique=False,
        postgresql_where=sa.text("next_due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_complaint_parent", "complaint", ["parent"], postgresql_where=sa.text("parent IS NOT NULL")
    )
    op.create_index("ix_complaint_opened_at", "complaint", ["opened_at"], unique=False)
    op.create_index("ix_complaint_unit_status", "complaint", ["unit", "status"], unique=False)
    op.create_index("ix_complaint_ward", "complaint", ["ward"], unique=False)
    op.create_table(
        "day_counter",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_counter")),
    )
    op.create_table(
        "event",
        sa.Column("complaint_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_unit", sa.String(), nullable=True),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("command_id", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_event_complaint_id")),
        sa.PrimaryKeyConstraint("complaint_id", "seq", name=op.f("pk_event")),
    )
    op.create_table(
        "digest",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), server_default="", nullable=False),
        sa.Column("body", sa.String(), server_default="", nullable=False),
        sa.Column("items", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.String(), server_default="pending", nullable=False),
        sa.Column("medium", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
    )
    op.create_index("ix_digest_sent_at", "digest", ["sent_at"], unique=False)
    op.create_table(
        "message",
        sa.Column("complaint_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("state", sa.String(), server_default="pending", nullable=False),
        sa.Column("medium", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaint.id"], name=op.f("fk_message_complaint_id")),
        sa.ForeignKeyConstraint(["digest_id"], ["digest.id"], name=op.f("fk_message_digest_id")),
        sa.PrimaryKeyConstraint("complaint_id", "key", name=op.f("pk_message")),
    )
    op.create_index("ix_message_sent_at", "message", ["sent_at"], unique=False)
    op.create_index("ix_message_digest_id", "message", ["digest_id"], unique=False)
    op.create_index(
        "ix_message_pending",
        "message",
        ["recipient"],
        unique=False,
        postgresql_where=sa.text("state = 'pending' AND audience = 'supervisor' AND digest_id IS NULL"),
    )
    op.execute(KEPT)
    for table in ("event", "audit"):
        op.execute(
            f"CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
