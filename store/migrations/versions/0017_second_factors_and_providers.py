"""Accounts have a second factor or come by a provider; sessions can be told apart and ended."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes forward; every new column has a default, so that web servers from before go on meanwhile."""
    op.add_column("account", sa.Column("epoch", sa.Integer(), server_default="0", nullable=False))
    op.add_column("account", sa.Column("factor", sa.LargeBinary(), nullable=True))
    op.add_column("account", sa.Column("factor_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("factor_counter", sa.BigInteger(), nullable=True))
    op.add_column("account", sa.Column("subject", sa.String(), nullable=True))
    for column in (
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("browser", sa.String(), server_default="", nullable=False),
        sa.Column("by_provider", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("vouched", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    ):
        op.add_column("session", column)
    _half_sessions()
    _provider_attempts()
    _account_events()


def _half_sessions() -> None:
    op.create_table(
        "half_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("goes_to", sa.String(), nullable=False),
        sa.Column("by_provider", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name=op.f("fk_half_session_account")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_half_session")),
    )
    op.create_index("ix_half_session_account", "half_session", ["account"])
    op.create_table(
        "recovery_code",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name=op.f("fk_recovery_code_account")),
        sa.PrimaryKeyConstraint("account", "digest", name=op.f("pk_recovery_code")),
    )


def _provider_attempts() -> None:
    op.create_table(
        "provider_attempt",
        sa.Column("state_hash", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("goes_to", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_provider_attempt")),
    )
    op.create_index("ix_provider_attempt_expires_at", "provider_attempt", ["expires_at"])


def _account_events() -> None:
    op.create_table(
        "account_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.name"], name=op.f("fk_account_event_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_event")),
    )
    op.create_index("ix_account_event_account_id", "account_event", ["account", "id"])
