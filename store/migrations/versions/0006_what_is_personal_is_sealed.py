"""What is personal is sealed, with a key of its owner."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UNSEALED = {
    "complaint": ("text", "place", "reporter_name", "reporter_contact"),
    "event": ("detail", "body"),
    "message": ("body",),
    "alert": ("address",),
    "incoming_mail": ("raw",),
    "incoming_post": ("said",),
    "webhook_subscription": ("secret",),
}
INDEXED = ("contact", "name", "place")


def upgrade() -> None:
    """Goes forward, from an empty database: no version that kept data unsealed was ever released."""
    for table in UNSEALED:
        if op.get_bind().execute(sa.text(f"SELECT 1 FROM {table} LIMIT 1")).first():  # noqa: S608 - our names
            raise RuntimeError(
                "This database was made by a version that was never released and kept people's words "
                "unsealed; it cannot go on. Begin with a new database or data folder."
            )
    op.create_table(
        "data_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("wrapped_by", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_key")),
        sa.UniqueConstraint("owner", "generation", name=op.f("uq_data_key_owner_generation")),
    )
    op.create_index("ix_data_key_wrapped_by", "data_key", ["wrapped_by"])
    for table, columns in UNSEALED.items():
        for column in columns:
            op.drop_column(table, column)
        always = table in {"alert", "webhook_subscription"}
        op.add_column(table, sa.Column("sealed", sa.LargeBinary(), nullable=not always))
    for kind in INDEXED:
        op.add_column("complaint", sa.Column(f"{kind}_index", sa.LargeBinary(), nullable=True))
    for kind in ("contact", "name"):
        column = f"{kind}_index"
        op.create_index(
            f"ix_complaint_{column}", "complaint", [column], postgresql_where=sa.text(f"{column} IS NOT NULL")
        )
