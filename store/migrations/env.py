"""How alembic runs: on the connection that ``store.migrate`` hands it, within its transaction."""

from alembic import context

from store.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
