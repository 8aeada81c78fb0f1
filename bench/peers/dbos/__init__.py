"""DBOS Transact on PostgreSQL."""
