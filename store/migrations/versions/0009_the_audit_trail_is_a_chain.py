"""The audit trail is a chain, and the application can only add to it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ROLE = "tuntas_app"
"""What the application connects as: it owns nothing, and can only add to the record."""

MAKE_ROLE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        CREATE ROLE {ROLE} LOGIN;
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN RAISE NOTICE 'no right to make the role {ROLE}; see docs/operations.md';
    WHEN duplicate_object OR unique_violation THEN NULL; -- made at the same moment for another database
END $$
"""
GRANT = f"""
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        GRANT USAGE ON SCHEMA public TO {ROLE};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};
        GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {ROLE};
        REVOKE UPDATE, DELETE ON event, audit FROM {ROLE};
        REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {ROLE};
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE};
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {ROLE};
    END IF;
END $$
"""  # noqa: S608 - our own name


def upgrade() -> None:
    """Goes forward; the trail is empty as long as no version that sealed it was released (0006)."""
    for column in ("content", "hash"):
        op.add_column("audit", sa.Column(column, sa.LargeBinary(), nullable=False))
    op.create_unique_constraint("uq_audit_complaint_id_seq", "audit", ["complaint_id", "seq"])
    op.execute(MAKE_ROLE)
    op.execute(GRANT)
