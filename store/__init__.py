"""PostgreSQL: tables, repositories, read model, outbox and migrations; and the folder of files."""
