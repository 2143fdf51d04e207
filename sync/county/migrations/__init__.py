"""Forward steps of the county's schema, for SQLite and PostgreSQL alike."""
