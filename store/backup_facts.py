"""What a backup asks the database about itself, as SQL: inside a snapshot that is not SQLAlchemy's."""

LIVING = "SELECT id FROM complaint WHERE closed_at IS NULL"
"""The complaints that must have a workflow."""

REVISION = "SELECT version_num FROM alembic_version"
KEYS = "SELECT DISTINCT wrapped_by FROM data_key WHERE wrapped_by IS NOT NULL ORDER BY 1"
